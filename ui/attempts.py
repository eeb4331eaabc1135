"""The last pictures that a visitor tried on Predict, and what they said of the answers.

How they are shown and scored there: ui/predict/score.py. The page Network looks inside them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from ui import belongings, state

KIND = "attempts"  # of what a visitor leaves with the server
MOST = 12  # attempts that are kept
NONE = len(CLASSES)  # what a picture is, by the visitor's word, that shows none of the classes


@dataclass(frozen=True)
class Attempt:
    """One picture and what the network made of it."""

    key: str  # stays the same while a drawing grows
    name: str  # of the picture: a file's name, or "Drawing"
    pixels: bytes  # (28, 28) as the network got them, row after row
    guess: int  # the likeliest class
    probability: float  # of that class
    doubted: bool | None = None  # whether the picture is unlike clothes; None while not known
    truth: int | None = None  # what it is, where the visitor said so: a class, or NONE

    @property
    def image(self) -> NDArray[np.uint8]:
        """The 28 x 28 pixels as an array, (28, 28)."""
        return np.frombuffer(self.pixels, np.uint8).reshape(28, 28)

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
    belongings.keep(KIND, attempt.key, attempt, len(attempt.pixels) + 200, MOST)


def forget() -> None:
    """Let go of all of them."""
    st.session_state[state.ATTEMPTS] = []
    belongings.forget(KIND)


def note(
    key: str,
    name: str,
    image: NDArray[np.uint8],
    values: NDArray[np.floating],
    doubted: bool | None,
) -> None:
    """Keep the newest answer of an attempt; one that begins pushes the oldest out."""
    others = [attempt for attempt in all_of_them() if attempt.key != key]
    truth = next((attempt.truth for attempt in all_of_them() if attempt.key == key), None)
    guess, probability = int(values.argmax()), float(values.max())
    newest = Attempt(key, name, image.tobytes(), guess, probability, doubted, truth)
    st.session_state[state.ATTEMPTS] = [*others, newest][-MOST:]
    _keep(newest)


def say(key: str, truth: int | None) -> None:
    """Note what the visitor says that an attempt shows: a class, NONE, or None for nothing said."""
    said = {one.key: one for one in all_of_them()}
    if key in said:  # and was not forgotten in between
        said[key] = replace(said[key], truth=truth)
        _keep(said[key])
    st.session_state[state.ATTEMPTS] = list(said.values())
