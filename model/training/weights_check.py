"""Checks of what a weights file says of itself, and of its arrays: every word, before any is used.

Its author may be anybody. `checkpoint.py` reads and writes these files.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.networks.architectures import NETWORKS, Weights, weight_shapes
from model.training.file_kinds import INSTEAD
from model.training.recipes import LIMITS, RECIPES, Config, SettingError, from_plain
from model.training.safetensors_header import CheckpointError, Header, strict_json

FORMAT = "lenet-lab 1"
MEASURED = {"train", "validation", "test"}  # pictures that accuracies are measured on
INTEGERS = (("I", "int"), ("U", "uint"))
READ = {"F16", "F32", "F64"}  # kinds of numbers that a file may hold; the app saves F32
# What people call the kinds that safetensors files may hold.
NUMBERS = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8 (E4M3)",
    "F8_E5M2": "float8 (E5M2)",
    "BOOL": "true or false",
    "C64": "complex64",
} | {f"{sign}{bits}": f"{kind}{bits}" for sign, kind in INTEGERS for bits in (8, 16, 32, 64)}


@dataclass(frozen=True)
class Description:
    """What a weights file says of its weights; see `checkpoint.Trained`."""

    config: Config
    recipe: str
    epoch: float
    accuracies: dict[str, float]


def described(header: Header) -> Description:
    """What a file says of its weights; raise CheckpointError where that makes no sense."""
    about = header.about
    if about.get("format") != FORMAT:
        raise CheckpointError(f"{_stranger(header)} {INSTEAD}")
    try:
        config = from_plain(_json(about, "config"))
        recipe = about.get("recipe", "")
        if recipe not in {*RECIPES, "custom"}:
            raise SettingError(f"Recipe is {recipe[:40]!r}; this app has none of this name.")
        epoch = _number("Epoch", _json(about, "epoch"), LIMITS["epochs"][1])
        accuracies = _accuracies(_json(about, "accuracies"))
    except SettingError as error:
        raise CheckpointError(f"What this file says of itself cannot be used. {error}") from None
    return Description(config, recipe, epoch, accuracies)


def _stranger(header: Header) -> str:
    """What a safetensors file is that does not say that it holds weights of this app."""
    if header.about.get("format", "").startswith("lenet-lab reference"):
        return (
            "This file tells what is usual for weights, and lies beside them; the weights have "
            'its name without ".reference".'
        )
    kinds = ", ".join(sorted({_numbers(kind) for kind in header.types.values()}))
    held = f"holds {len(header.types)} arrays ({kinds})" if kinds else "holds no arrays"
    return (
        f"This safetensors file comes from another program: it {held}, and does not say of which "
        "network."
    )


def _json(about: dict[str, str], name: str) -> Any:
    """What stands as JSON under a name; SettingError where that is none, or missing."""
    try:
        return strict_json(about[name])
    except KeyError:
        raise SettingError(f"It does not tell its {name}.") from None
    except (ValueError, RecursionError):
        raise SettingError(f"Its {name} cannot be read.") from None


def _accuracies(found: Any) -> dict[str, float]:
    """Shares of pictures from a file; SettingError for anything else."""
    if not isinstance(found, dict) or not found.keys() <= MEASURED:
        raise SettingError(f"Its accuracies must be of {', '.join(sorted(MEASURED))}.")
    return {name: _number(f"Accuracy ({name})", value, 1) for name, value in found.items()}


def _number(what: str, value: Any, most: float) -> float:
    """A number from a file, 0 to `most`; SettingError for anything else."""
    if type(value) not in (int, float) or not 0 <= value <= most:
        raise SettingError(f"{what} must be a number from 0 to {most:g}.")
    return float(value)


def _numbers(kind: str) -> str:
    """The kind of an array's numbers in words; what safetensors does not have as it is."""
    return NUMBERS.get(kind, repr(kind[:12]))


def check_arrays(header: Header, network: str) -> None:
    """Raise CheckpointError unless names, shapes and types of all arrays fit the network."""
    expected, label = weight_shapes(NETWORKS[network]), NETWORKS[network].label
    faults = [
        f"{_listed(names)} {fault}"
        for names, fault in (
            (expected.keys() - header.shapes.keys(), "missing"),
            (header.shapes.keys() - expected.keys(), "too much"),
        )
        if names
    ]
    if faults:
        raise CheckpointError(f"These weights do not belong to {label}: {' and '.join(faults)}.")
    for name, shape in expected.items():
        if header.shapes[name] != shape:
            raise CheckpointError(
                f"These weights do not fit {label}: '{name}' has the shape "
                f"{str(header.shapes[name])[:60]}, not {shape}."
            )
        if header.types[name] not in READ:
            kind = _numbers(header.types[name])
            raise CheckpointError(f"'{name}' holds numbers of the kind {kind}; float32 is needed.")


def _listed(names: Set[str]) -> str:
    """Names of arrays, which may be any text: repr leaves no sign in it unseen."""
    first = f"{min(names)[:40]!r}"
    return f"{first} is" if len(names) == 1 else f"{first} and {len(names) - 1} more are"


def as_float32(arrays: Weights, network: str) -> Weights:
    """The arrays of a network, in its order; CheckpointError for values out of the question."""
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        weights = {
            name: arrays[name].astype(np.float32) for name in weight_shapes(NETWORKS[network])
        }
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise CheckpointError(
                f"'{name}' holds values that are not numbers (NaN or infinity); the training "
                "that made this file went wrong."
            )
        if name.endswith("/variance") and (array < 0).any():
            raise CheckpointError(f"'{name}' holds negative numbers; a variance has none.")
    return weights
