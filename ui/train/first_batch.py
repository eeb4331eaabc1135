"""The first pictures of a run as the network will get them, where somebody asks for them."""

from __future__ import annotations

import html

import streamlit as st

from model.data import datasets
from model.data.datasets import CLASSES, DataError
from model.training.batches import AUGMENTATIONS, new_plan
from model.training.feed import Fed, feed
from model.training.recipes import Config, number
from ui import images

MOST = 10  # pictures that are shown


def show(config: Config | None) -> None:
    """A switch, and below it the pictures; None where the settings are not sound."""
    if not st.toggle(
        "Show a batch as the network sees it", key="train_first_batch", persist_state="session"
    ):
        return
    if config is None:
        st.caption("Once all settings can be used, the pictures are here.")
        return
    try:
        # Kept plans of epochs would be megabytes for each seed that somebody tries.
        fed = feed(config, 0, 0, min(MOST, config.batch_size), new_plan)
    except DataError as error:
        st.error(str(error))
        return
    st.caption(_words(config, len(fed.labels)))
    st.html(f'<div class="first-batch">{_figures(config, fed)}</div>')


def _words(config: Config, shown: int) -> str:
    first = "picture" if shown == 1 else f"{shown} pictures"
    change = AUGMENTATIONS[config.augmentation].label.lower()
    how = f"below as the network gets it ({change}; other chances in each epoch)"
    if config.augmentation == "none":
        how = "below as the network gets it: without augmentation, the same"
    return (
        f"The first {first} of the first batch, with seed {number(config.seed)}. "
        f"Above each as it is, {how}."
    )


def _figures(config: Config, fed: Fed) -> str:
    originals = datasets.load(config.data).train_images[fed.numbers]
    return "".join(
        f'<figure><img src="{images.data_uri(original)}" alt="{name}, as it is">'
        f'<img src="{images.data_uri(seen)}" alt="The same, as the network gets it">'
        f"<figcaption>{name}</figcaption></figure>"
        for original, seen, name in zip(
            originals,
            fed.images,
            (html.escape(CLASSES[label]) for label in fed.labels),
            strict=True,
        )
    )
