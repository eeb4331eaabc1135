"""How a network is trained: every setting of a run, and the recipes that pages offer.

Plain data and the arithmetic of settings (learning rates). The training itself is in
`trainer.py`, the order of the pictures in `batches.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from model.data.datasets import NAMES
from model.networks.architectures import NETWORKS
from model.training.batches import AUGMENTATIONS

Floats = NDArray[np.float64]


class SettingError(ValueError):
    """A setting is out of its range. The message says which, and what is allowed."""


@dataclass(frozen=True)
class Optimizer:
    """How gradients change the weights."""

    label: str
    slots: tuple[str, ...]  # vectors, as long as the weights, that it keeps between batches


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer("SGD with momentum", ("momentum",)),
    "adam": Optimizer("Adam", ("mean", "variance")),
    "adamw": Optimizer("AdamW", ("mean", "variance")),
}

# Each takes progress through the run, 0 to 1, and gives the share of the full learning rate.
SCHEDULES: dict[str, Callable[[Floats], Floats]] = {
    "constant": np.ones_like,
    "linear": lambda progress: 1 - progress,
    "cosine": lambda progress: (
        np.minimum(1, progress / 0.05 + 0.02) * (1 + np.cos(np.pi * progress)) / 2
    ),  # a short warm-up over the first twentieth, then down along half a cosine
}


@dataclass(frozen=True)
class Config:
    """All settings of one run. Two runs with equal settings give equal weights."""

    network: str = "lenet"  # key of NETWORKS
    data: str = "fashion-mnist"  # key of data.NAMES
    epochs: int = 30  # times that every training picture is seen
    batch_size: int = 32  # pictures per change of the weights
    learning_rate: float = 0.001  # size of a change; the schedule's highest value
    optimizer: str = "adam"  # key of OPTIMIZERS
    schedule: str = "constant"  # key of SCHEDULES
    weight_decay: float = 0.0  # share of the learning rate by which AdamW shrinks kernels
    label_smoothing: float = 0.0  # share of the target that is spread over all classes
    averaging: float = 0.0  # decay of the running average of the weights; 0 is none
    augmentation: str = "none"  # key of AUGMENTATIONS
    train_images: int = 60_000  # at most; fewer where validation pictures are held out
    validation_images: int = 0  # held out of training and measured after each epoch
    target_accuracy: float = 0.0  # validation accuracy at which it ends, 0 to 1; 0 is none
    patience: int = 0  # epochs without a better validation accuracy, after which it ends; 0: never
    seed: int = 0  # first weights, order of the pictures, augmentation


# What every setting is called, on pages and in messages.
LABELS: dict[str, str] = {
    "network": "Network",
    "data": "Data set",
    "epochs": "Epochs",
    "batch_size": "Batch size",
    "learning_rate": "Learning rate",
    "optimizer": "Optimizer",
    "schedule": "Schedule",
    "weight_decay": "Weight decay",
    "label_smoothing": "Label smoothing",
    "averaging": "Weight averaging",
    "augmentation": "Augmentation",
    "train_images": "Training images",
    "validation_images": "Validation images",
    "target_accuracy": "Target accuracy",
    "patience": "Patience",
    "seed": "Seed",
}
# Lowest and highest value of every number that a user can set.
LIMITS: dict[str, tuple[float, float]] = {
    "epochs": (1, 100),
    "batch_size": (1, 1024),
    "learning_rate": (1e-6, 1.0),
    "weight_decay": (0.0, 1.0),
    "label_smoothing": (0.0, 0.5),
    "averaging": (0.0, 0.9999),
    "train_images": (100, 120_000),
    "validation_images": (0, 10_000),
    "target_accuracy": (0.0, 1.0),
    "patience": (0, 100),
    "seed": (0, 2**31 - 1),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "network": tuple(NETWORKS),
    "data": tuple(NAMES),
    "optimizer": tuple(OPTIMIZERS),
    "schedule": tuple(SCHEDULES),
    "augmentation": tuple(AUGMENTATIONS),
}


TYPES: dict[str, type] = get_type_hints(Config)  # of every setting: str, int or float
HUGE = 1e15  # numbers that are not written out
KINDS = {str: "a name", int: "a whole number", float: "a number"}


def from_plain(found: object) -> Config:
    """Settings by name, as a file has them; what is left out keeps its default.

    Raises SettingError for whatever else `found` is, down to the type of each setting.
    """
    if not isinstance(found, dict):
        raise SettingError(f"The settings are {_told(found)}; each must stand under its name.")
    for name in found:
        if name not in TYPES:
            raise SettingError(f"This app has no setting called {_told(name)}.")
    return check(Config(**found))


def check(config: Config) -> Config:
    """Give `config` back, or raise SettingError with a sentence for its first fault.

    Whole numbers may stand for those with decimals, and come back as such.
    """
    for name, kind in TYPES.items():
        _check_one(name, kind, getattr(config, name))
    for name in ("target_accuracy", "patience"):
        if getattr(config, name) and not config.validation_images:
            raise SettingError(
                f"{LABELS[name]} needs pictures that are held out, to measure by: set "
                f"{LABELS['validation_images']} to 1,000, say."
            )
    return replace(config, **{name: kind(getattr(config, name)) for name, kind in TYPES.items()})


def _check_one(name: str, kind: type, value: Any) -> None:
    if not _is(value, kind):
        raise SettingError(f"{LABELS[name]} is {_told(value)}; it must be {KINDS[kind]}.")
    if name in CHOICES and value not in CHOICES[name]:
        words = ", ".join(CHOICES[name])
        raise SettingError(f"{LABELS[name]} is {_told(value)}; it must be one of: {words}.")
    if name in LIMITS:
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise SettingError(f"{LABELS[name]} is {_told(value)}; it must be {span(low, high)}.")


def _is(value: object, kind: type) -> bool:
    """Whether a value is of a declared type; a whole number may stand for one with decimals."""
    allowed = (int, float) if kind is float else (kind,)
    return isinstance(value, allowed) and not isinstance(value, bool)


def _told(value: object) -> str:
    """A value that may be anything, in a few words without surprises."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        point = (
            ".0" if isinstance(value, float) and value.is_integer() and abs(value) < HUGE else ""
        )
        return number(value) + point
    if isinstance(value, str):
        return repr(value[:40])
    known = {type(None): "empty", list: "a list", dict: "a group of values"}
    return known.get(type(value), f"of the type {type(value).__name__}")


