"""One sentence that reads the curves: how training and validation stand to each other."""

from __future__ import annotations

from model.training.diagnosis import CHANCE, Fault, diagnose
from model.training.snapshot import EpochResult, Snapshot
from ui.text import percent

ALIKE, WIDE = 0.01, 0.04  # differences of accuracy that are hardly any, and that tell something
FALLING = 3  # epochs since the best one that tell something

EARLY = "After the first epoch, this line reads the curves."
BLIND = (
    "No pictures are held out, so these curves cannot tell learning from learning by heart. "
    "Hold some out: “Validation images”, under “More settings”."
)
GUESSING = "it hardly does better than to guess among ten classes, so the difference says nothing."
AHEAD = (
    "the network had not learned all of it yet when it saw the first training pictures of the "
    "epoch. Validation comes at its end."
)
LIKE = "what it learns holds for pictures that it has never seen."
LITTLE = "it is a little better at pictures that it has learned from. That is usual."
HEART = (
    "it is much better at pictures that it has learned from: it begins to learn them by heart. "
    "This is called overfitting."
)


# What goes wrong, and what to try.
WARNINGS: dict[Fault, str] = {
    "diverges": (
        "The loss rises: the steps are too large, and the network unlearns what it knew. Lower the "
        "learning rate to a tenth, under “Change while it trains”, or start over."
    ),
    "stuck": (
        "It is no better than a guess among ten classes. The learning rate is far too high or far "
        "too low: try 0.001 with Adam."
    ),
    "overfits": (
        "The gap between training and validation widens: it learns the training pictures by heart. "
        "Try more training pictures, an augmentation, weight decay, or fewer epochs."
    ),
    "few pictures": (
        "It has too few pictures and learns them by heart. Give it more under “Training images”, "
        "or have an augmentation make new ones of those that it has."
    ),
    "underfits": (
        "It still got better at the end: it has not learned all it could. “Train on” for more "
        "epochs, or try a higher learning rate."
    ),
}


def warning(now: Snapshot) -> str:
    """What goes wrong, and what to try; empty where nothing does."""
    found = diagnose(now)
    return WARNINGS[found] if found else ""


def sentence(now: Snapshot) -> str:
    """What the curves say after the newest epoch, for a learner."""
    if not now.epochs:
        return EARLY
    last = now.epochs[-1]
    if not now.config.validation_images:
        return f"Training {percent(last.accuracy)}. {BLIND}"
    if last.validation is None:
        return EARLY
    trained, held_out = last.accuracy, last.validation.accuracy
    meaning = GUESSING if max(trained, held_out) < CHANCE else _meaning(trained - held_out)
    return f"Training {percent(trained)}, validation {percent(held_out)}: {meaning}{_past(now)}"


def _meaning(gap: float) -> str:
    if gap < -ALIKE:
        return AHEAD
    if gap < ALIKE:
        return LIKE
    return LITTLE if gap < WIDE else HEART


def _past(now: Snapshot) -> str:
    """Whether validation was better some epochs ago."""
    scored = [(one.validation.accuracy, one) for one in now.epochs if one.validation]
    best: tuple[float, EpochResult] = max(scored, key=lambda pair: pair[0])
    ago = now.epochs[-1].epoch - best[1].epoch
    if ago < FALLING:
        return ""
    return f" Validation was best {ago} epochs ago, with {percent(best[0])}."
