"""Small things that several pages show: notices and descriptions.

Everything here takes what it draws as arguments; the session is read in `state.py`.
"""

from __future__ import annotations

import streamlit as st

from model.data import datasets
from model.networks.architectures import NETWORKS
from model.networks.layers import BatchNorm, Conv, Dense, Dropout, Flatten, Layer, Pool
from model.training.checkpoint import Trained
from ui.buttons import pressed
from ui.text import percent

# The data sets that pages show; "mixed" is for training alone.
DATA_NAMES = {name: datasets.NAMES[name] for name in ("fashion-mnist", "wardrobe")}


def about(trained: Trained) -> str:
    """What weights are, in one line: network, data, accuracy where it was measured."""
    parts = [NETWORKS[trained.network].label, f"trained on {datasets.NAMES[trained.config.data]}"]
    if "test" in trained.accuracies:
        parts.append(f"{percent(trained.accuracies['test'], 2)} right on the test set")
    return ", ".join(parts)


def describe(layer: Layer) -> str:
    """One layer in plain words."""
    match layer:
        case Conv(filters, kernel, padding, activation):
            function = "" if activation == "linear" else f", {_written(activation)}"
            edge = "" if padding == "same" else ", no padding"
            return f"Convolution {kernel}×{kernel}, {filters} filters{function}{edge}"
        case Pool(kind, size):
            return f"{kind.capitalize()} pooling {size}×{size}"
        case Flatten():
            return "Flatten into one row"
        case Dense(units, activation):
            return f"Dense, {units} units, {_written(activation)}"
        case BatchNorm(activation):
            return f"Batch normalisation, {_written(activation)}"
        case Dropout(rate):
            return f"Dropout, {percent(rate, 0)} while training"


def _written(activation: str) -> str:
    """An activation function as people write it."""
    return {"relu": "ReLU"}.get(activation, activation)


def wardrobe_notice(chosen: bool) -> None:
    """Say plainly that the pictures are drawn, how to get the real ones, and try again.

    Where the visitor chose them, the real ones are a choice away.
    """
    if chosen:
        st.info(
            "**This is not Fashion-MNIST.** These clothes are drawn by the program; you chose "
            "them under *Data set*. Accuracies cannot be compared with the article's.",
            icon=":material/info:",
        )
        return
    with st.container(border=True, key="wardrobe_notice"):
        st.markdown(
            ":material/warning: **This is not Fashion-MNIST.** The data set is not on this "
            "computer, so the app shows clothes that it draws itself. Everything works, but "
            "accuracies cannot be compared with the article's."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            again = pressed("Try again", "wardrobe_again", icon=":material/refresh:")
            with st.popover("How to get Fashion-MNIST", type="tertiary"):
                st.markdown(datasets.HOW_TO_GET_IT)
        if again:
            _look_again()


def _look_again() -> None:
    with st.spinner("Looking for Fashion-MNIST, and downloading it if it can be reached ..."):
        search = datasets.reload(download=True)
    if search.dataset:
        st.rerun()
    st.error("Fashion-MNIST was not found here and could not be downloaded.")
