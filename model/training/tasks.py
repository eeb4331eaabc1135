"""What workers are asked to do. TensorFlow is imported here only once a worker calls a function.

The web process names these functions and never calls them.
"""

from __future__ import annotations

import os

from model.training.checkpoint import Checkpoint
from model.training.rate_finder import Sweep
from model.training.recipes import Config
from model.training.results import Slice


def train_slice(checkpoint: Checkpoint, config: Config, steps: int, last: bool) -> Slice:
    """`trainer.advance`."""
    from model.training.trainer import advance

    return advance(checkpoint, config, steps, last)


def sweep_rates(config: Config) -> Sweep:
    """`sweep.sweep`."""
    from model.training.sweep import sweep

    return sweep(config)


def import_training() -> int:
    """Import TensorFlow now, so that the first slice need not wait for it; the process' id."""
    import model.training.trainer  # noqa: F401

    return os.getpid()
