"""What a visitor tried on Predict: the last pictures, and how many of them were recognised.

Attempts live in the session alone and go with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from ui import images, state

MOST = 12  # attempts that are kept
NONE = len(CLASSES)  # what a picture is that shows none of the classes


@dataclass(frozen=True)
class Attempt:
    """One picture and what the network made of it."""

    key: str  # stays the same while a drawing grows
    image: str  # the 28 x 28 pixels, as a data address
    guess: int  # a class; NONE where the picture was called strange
    probability: float  # of the likeliest class
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


def note(key: str, image: NDArray[np.uint8], values: NDArray[np.floating], unlike: bool) -> None:
    """Keep the newest answer of an attempt; one that begins pushes the oldest out."""
    others = [attempt for attempt in all_of_them() if attempt.key != key]
    truth = next((attempt.truth for attempt in all_of_them() if attempt.key == key), None)
    guess = NONE if unlike else int(values.argmax())
    newest = Attempt(key, images.enlarged(image, 2), guess, float(values.max()), truth)
    st.session_state[state.ATTEMPTS] = [*others, newest][-MOST:]


def _say(key: str, truth: int | None) -> None:
    st.session_state[state.ATTEMPTS] = [
        replace(attempt, truth=truth) if attempt.key == key else attempt
        for attempt in all_of_them()
    ]


def ask(key: str) -> None:
    """Ask whether the answer to the attempt that is on the page was right."""
    attempt = next(one for one in all_of_them() if one.key == key)
    if attempt.truth is None:
        _question(attempt)
        return
    verdict = "right" if attempt.right else "wrong"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"You said: **{name_of(attempt.truth)}**, so it was {verdict}. {score()}",
            width="content",
        )
        st.button("Change", on_click=_say, args=(key, None), key="attempt_change", type="tertiary")


def _question(attempt: Attempt) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
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


def history() -> None:
    """The last attempts, newest first, as a strip."""
    attempts = all_of_them()[::-1]
    if len(attempts) < 2:
        return
    st.subheader("Your last attempts", anchor=False)
    st.caption(score() or "Say whether an answer was right, and the score is kept here.")
    grid = st.grid(MOST, min_column_width=84, key="attempts")
    for attempt in attempts:
        with grid.cell():
            sure = f"{100 * attempt.probability:.0f} %"
            name = "strange" if attempt.guess == NONE else f"{name_of(attempt.guess)}, {sure}"
            st.image(attempt.image, width="stretch", alt=f"An attempt, taken for: {name}")
            lines = [name]
            if attempt.truth is not None:
                mark = ":green[**right**]" if attempt.right else f"is: {name_of(attempt.truth)}"
                lines.append(mark)
            st.caption("  \n".join(lines))
