"""What a slice of training gives back.

It travels from workers to the web process, so it stands apart from `trainer.py`: unpickling it must
not import TensorFlow there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.training.checkpoint import Checkpoint
from model.training.glimpse import Batch, Glimpse
from model.training.metrics import Score


@dataclass(frozen=True)
class Slice:
    """What one call of `advance` did."""

    checkpoint: Checkpoint
    losses: NDArray[np.float32]  # (steps,) mean cross-entropy of each batch, labels not smoothed
    accuracies: NDArray[np.float32]  # (steps,) share of each batch that was right
    seconds: float
    validation: Score | None  # at the end of an epoch, where pictures are held out
    test: Score | None  # at the end of the run, and only there
    glimpse: Glimpse | None = None  # of the network after it
    batch: Batch | None = None  # where it was a single one
    cold: bool = False  # the first of its worker for this network: `seconds` says little
