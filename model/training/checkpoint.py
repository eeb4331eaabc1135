"""A point in a run, as plain arrays, and trained weights as safetensors files.

A safetensors file cannot run code, unlike .keras, .h5 or pickle files, so people may upload
one. `load` still checks everything else before a number of it is used.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as parse

from model.networks.architectures import (
    NETWORKS,
    Weights,
    from_vector,
    initial_weights,
)
from model.networks.forward import largest
from model.training import safetensors_header, weights_check
from model.training.file_kinds import INSTEAD, kind_of
from model.training.recipes import OPTIMIZERS, Config
from model.training.safetensors_header import DAMAGED, written
from model.training.safetensors_header import CheckpointError as CheckpointError
from model.training.weights_check import FORMAT

MAX_FILE_BYTES = 4_000_000  # the largest network's file has 0.5 MB
MOST_VALUE = 1e18  # in a forward pass, by far: 1e10 is usual, and squares must stay finite


@dataclass(frozen=True)
class Checkpoint:
    """Everything that the next slice of a run needs, about 1.3 MB for LeNet with Adam."""

    step: int  # batches trained so far
    weights: Weights
    slots: dict[str, NDArray[np.float32]]  # each (parameters,): the optimizer's, the average


def start(config: Config) -> Checkpoint:
    """The checkpoint before the first batch of a run with these settings."""
    weights = initial_weights(NETWORKS[config.network], config.seed)
    size = sum(array.size for array in weights.values())
    names = OPTIMIZERS[config.optimizer].slots + (("average",) if config.averaging else ())
    return Checkpoint(0, weights, {name: np.zeros(size, np.float32) for name in names})


def final_weights(checkpoint: Checkpoint, config: Config) -> Weights:
    """The weights to predict with: the running average where the run keeps one."""
    if config.averaging and checkpoint.step:
        return from_vector(NETWORKS[config.network], checkpoint.slots["average"])
    return checkpoint.weights


@dataclass(frozen=True)
class Trained:
    """Weights ready to predict with, and where they come from."""

    weights: Weights
    config: Config
    recipe: str  # key of RECIPES, or "custom"
    epoch: float  # epochs trained, not always whole
    accuracies: dict[str, float] = field(default_factory=dict)  # "train", "validation", "test"

    @property
    def network(self) -> str:
        """Key of NETWORKS."""
        return self.config.network


def fingerprint(trained: Trained) -> str:
    """Short text that differs wherever networks or their weights differ."""
    digest = hashlib.sha256(trained.network.encode())
    for name in sorted(trained.weights):
        digest.update(trained.weights[name].tobytes())
    return digest.hexdigest()[:16]


def to_bytes(trained: Trained) -> bytes:
    """`trained` as the content of a safetensors file."""
    about = {
        "format": FORMAT,
        "config": json.dumps(asdict(trained.config)),
        "recipe": trained.recipe,
        "epoch": repr(float(trained.epoch)),
        "accuracies": json.dumps(trained.accuracies, sort_keys=True),
    }
    return written(trained.weights, about)


def read(file: Path) -> Trained:
    """The weights in a file; raise CheckpointError, or OSError where it cannot be read."""
    with file.open("rb") as opened:
        return load(opened.read(MAX_FILE_BYTES + 1))  # no more, however large it is


def load(content: bytes) -> Trained:
    """Read what `to_bytes` wrote; raise CheckpointError if it is anything else."""
    if len(content) > MAX_FILE_BYTES:
        raise CheckpointError(
            f"{kind_of(content)} It has more than {MAX_FILE_BYTES / 1e6:.0f} MB. {INSTEAD}"
        )
    header = safetensors_header.read(content)
    told = weights_check.described(header)
    weights_check.check_arrays(header, told.config.network)
    try:
        arrays = parse(content)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError):
        raise CheckpointError(DAMAGED) from None
    weights = weights_check.as_float32(arrays, told.config.network)
    trained = Trained(weights, told.config, told.recipe, told.epoch, told.accuracies)
    if not usable(trained):
        raise CheckpointError(
            "These weights are so large that no picture gets an answer; the training that made "
            "this file went wrong."
        )
    return trained


def usable(trained: Trained) -> bool:
    """Whether these weights give every picture ten finite numbers.

    Those of a run that went wrong may be finite and yet too large to reckon with.
    """
    return largest(NETWORKS[trained.network], trained.weights) < MOST_VALUE
