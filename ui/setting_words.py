"""The settings of runs in words, as all pages say them."""

from __future__ import annotations

from model.data import datasets
from model.data.datasets import DataError
from model.networks.architectures import NETWORKS
from model.training.recipes import AUGMENTATIONS, LABELS, OPTIMIZERS, RECIPES, Config, number
from ui.text import plain

WORDS: dict[str, str] = (
    {key: optimizer.label for key, optimizer in OPTIMIZERS.items()}
    | {key: augmentation.label for key, augmentation in AUGMENTATIONS.items()}
    | {"constant": "Constant", "linear": "Linear, down to 0", "cosine": "Warm-up, then cosine"}
)
TOLD_ELSEWHERE = ("network", "data", "epochs")  # in a list of runs


def said(name: str, config: Config) -> str:
    """A setting's value in words."""
    value = getattr(config, name)
    if name == "network":
        return NETWORKS[value].label
    if isinstance(value, str):
        return WORDS.get(value, plain(value))
    return number(value)


def in_short(config: Config) -> str:
    """The recipe that settings are nearest to, and what is different from it."""
    ways = {key: differing(config, key) for key in RECIPES}
    nearest = min(ways, key=lambda key: len(ways[key]))
    changed = [f"{LABELS[name].lower()} {said(name, config)}" for name in ways[nearest]]
    return ", ".join([RECIPES[nearest].label, *changed])


def differing(config: Config, recipe: str) -> list[str]:
    """The settings that a recipe has otherwise, but for those that a list tells elsewhere."""
    usual = RECIPES[recipe].config
    return [
        name
        for name in LABELS
        if name not in TOLD_ELSEWHERE
        and getattr(config, name) != getattr(usual, name)
        and not (name == "train_images" and _all_there_are(config))
    ]


def _all_there_are(config: Config) -> bool:
    try:
        return config.train_images >= datasets.training_pictures(config.data)
    except DataError:
        return False


def decimal(written: str) -> float | str:
    """A number as people write it, with a point or a comma; what is none comes back as text."""
    try:
        return float("".join(written.split()).replace(",", "."))
    except ValueError:
        return written[:40]