def number(value: float) -> str:
    """A number as people write it: 60,000 and 0.00001; where it is far from usual, 1e+30."""
    if not abs(value) < HUGE:  # nor any other that is not finite
        return f"{value:g}" if isinstance(value, float) else "far too large"
    if isinstance(value, int):
        return f"{value:,}"
    written = f"{value:,.10f}".rstrip("0").rstrip(".")
    return f"{value:g}" if float(written.replace(",", "")) != value else written


def span(low: float, high: float) -> str:
    """What a number may be, in words: both are allowed."""
    return f"{number(low)} to {number(high)}"


def learning_rates(config: Config, first: int, steps: int, total: int) -> NDArray[np.float32]:
    """Learning rates (steps,) of the batches `first`, `first + 1`, ... of `total` in the run."""
    progress = np.arange(first, first + steps) / total
    factors = SCHEDULES[config.schedule](progress)
    return (config.learning_rate * factors).astype(np.float32)


@dataclass(frozen=True)
class Recipe:
    """One entry of RECIPES."""

    label: str
    story: str
    config: Config


_ARTICLE = Config()
_QUICK = replace(
    _ARTICLE,
    epochs=8,
    batch_size=128,
    learning_rate=0.004,
    optimizer="adamw",
    schedule="cosine",
    weight_decay=0.02,
    label_smoothing=0.05,
    augmentation="flip",
    validation_images=5_000,
)
RECIPES: dict[str, Recipe] = {
    "quick": Recipe(
        "Quick",
        "Reaches the article's accuracy in about a minute: larger batches, a learning rate "
        "that rises and then falls, and mirrored pictures.",
        _QUICK,
    ),
    "article": Recipe(
        "Article",
        "Exactly what the article does: batches of 32, Adam at 0.001, 30 epochs, all 60,000 "
        "training pictures.",
        _ARTICLE,
    ),
    "best": Recipe(
        "Best",
        "The same layers trained with patience: many epochs of pictures that are mirrored and "
        "shifted, and an average over the last weights.",
        replace(
            _QUICK,
            epochs=60,
            learning_rate=0.003,
            averaging=0.999,
            augmentation="flip and shift",
        ),
    ),
    "sketch": Recipe(
        "Sketch",
        (
            "For your own drawings and photographs. All pictures are turned, stretched and "
            "lit in new ways; and where the app's drawings of clothes are on this "
            "computer, it learns from them, too."
        ),
        replace(
            _QUICK,
            network="lenet-modern",
            data="mixed",
            epochs=50,
            learning_rate=0.004,
            averaging=0.999,
            augmentation="everyday",
            train_images=120_000,
        ),
    ),
}
