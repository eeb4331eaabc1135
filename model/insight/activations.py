"""Activation functions with their derivatives, for people to compare; networks use some of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAK = 0.1  # slope of the leaky ReLU below 0


@dataclass(frozen=True)
class Function:
    """One entry of FUNCTIONS."""

    of: Callable[[Floats], Floats]
    derivative: Callable[[Floats], Floats]
    words: str


def sigmoid(x: Floats) -> Floats:
    """Between 0 and 1, also for numbers whose powers are too large to be written."""
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))


FUNCTIONS: dict[str, Function] = {
    "sigmoid": Function(
        sigmoid,
        lambda x: sigmoid(x) * (1 - sigmoid(x)),
        "**Sigmoid** squeezes every number between 0 and 1. Far from 0 it is flat: its derivative "
        "is nearly 0 there, so learning becomes slow.",
    ),
    "ReLU": Function(
        lambda x: np.maximum(x, 0),
        lambda x: (x > 0).astype(np.float64),
        "**ReLU** keeps what is above 0 and makes 0 of the rest. It is quick to compute, and its "
        "derivative is 1 wherever something comes through.",
    ),
    "leaky ReLU": Function(
        lambda x: np.where(x > 0, x, LEAK * x),
        lambda x: np.where(x > 0, 1.0, LEAK),
        "**Leaky ReLU** lets a tenth of what is below 0 through, so that a unit can always learn.",
    ),
    "tanh": Function(
        np.tanh,
        lambda x: 1 - np.tanh(x) ** 2,
        "**tanh** squeezes every number between −1 and 1. LeNet-5 of 1998 used it.",
    ),
    "softmax": Function(
        sigmoid,
        lambda x: sigmoid(x) * (1 - sigmoid(x)),
        "**Softmax** looks at all classes together. The curve shows two classes, one of which has "
        "the score 0: then it is the same as sigmoid. With ten classes, see further down.",
    ),
}
