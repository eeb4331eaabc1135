"""What a visitor tried on Predict: the last pictures, and how many of them were recognised.

The answer is always the class that the network names. That it was in doubt is told beside it and
counts on its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from model.data.datasets import CLASSES
from ui import belongings, images, state

KIND = "attempts"  # of what a visitor leaves with the server
MOST = 12  # attempts that are kept
NONE = len(CLASSES)  # what a picture is, by the visitor's word, that shows none of the classes


@dataclass(frozen=True)
class Attempt:
    """One picture and what the network made of it."""

    key: str  # stays the same while a drawing grows
    image: str  # the 28 x 28 pixels, as a data address
    guess: int  # the likeliest class
    probability: float  # of that class
    doubted: bool | None = None  # whether the picture is unlike clothes; None while not known
    truth: int | None = None  # what it is, where the visitor said so: a class, or NONE

    @property
    def right(self) -> bool:
        """Whether the guess is what the visitor said."""
        return self.guess == self.truth


def name_of(label: int) -> str:
    """A class, or NONE, in words."""
    return "none of the ten" if label == NONE else CLASSES[label]


def all_of_them() -> list[Attempt]:
    """The attempts of this session, oldest first."""
    found: list[Attempt] = st.session_state.get(state.ATTEMPTS, [])
    return found


def recall() -> None:
    """Find the attempts again that were made before a refresh, or in another tab."""
    left = belongings.recalled(KIND)
    if left or (left is not None and all_of_them()):
        own = {attempt.key: attempt for attempt in all_of_them()}
        for attempt in own.values():
            _keep(attempt)
        st.session_state[state.ATTEMPTS] = list((left | own).values())[-MOST:]


def _keep(attempt: Attempt) -> None:
    belongings.keep(KIND, attempt.key, attempt, len(attempt.image) + 200, MOST)


def _forget() -> None:
    st.session_state[state.ATTEMPTS] = []
    belongings.forget(KIND)


def note(
    key: str, image: NDArray[np.uint8], values: NDArray[np.floating], doubted: bool | None
) -> None:
    """Keep the newest answer of an attempt; one that begins pushes the oldest out."""
    others = [attempt for attempt in all_of_them() if attempt.key != key]
    truth = next((attempt.truth for attempt in all_of_them() if attempt.key == key), None)
    picture, guess = images.enlarged(image, 2), int(values.argmax())
    newest = Attempt(key, picture, guess, float(values.max()), doubted, truth)
    st.session_state[state.ATTEMPTS] = [*others, newest][-MOST:]
    _keep(newest)


def _say(key: str, truth: int | None) -> None:
    said = {one.key: one for one in all_of_them()}
    if key in said:  # and was not forgotten in between
        said[key] = replace(said[key], truth=truth)
        _keep(said[key])
    st.session_state[state.ATTEMPTS] = list(said.values())


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
        st.button("Change", on_click=_say, args=(key, None), key="attempt_change", type="tertiary")


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
            on_click=_say,
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
            on_change=lambda: _say(attempt.key, st.session_state[widget]),
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
        st.button("Forget them", on_click=_forget, key="attempts_forget", type="tertiary")


def _show(attempt: Attempt) -> None:
    name = f"{name_of(attempt.guess)}, {100 * attempt.probability:.0f} %"
    st.image(attempt.image, width="stretch", alt=f"An attempt, answered: {name}")
    lines = [name, "in doubt"] if attempt.doubted else [name]
    if attempt.truth is not None:
        mark = ":green[**right**]" if attempt.right else f"is: {name_of(attempt.truth)}"
        lines.append(mark)
    st.caption("  \n".join(lines))
