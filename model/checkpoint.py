"""A point in a run, as plain arrays, and trained weights as safetensors files.

A safetensors file cannot run code, unlike .keras, .h5 or pickle files, so people may upload
one. `load` still checks everything else before a number of it is used.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as parse
from safetensors.numpy import save

from model.networks import NETWORKS, Weights, from_vector, initial_weights, weight_shapes
from model.recipes import OPTIMIZERS, Config

MAX_FILE_BYTES = 4_000_000  # the largest network's file has 0.5 MB


class CheckpointError(ValueError):
    """A weights file cannot be used. The message is one sentence that says why."""


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


def to_bytes(trained: Trained) -> bytes:
    """`trained` as the content of a safetensors file."""
    about = {
        "format": "lenet-lab 1",
        "config": json.dumps(asdict(trained.config)),
        "recipe": trained.recipe,
        "epoch": repr(trained.epoch),
        "accuracies": json.dumps(trained.accuracies),
    }
    arrays = {name: np.ascontiguousarray(array) for name, array in trained.weights.items()}
    content: bytes = save(arrays, metadata=about)
    return content


def load(content: bytes) -> Trained:
    """Read what `to_bytes` wrote; raise CheckpointError if it is anything else."""
    if len(content) > MAX_FILE_BYTES:
        raise CheckpointError(
            f"This file has {len(content) / 1e6:.1f} MB; no weights file of this app is larger "
            f"than {MAX_FILE_BYTES / 1e6:.0f} MB."
        )
    try:
        arrays = parse(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise CheckpointError(
            "This is not a safetensors file, or it is damaged; download the weights again."
        ) from None
    trained = _describe(header.get("__metadata__") or {}, arrays)
    _check_arrays(trained)
    return trained


def _describe(about: dict[str, Any], arrays: Weights) -> Trained:
    """Put metadata and arrays together; what the metadata leaves out keeps its default."""
    try:
        config = Config(**json.loads(about["config"]))
        accuracies = {str(k): float(v) for k, v in json.loads(about["accuracies"]).items()}
        recipe = re.sub(r"[^\w -]", "", about["recipe"])[:40]
        trained = Trained(arrays, config, recipe, float(about["epoch"]), accuracies)
        known = config.network in NETWORKS
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise CheckpointError(
            "This safetensors file does not say which network it belongs to; use a file that "
            "this app saved."
        ) from None
    if not known:
        names = ", ".join(NETWORKS)
        raise CheckpointError(
            f"These weights are of a network that this app does not have; it has {names}."
        )
    return trained


def _check_arrays(trained: Trained) -> None:
    """Raise CheckpointError unless names, shapes, types and values fit the network."""
    expected = weight_shapes(NETWORKS[trained.network])
    label = NETWORKS[trained.network].label
    if set(trained.weights) != set(expected):
        wrong = sorted(set(trained.weights) ^ set(expected))
        raise CheckpointError(
            f"These weights do not belong to {label}: '{wrong[0]}' is missing or too much."
        )
    for name, shape in expected.items():
        array = trained.weights[name]
        if array.shape != shape:
            raise CheckpointError(
                f"These weights do not fit {label}: '{name}' is {array.shape}, not {shape}."
            )
        if array.dtype != np.float32:
            raise CheckpointError(f"'{name}' holds {array.dtype} numbers; float32 is needed.")
        if not np.isfinite(array).all():
            raise CheckpointError(
                f"'{name}' holds values that are not numbers (NaN or infinity); the training "
                "that made this file went wrong."
            )
        if name.endswith("/variance") and (array < 0).any():
            raise CheckpointError(f"'{name}' holds negative numbers; a variance has none.")
