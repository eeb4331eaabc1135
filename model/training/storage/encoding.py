"""Runs as text and bytes, and back; what comes back is checked, for a disk may have spoilt it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from model.networks.architectures import CLASS_COUNT, NETWORKS, Weights, weight_shapes
from model.training.checkpoint import Checkpoint, start
from model.training.metrics import Score
from model.training.recipes import Config
from model.training.safetensors_header import written
from model.training.snapshot import CHANGEABLE, Change, EpochResult, Origin

SLOT = "slot/"  # goes before the names of an optimizer's vectors


class DamagedError(Exception):
    """These bytes are not what was kept."""


def pack_weights(weights: Weights) -> bytes:
    """Weights alone, as safetensors."""
    return written(weights, {})


def pack(checkpoint: Checkpoint) -> bytes:
    """Weights and the optimizer's vectors, as safetensors."""
    slots = {SLOT + name: vector for name, vector in checkpoint.slots.items()}
    return pack_weights(checkpoint.weights | slots)


def unpack_weights(content: bytes, config: Config) -> Weights:
    """What `pack_weights` packed; raise DamagedError for anything that does not fit `config`."""
    arrays = _load(content)
    shapes = weight_shapes(NETWORKS[config.network])
    if {name: array.shape for name, array in arrays.items()} != shapes:
        raise DamagedError
    return {name: arrays[name] for name in shapes}


def unpack(content: bytes, step: int, config: Config) -> Checkpoint:
    """What `pack` packed; raise DamagedError for anything that does not fit `config`."""
    arrays, expected = _load(content), start(config)
    wanted = expected.weights | {SLOT + name: slot for name, slot in expected.slots.items()}
    if {name: array.shape for name, array in arrays.items()} != {
        name: array.shape for name, array in wanted.items()
    }:
        raise DamagedError
    weights = {name: arrays[name] for name in expected.weights}
    return Checkpoint(step, weights, {name: arrays[SLOT + name] for name in expected.slots})


def _load(content: bytes) -> dict[str, NDArray[np.float32]]:
    try:
        arrays: dict[str, NDArray[np.float32]] = load(content)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError):
        raise DamagedError from None
    if any(array.dtype != np.float32 for array in arrays.values()):
        raise DamagedError
    return arrays


def pack_figures(figures: NDArray[np.float32]) -> bytes:
    """Losses or accuracies, (n,), as four bytes each, the lowest first."""
    return figures.astype("<f4").tobytes()


def unpack_figures(content: bytes) -> NDArray[np.float32]:
    """What `pack_figures` packed, (n,)."""
    return np.frombuffer(content, "<f4").astype(np.float32)


def settings_to_text(config: Config) -> str:
    """All settings as JSON."""
    return json.dumps(asdict(config))


def score_to_text(score: Score | None) -> str:
    """A score as JSON."""
    return json.dumps(_plain(score))


def score_from_text(text: str) -> Score | None:
    """What `score_to_text` wrote; KeyError, TypeError or ValueError for anything else."""
    return _score(json.loads(text))


def epochs_to_text(epochs: tuple[EpochResult, ...]) -> str:
    """What is known at the end of each epoch, as JSON."""
    return json.dumps(
        [
            {"loss": one.loss, "accuracy": one.accuracy, "validation": _plain(one.validation)}
            for one in epochs
        ]
    )


def epochs_from_text(text: str) -> tuple[EpochResult, ...]:
    """What `epochs_to_text` wrote; KeyError, TypeError or ValueError for anything else."""
    return tuple(
        EpochResult(number, float(one["loss"]), float(one["accuracy"]), _score(one["validation"]))
        for number, one in enumerate(json.loads(text), 1)
    )


def changes_to_text(changes: tuple[Change, ...]) -> str:
    """What was changed on the way, as JSON."""
    return json.dumps([asdict(change) for change in changes])


def changes_from_text(text: str) -> tuple[Change, ...]:
    """What `changes_to_text` wrote; TypeError or ValueError for anything else."""
    found = tuple(Change(**one) for one in json.loads(text))
    for one in found:
        if one.name not in CHANGEABLE or not isinstance(one.step, int):
            raise ValueError(one.name)
        float(one.before), float(one.after)
    return found


def origin_to_text(origin: Origin | None) -> str:
    """Where a run's first weights came from, as JSON."""
    return json.dumps(asdict(origin) if origin else None)


def origin_from_text(text: str) -> Origin | None:
    """What `origin_to_text` wrote; KeyError, TypeError or ValueError for anything else."""
    found = json.loads(text)
    return None if found is None else Origin(str(found["name"]), int(found["step"]))


def _plain(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {
        "loss": score.loss,
        "accuracy": score.accuracy,
        "confusion": score.confusion.tolist(),
    }


def _score(found: dict[str, Any] | None) -> Score | None:
    if found is None:
        return None
    confusion = np.array(found["confusion"], np.int64)
    if confusion.shape != (CLASS_COUNT, CLASS_COUNT):
        raise ValueError("of other classes")
    return Score(float(found["loss"]), float(found["accuracy"]), confusion)
