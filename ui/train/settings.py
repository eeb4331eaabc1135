"""The settings of a run: the widgets for a new one, and what they are in words."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import streamlit as st

from model.data.datasets import NAMES
from model.training.recipes import (
    AUGMENTATIONS,
    CHOICES,
    LIMITS,
    OPTIMIZERS,
    RECIPES,
    Config,
    SettingError,
    check,
)
from model.wardrobe import synthetic
from ui import state

# Label, help and step of every setting under "More settings", by its name in Config.
SETTINGS: dict[str, tuple[str, str, float]] = {
    "batch_size": ("Batch size", "Pictures per change of the weights.", 16),
    "learning_rate": ("Learning rate", "How large a change is, at the schedule's peak.", 0.0005),
    "optimizer": (
        "Optimizer",
        "The rule that turns gradients into changes. AdamW is Adam with weight decay; SGD has "
        "momentum 0.9.",
        0,
    ),
    "schedule": ("Schedule", "How the learning rate goes through the run.", 0),
    "weight_decay": ("Weight decay", "AdamW only: pulls weights towards zero.", 0.01),
    "label_smoothing": (
        "Label smoothing",
        "Aims a little below 100 % certainty, so that the network is less sure of itself.",
        0.05,
    ),
    "averaging": (
        "Weight averaging",
        "Predict with a running average of the weights; 0 is off, 0.999 averages about the "
        "last 1,000 batches.",
        0.001,
    ),
    "augmentation": ("Augmentation", "Random changes to the pictures, new in each epoch.", 0),
    "train_images": ("Training images", "How many pictures to learn from, at most.", 1000),
    "validation_images": (
        "Validation images",
        "Held out of training and measured after each epoch. The test set stays untouched "
        "until the end.",
        1000,
    ),
    "seed": ("Seed", "The same seed and settings give the same weights, bit for bit.", 1),
}
WORDS: dict[str, str] = (
    {key: optimizer.label for key, optimizer in OPTIMIZERS.items()}
    | {key: augmentation.label for key, augmentation in AUGMENTATIONS.items()}
    | {"constant": "Constant", "linear": "Linear, down to 0", "cosine": "Warm-up, then cosine"}
)


def recipe_label(recipe: str) -> str:
    """How a run was trained, in words."""
    return f"recipe {RECIPES[recipe].label}" if recipe in RECIPES else "settings of your own"


def more_settings(recipe: str) -> Config:
    """The widgets under "More settings". They start from the recipe and are kept per recipe."""
    config = RECIPES[recipe].config
    names = [field.name for field in fields(Config) if field.name in SETTINGS]
    columns = st.columns(3)
    values: dict[str, Any] = {}
    for position, name in enumerate(names):
        with columns[position % 3]:
            values[name] = _setting(name, getattr(config, name), f"train_{recipe}_{name}")
    return replace(config, **values)


def _setting(name: str, default: Any, key: str) -> Any:
    label, explanation, step = SETTINGS[name]
    if name in CHOICES:
        choices = CHOICES[name]
        return st.selectbox(
            label,
            choices,
            choices.index(default),
            WORDS.__getitem__,
            key,
            explanation,
        )
    low, high = LIMITS[name]
    return st.number_input(
        label,
        value=default,
        step=type(default)(step),
        format="%d" if isinstance(default, int) else "%.4f",
        key=key,
        help=f"{explanation} From {low:,g} to {high:,g}.",
    )


def data_for(recipe: str) -> str:
    """The data set that a run of this recipe learns from: the one in use, and drawings with it
    where the recipe asks for them and `python -m model.snapshots` made them."""
    name = state.dataset().name
    mixed = RECIPES[recipe].config.data == "mixed" and name == "fashion-mnist"
    return "mixed" if mixed and synthetic.FILE.exists() else name


def fault(config: Config) -> str:
    """What is wrong with settings, as a sentence; empty if they can be used."""
    try:
        check(config)
    except SettingError as error:
        return str(error)
    return ""


def summary(config: Config) -> str:
    """The settings of a run that matter most, in one line."""
    parts = [
        f"{config.epochs} {'epoch' if config.epochs == 1 else 'epochs'}",
        f"up to {config.train_images:,} pictures of {NAMES[config.data]}",
        f"batches of {config.batch_size}",
        f"{OPTIMIZERS[config.optimizer].label} at {config.learning_rate:g}",
        f"seed {config.seed}",
    ]
    return " · ".join(parts)
