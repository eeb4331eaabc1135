"""The settings of a run: a widget for each, and what they are in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from model.data.datasets import NAMES
from model.training.recipes import (
    CHOICES,
    LABELS,
    LIMITS,
    OPTIMIZERS,
    RECIPES,
    Config,
    SettingError,
    check,
    number,
    span,
)
from model.training.snapshot import Snapshot
from model.wardrobe import synthetic
from ui import state
from ui.setting_words import WORDS, said
from ui.train import typed

# Help of every setting under "More settings", by its name in Config, and the step of whole numbers.
SETTINGS: dict[str, tuple[str, int]] = {
    "batch_size": ("Pictures per change of the weights.", 16),
    "learning_rate": ("How much one step changes the weights: the schedule's highest value.", 0),
    "optimizer": (
        "The rule that turns gradients into changes. AdamW is Adam with weight decay; SGD has "
        "momentum 0.9.",
        0,
    ),
    "schedule": ("How the learning rate changes during the run.", 0),
    "weight_decay": ("AdamW only: pulls weights towards zero.", 0),
    "label_smoothing": (
        "Aims a little below 100\u00a0% certainty, so that the network is less sure of itself.",
        0,
    ),
    "averaging": (
        "Predict with a running average of the weights; 0 is off, 0.999 averages about the "
        "last 1,000 batches.",
        0,
    ),
    "augmentation": ("Random changes to the pictures, new in each epoch.", 0),
    "train_images": ("How many pictures to learn from, at most.", 1000),
    "validation_images": (
        "Held out of training and measured after each epoch. The test set stays untouched "
        "until the end.",
        1000,
    ),
    "target_accuracy": (
        "The run ends at the end of the epoch in which so large a share of the validation pictures "
        "is right: 0.9 is 90\u00a0%. 0 is off.",
        0,
    ),
    "patience": (
        "The run ends early once validation has not got better for so many epochs. 0 is off.",
        1,
    ),
    "seed": ("The same seed and settings give the same weights, bit for bit.", 1),
}


def recipe_label(recipe: str) -> str:
    """How a run was trained, in words."""
    return f"recipe {RECIPES[recipe].label}" if recipe in RECIPES else "settings of your own"


def usual(recipe: str) -> Config:
    """The settings of a recipe, for the data set that a run of it learns from here."""
    config, data = RECIPES[recipe].config, data_for(recipe)
    return replace(config, data=data, train_images=min(config.train_images, _pictures(data)))


def _pictures(data: str) -> int:
    """How many pictures there are to learn from."""
    drawn = synthetic.COUNT if data == "mixed" else 0
    return len(state.dataset().train_images) + drawn


def field(name: str, config: Config, recipe: str) -> Any:
    """The widget of one of SETTINGS; it starts from `config`, and is kept per recipe.

    What is no number where one belongs stays in the settings as text: see `fault`.
    """
    explanation, step = SETTINGS[name]
    usually, label = getattr(config, name), LABELS[name]
    widget = f"{recipe}_{name}"
    if name in CHOICES:
        return typed.choice(label, widget, CHOICES[name], usually, WORDS, explanation)
    explanation = f"{explanation} From {span(*_limits(name, config.data))}."
    if isinstance(usually, int):
        return typed.whole_number(label, widget, usually, step, explanation)
    return typed.decimal(label, widget, usually, explanation)


def _limits(name: str, data: str) -> tuple[float, float]:
    low, high = LIMITS[name]
    return low, min(high, _pictures(data)) if name == "train_images" else high


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
    low, high = _limits("train_images", config.data)
    if config.train_images > high:
        return (
            f"{LABELS['train_images']} is {number(config.train_images)}; it must be "
            f"{span(low, high)}, for {NAMES[config.data]} has no more."
        )
    return ""


def changes(config: Config, usually: Config) -> str:
    """In what settings differ from those of a recipe, in words; empty where they do not."""
    differing = [name for name in LABELS if getattr(config, name) != getattr(usually, name)]
    return ", ".join(
        f"{LABELS[name].lower()} {said(name, config)} instead of {said(name, usually)}"
        for name in differing
    )


def past(now: Snapshot) -> str:
    """What a run began with other than random weights, and what was changed on its way."""
    parts = []
    if now.origin:
        parts.append("It began with the weights of another run")
    for change in now.changes:
        after = change.step / now.steps_per_epoch
        parts.append(
            f"{LABELS[change.name].lower()} {number(change.before)} → {number(change.after)} after "
            f"{after:.3g} {'epoch' if after == 1 else 'epochs'}"
        )
    return " · ".join(part[0].upper() + part[1:] for part in parts)


def summary(config: Config) -> str:
    """The settings of a run that matter most, in one line."""
    parts = [
        f"{config.epochs} {'epoch' if config.epochs == 1 else 'epochs'}",
        f"up to {config.train_images:,} pictures of {NAMES[config.data]}",
        f"batches of {config.batch_size}",
        f"{OPTIMIZERS[config.optimizer].label} at {number(config.learning_rate)}",
        f"seed {config.seed}",
    ]
    return " · ".join(parts)
