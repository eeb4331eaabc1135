"""What a screen reader says of a run by itself: how it is, and each epoch that ends."""

from __future__ import annotations

from model.training.snapshot import Snapshot
from ui.text import percent


def said(now: Snapshot) -> list[str]:
    """Two sentences; the browser has one said when it is another than before."""
    return [_status(now), _epoch(now)]


def _status(now: Snapshot) -> str:
    match now.status:
        case "running":
            return "The network is training." if now.step else "Training is about to begin."
        case "paused":
            return "Training is paused."
        case "stopping":
            return "Training is coming to its end."
        case "failed":
            return "Training failed."
        case "stopped" | "finished":
            right = percent(now.test.accuracy) if now.test else "an unknown share"
            return f"Training has ended: {right} of the test pictures right."


def _epoch(now: Snapshot) -> str:
    """The newest epoch that has ended; nothing before the first one has."""
    if not now.epochs:
        return ""
    last = now.epochs[-1]
    held_out = f", validation {percent(last.validation.accuracy, 0)}" if last.validation else ""
    trained = f"training {percent(last.accuracy, 0)}{held_out}"
    return f"Epoch {last.epoch} of {now.config.epochs}: {trained}."
