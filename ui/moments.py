"""The moments of a run's training whose weights are kept, and what they are called."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from model import server
from model.training.checkpoint import Trained
from model.training.run import Run
from model.training.storage.database import StorageError


def kept(run: Run) -> tuple[int, ...]:
    """After how many batches weights are kept; none, and a sentence, where they cannot be read."""
    try:
        return server.runs().moments(run)
    except StorageError as error:
        st.warning(str(error))
        return ()


def name(run: Run, step: int) -> str:
    """A moment in words: a whole epoch by its number, others by their batch."""
    epoch, batch = divmod(step, run.snapshot().steps_per_epoch)
    return f"batch {step:,}" if batch else str(epoch)


def at(run: Run, trained: Trained, step: int) -> Trained:
    """The network as it was after `step` batches. Raises StorageError where that is damaged."""
    weights = server.runs().weights_at(run, step)
    epoch = step / run.snapshot().steps_per_epoch
    return replace(trained, weights=weights, epoch=epoch, accuracies={})
