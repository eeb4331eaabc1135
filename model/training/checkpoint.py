"""A point in a run, as plain arrays, and trained weights as safetensors files.

A safetensors file cannot run code, unlike .keras, .h5 or pickle files, so people may upload
one. `load` still checks everything else before a number of it is used.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as parse
from safetensors.numpy import save

from model.networks.architectures import (
    NETWORKS,
    Weights,
    from_vector,
    initial_weights,
    weight_shapes,
)
from model.networks.forward import largest
from model.training.recipes import LIMITS, OPTIMIZERS, RECIPES, Config, SettingError, check
from model.training.safetensors_header import DAMAGED, metadata, strict_json
from model.training.safetensors_header import CheckpointError as CheckpointError

FORMAT = "lenet-lab 1"
MEASURED = {"train", "validation", "test"}  # pictures that accuracies are measured on
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
        "epoch": repr(trained.epoch),
        "accuracies": json.dumps(trained.accuracies),
    }
    arrays = {name: np.ascontiguousarray(array) for name, array in trained.weights.items()}
    content: bytes = save(arrays, metadata=about)
    return content


def read(file: Path) -> Trained:
    """The weights in a file; raise CheckpointError, or OSError where it cannot be read."""
    with file.open("rb") as opened:
        return load(opened.read(MAX_FILE_BYTES + 1))  # no more, however large it is


def load(content: bytes) -> Trained:
    """Read what `to_bytes` wrote; raise CheckpointError if it is anything else."""
    if len(content) > MAX_FILE_BYTES:
        raise CheckpointError(
            f"This file has more than {MAX_FILE_BYTES / 1e6:.0f} MB; no weights file of this app "
            "is so large."
        )
    about = metadata(content)
    try:
        arrays = parse(content)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError):
        raise CheckpointError(DAMAGED) from None
    trained = _describe(about, arrays)
    _check_arrays(trained)
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


def _describe(about: dict[str, str], arrays: Weights) -> Trained:
    """Put metadata and arrays together; what the settings leave out keeps its default."""
    try:
        if about["format"] != FORMAT:
            raise ValueError(about["format"])
        config = config_from(strict_json(about["config"]))
        accuracies = _accuracies(strict_json(about["accuracies"]))
        epoch = _number(float(about["epoch"]), LIMITS["epochs"][1])
        recipe = about["recipe"]
        if recipe not in {*RECIPES, "custom"}:
            raise ValueError(recipe)
    except CheckpointError:
        raise
    except SettingError as error:
        raise CheckpointError(f"A setting in this file is out of range. {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise CheckpointError(
            "This safetensors file does not say which network it belongs to, or not in the way "
            "of this app; use a file that this app saved."
        ) from None
    return Trained(arrays, config, recipe, epoch, accuracies)


def config_from(settings: dict[str, Any]) -> Config:
    """Settings from a file. TypeError for one of another name or type, SettingError for its value.

    A whole number may stand for one with decimals, and nothing else for anything else.
    """
    for name, value in settings.items():
        kind = type(getattr(Config, name, None))
        if type(value) is not kind and (kind, type(value)) != (float, int):
            raise TypeError(name)
    config = Config(**settings)
    if config.network not in NETWORKS:
        names = ", ".join(NETWORKS)
        raise CheckpointError(
            f"These weights are of a network that this app does not have; it has {names}."
        )
    return check(config)


def _accuracies(found: dict[str, Any]) -> dict[str, float]:
    """Shares of pictures from a file; ValueError or TypeError for anything else."""
    if not found.keys() <= MEASURED:
        raise ValueError("unknown pictures")
    return {name: _number(value, 1) for name, value in found.items()}


def _number(value: Any, most: float) -> float:
    """A number from a file, 0 to `most`; ValueError or TypeError for anything else."""
    if type(value) not in (int, float):
        raise TypeError("no number")
    if not 0 <= value <= most:
        raise ValueError("out of range")
    return float(value)


def _check_arrays(trained: Trained) -> None:
    """Raise CheckpointError unless names, shapes, types and values fit the network."""
    expected = weight_shapes(NETWORKS[trained.network])
    label = NETWORKS[trained.network].label
    if set(trained.weights) != set(expected):
        wrong = min(set(trained.weights) ^ set(expected))
        raise CheckpointError(  # the name may be any text: repr leaves no sign in it unseen
            f"These weights do not belong to {label}: {wrong[:40]!r} is missing or too much."
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
