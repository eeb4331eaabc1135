"""What a slice of training gives back.

These classes travel from workers to the web process, so they stand apart from `slices.py`:
unpickling them must not import TensorFlow there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.training.checkpoint import Checkpoint


@dataclass(frozen=True)
class Score:
    """How a network does on pictures that it did not learn from."""

    loss: float  # mean cross-entropy, natural logarithm
    accuracy: float  # 0 to 1
    confusion: NDArray[np.int64]  # (10, 10): true class by predicted class


@dataclass(frozen=True)
class Slice:
    """What one call of `advance` did."""

    checkpoint: Checkpoint
    losses: NDArray[np.float32]  # (steps,) mean loss of each batch
    accuracies: NDArray[np.float32]  # (steps,) share of each batch that was right
    seconds: float
    validation: Score | None  # at the end of an epoch, where pictures are held out
    test: Score | None  # at the end of the run, and only there
