"""Figures of merit: how good a network is on pictures whose classes are known. No TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.networks.architectures import CLASS_COUNT


@dataclass(frozen=True)
class Score:
    """How a network does on pictures that it did not learn from."""

    loss: float  # mean cross-entropy, natural logarithm
    accuracy: float  # 0 to 1
    confusion: NDArray[np.int64]  # (10, 10): true class by predicted class


def score(loss: float, labels: NDArray[np.integer], guesses: NDArray[np.integer]) -> Score:
    """Count which pictures of `labels`, (n,), were taken for which class, `guesses`, (n,).

    `loss` is the sum over all n pictures.
    """
    confusion = np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
    np.add.at(confusion, (labels, guesses), 1)
    accuracy = float(np.trace(confusion) / confusion.sum())
    return Score(loss / len(labels), accuracy, confusion)
