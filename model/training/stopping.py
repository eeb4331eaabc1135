"""When a run ends by itself before its last epoch: at a target, at a standstill, or by a fault."""

from __future__ import annotations

import numpy as np

from model.training.recipes import number
from model.training.results import Slice
from model.training.snapshot import Snapshot


def why_fail(now: Snapshot, result: Slice) -> str:
    """What is wrong with what a slice gave back, in sentences; empty where it is sound."""
    found = (result.losses, *result.checkpoint.weights.values())
    if all(np.isfinite(array).all() for array in found):
        return ""
    return (
        "The loss grew beyond all numbers, so the weights were about to be lost: the learning rate "
        f"of {number(now.config.learning_rate)} is too high here. The weights after {now.step} "
        "batches are kept. Start again with a tenth of it."
    )


def why_stop(now: Snapshot) -> str:
    """Why a run ends after the epoch that it has just ended, a sentence; empty where it goes on."""
    scored = [(one.epoch, one.validation.accuracy) for one in now.epochs if one.validation]
    if not scored or now.step >= now.total_steps:
        return ""
    (epoch, reached), config = scored[-1], now.config
    if config.target_accuracy and reached >= config.target_accuracy:
        return (
            f"The target is reached: {100 * reached:.2f}\u00a0% of the validation pictures are "
            f"right after {epoch} {'epoch' if epoch == 1 else 'epochs'}."
        )
    best, highest = max(scored, key=lambda one: one[1])
    if config.patience and epoch - best >= config.patience:
        return (
            f"Stopped early: for {epoch - best} epochs, validation has not got better than the "
            f"{100 * highest:.2f}\u00a0% of epoch {best}."
        )
    return ""
