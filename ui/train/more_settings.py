"""What is below "More settings": every setting of a new run, and what some of them come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from model.training.recipes import Config
from ui.train import first_batch, rate_finder, schedule, settings

# Which settings stand together, three in a row; the last of the first has its curve beside it.
GROUPS: dict[str, tuple[str, ...]] = {
    "How it learns": (
        "batch_size",
        "learning_rate",
        "optimizer",
        "weight_decay",
        "label_smoothing",
        "averaging",
        "schedule",
    ),
    "What it sees": ("augmentation", "train_images", "validation_images"),
    "When it ends, and its seed": ("target_accuracy", "patience", "seed"),
}
COLUMNS = 3


def show(recipe: str, network: str, epochs: int) -> Config:
    """The widgets, and below a group what follows from them; all settings as they stand there."""
    usual = replace(settings.usual(recipe), network=network, epochs=epochs)
    values: dict[str, Any] = {}
    below = []
    for title, names in GROUPS.items():
        st.markdown(f"**{title}**")
        for first in range(0, len(names), COLUMNS):
            row = names[first : first + COLUMNS]
            # One alone leaves the rest of its row to what it comes to.
            columns = st.columns([1] * COLUMNS if len(row) > 1 else [1, COLUMNS - 1])
            for column, name in zip(columns, row, strict=False):
                with column:
                    values[name] = settings.field(name, usual, recipe)
        below.append((columns[-1], st.container()))
    config = replace(usual, **values)
    (beside, under), (_, further), _ = below
    sound = not settings.fault(config)
    with beside:
        schedule.show(config if sound else None)
    with under:
        rate_finder.show(config if sound else None, recipe)
    with further:
        first_batch.show(config if sound else None)
    return config
