"""Whether the answers on Predict were right: the question, the score, and the last attempts.

The answer is always the class that the network names. That it was in doubt is told beside it and
counts on its own.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import images
from ui.attempts import MOST, NONE, Attempt, all_of_them, forget, name_of, say
from ui.text import percent


def ask(key: str) -> None:
    """Ask whether the answer to the attempt that is on the page was right."""
    attempt = next(one for one in all_of_them() if one.key == key)
    if attempt.truth is None:
        _question(attempt)
        return
    with _row():
        st.markdown(
            f"You said: **{name_of(attempt.truth)}**, so it was {_verdict(attempt)}. {score()}",
            width="content",
        )
        st.button("Change", on_click=say, args=(key, None), key="attempt_change", type="tertiary")


def _verdict(attempt: Attempt) -> str:
    if attempt.truth != NONE:
        return "right" if attempt.right else "wrong"
    return "wrong, but it was in doubt" if attempt.doubted else "wrong"


def _row() -> DeltaGenerator:
    """Where the question and what was said of it stand; assets/js/focus.js knows its key."""
    return st.container(horizontal=True, vertical_alignment="center", key="keeps_focus_question")


def _question(attempt: Attempt) -> None:
    with _row():
        st.markdown(f"Was this right: **{name_of(attempt.guess)}**?", width="content")
        st.button(
            "Yes",
            icon=":material/check:",
            on_click=say,
            args=(attempt.key, attempt.guess),
            key="attempt_yes",
        )
        widget = f"attempt_truth {attempt.key} {attempt.guess}"
        st.selectbox(
            "No, it is",
            [label for label in range(NONE + 1) if label != attempt.guess],
            index=None,
            format_func=name_of,
            placeholder="No, it is ...",
            key=widget,
            on_change=lambda: say(attempt.key, st.session_state[widget]),
            label_visibility="collapsed",
            width=180,
        )


def score() -> str:
    """How many of the attempts with a known class were recognised, as a sentence."""
    known = [attempt for attempt in all_of_them() if attempt.truth is not None]
    right = sum(attempt.right for attempt in known)
    return f"Score: {right} of {len(known)} recognised." if known else ""


def _doubts() -> str:
    """How many of the attempts with none of the ten were in doubt, as a sentence."""
    strange = [attempt for attempt in all_of_them() if attempt.truth == NONE]
    doubted = sum(bool(attempt.doubted) for attempt in strange)
    return f"None of the ten: {len(strange)}, and {doubted} in doubt." if strange else ""


def history() -> None:
    """The last attempts, newest first, as a strip."""
    attempts = all_of_them()[::-1]
    if len(attempts) < 2:
        return
    st.subheader("Your last attempts", anchor=False)
    hint = "Say whether an answer was right, and the score is kept here."
    st.caption(f"{score()} {_doubts()}" if score() else hint)
    grid = st.grid(MOST, min_column_width=84, key="attempts")
    for attempt in attempts:
        with grid.cell():
            _show(attempt)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The server remembers them for you for some hours.", width="content")
        st.button("Forget them", on_click=forget, key="attempts_forget", type="tertiary")


def _show(attempt: Attempt) -> None:
    name = f"{name_of(attempt.guess)}, {percent(attempt.probability, 0)}"
    st.image(
        images.enlarged(attempt.image, 2), width="stretch", alt=f"An attempt, answered: {name}"
    )
    lines = [name, "in doubt"] if attempt.doubted else [name]
    if attempt.truth is not None:
        mark = ":green[**right**]" if attempt.right else f"is: {name_of(attempt.truth)}"
        lines.append(mark)
    st.caption("  \n".join(lines))
