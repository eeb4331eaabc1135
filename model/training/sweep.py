"""A sweep through learning rates, on a worker. How it is read is in `rate_finder.py`.

It trains weights of its own, from where a run with these settings begins, and leaves nothing
behind: each slice of a run brings all of its state along.
"""

from __future__ import annotations

import numpy as np

from model.training.batches import steps_per_epoch
from model.training.checkpoint import start
from model.training.feed import learned_from
from model.training.rate_finder import Sweep, about, over, rates
from model.training.recipes import Config
from model.training.trainer import train_on

PIECE = 10  # batches between two looks whether it is over


def sweep(config: Config) -> Sweep:
    """Train with a rate that rises from batch to batch. The same settings give the same losses.

    It ends early where the loss has grown beyond use. Raises DataError without the pictures.
    """
    config = about(config)
    tried, losses = rates(config), np.zeros(0, np.float32)
    per_epoch = steps_per_epoch(len(learned_from(config)), config.batch_size)
    checkpoint = start(config)
    while len(losses) < len(tried) and over(losses) is None:
        step = checkpoint.step
        here = tried[step : step + min(PIECE, per_epoch - step % per_epoch)]
        numbers = np.arange(step + 1, step + 1 + len(here))
        rows = np.column_stack([numbers, here, np.zeros(len(here))]).astype(np.float32)
        checkpoint, new, _, _ = train_on(checkpoint, config, rows, per_epoch)
        losses = np.concatenate([losses, new])
    end = over(losses)
    return Sweep(tried[: len(losses)][:end], losses[:end])
