"""What goes wrong while a run trains, read off its figures. What to do about it, pages say."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from model.training.snapshot import EpochResult, Snapshot

Fault = Literal["", "diverges", "stuck", "overfits", "few pictures", "underfits"]

WINDOW = 30  # batches whose mean is looked at
GROWN = 1.6  # times its lowest mean: the loss rises
CHANCE = 0.15  # accuracy of who hardly does better than to guess one of ten classes
SOON = 100  # batches after which a network that learns is better than that
GAP = 0.04  # between training and validation: something is learned by heart
WIDENING = 0.01  # by so much more than three epochs before
AGO = 3  # epochs
FEW = 3_000  # pictures
LOW = 0.85  # accuracy at the end of a run that has not learned all it could
GAINING = 0.003  # by so much the last epoch was better than the one before


def diagnose(now: Snapshot) -> Fault:
    """The gravest thing that can be seen; "" where nothing is wrong."""
    means = _means(now.losses)
    if len(means) > 1 and means[-1] > GROWN * means.min() and means[-1] > 0.5:
        return "diverges"
    if now.step >= SOON and float(np.mean(now.accuracies[-WINDOW:])) < CHANCE:
        return "stuck"
    gaps = [gap for one in now.epochs if (gap := _gap(one)) is not None]
    if len(gaps) > AGO and gaps[-1] > GAP and gaps[-1] > gaps[-1 - AGO] + WIDENING:
        return "few pictures" if 0 < now.images_per_epoch <= FEW else "overfits"
    return "underfits" if _underfits(now) else ""


def _means(losses: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of WINDOW batches each, up to the newest."""
    whole = len(losses) // WINDOW * WINDOW
    windows = losses[len(losses) - whole :].reshape(-1, WINDOW)
    return np.asarray(windows.mean(axis=1, dtype=np.float64))


def _gap(one: EpochResult) -> float | None:
    return one.accuracy - one.validation.accuracy if one.validation else None


def _underfits(now: Snapshot) -> bool:
    """In its last epoch it is not good, or still gets better with each epoch."""
    if len(now.epochs) < 2 or now.step < now.total_steps:
        return False
    before, last = now.epochs[-2].accuracy, now.epochs[-1].accuracy
    gap = _gap(now.epochs[-1])
    return last < LOW and last - before > GAINING and (gap is None or gap < GAP)
