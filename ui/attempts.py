"""What a visitor tried on Predict: the last pictures, and how many of them were recognised.

Attempts live in the session alone and go with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data import CLASSES
from ui import components, state

MOST = 12  # attempts that are kept


@dataclass(frozen=True)
class Attempt:
    """One picture and what the network made of it."""

    key: str  # stays the same while a drawing grows
    image: str  # the 28 x 28 pixels, as a data address
    guess: int
    probability: float
    truth: int | None = None  # what it is, where somebody said so


def all_of_them() -> list[Attempt]:
    """The attempts of this session, oldest first."""
    found: list[Attempt] = st.session_state.get(state.ATTEMPTS, [])
    return found


def note(key: str, image: NDArray[np.uint8], values: NDArray[np.floating]) -> None:
    """Keep the newest answer of an attempt; one that begins pushes the oldest out."""
    others = [attempt for attempt in all_of_them() if attempt.key != key]
    known = next((attempt.truth for attempt in all_of_them() if attempt.key == key), None)
    guess = int(values.argmax())
    picture = components.enlarged(image, 2)
    newest = Attempt(key, picture, guess, float(values[guess]), known)
    st.session_state[state.ATTEMPTS] = [*others, newest][-MOST:]


def _say(key: str, truth: int | None) -> None:
    st.session_state[state.ATTEMPTS] = [
        replace(attempt, truth=truth) if attempt.key == key else attempt
        for attempt in all_of_them()
    ]


def ask(key: str) -> None:
    """ "Was this right?" for the attempt that is on the page."""
    attempt = next((one for one in all_of_them() if one.key == key), None)
    if attempt is None:  # a picture of the data set, or the answer of a run that trains
        return
    if attempt.truth is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            right = "Right" if attempt.truth == attempt.guess else "Wrong"
            st.markdown(f"You said: **{CLASSES[attempt.truth]}**. {right}. {score()}")
            st.button("Change", on_click=_say, args=(key, None), key="attempt_change")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Yes, that is right",
            icon=":material/check:",
            on_click=_say,
            args=(key, attempt.guess),
            key="attempt_yes",
        )
        st.selectbox(
            "Was this right? If not, it is:",
            [label for label in range(len(CLASSES)) if label != attempt.guess],
            index=None,
            format_func=lambda label: CLASSES[label],
            placeholder="Choose the true class",
            key=f"attempt_truth {key} {attempt.guess}",
            on_change=lambda: _say(key, st.session_state[f"attempt_truth {key} {attempt.guess}"]),
        )


def score() -> str:
    """How many of the attempts with a known class were recognised, as a sentence."""
    known = [attempt for attempt in all_of_them() if attempt.truth is not None]
    right = sum(attempt.guess == attempt.truth for attempt in known)
    return f"{right} of your last {len(known)} were recognised." if known else ""


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
            name = CLASSES[attempt.guess]
            st.image(attempt.image, width="stretch", alt=f"An attempt, taken for {name}")
            mark = ""
            if attempt.truth is not None:
                right = attempt.truth == attempt.guess
                mark = "  \n:green[right]" if right else f"  \nis: {CLASSES[attempt.truth]}"
            st.caption(f"{name}, {100 * attempt.probability:.0f} %{mark}")
