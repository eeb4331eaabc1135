"""Activation functions: each as a curve with its derivative, and applied to the sums in view."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.insight.activations import FUNCTIONS
from ui import images, state
from ui.charts import PALETTE, Figure, plain, values
from ui.network.desk import Desk
from ui.plots import plot

REACH = 4.0  # of the curves, either way


def show(desk: Desk) -> None:
    """The choice of a function, its curves, and what it makes of the chosen layer's sums."""
    name = st.segmented_control(
        "Activation function",
        list(FUNCTIONS),
        default="ReLU",
        key="network_activation",
        persist_state="session",
        required=True,
    )
    function = FUNCTIONS[str(name)]
    left, right = st.columns([3, 2], gap="large")
    with left:
        plot(_curves(str(name)), "activation_curves", f"{name} and its derivative")
    right.markdown(function.words)
    with right:
        _applied(desk, str(name))


def _curves(name: str) -> Figure:
    x = np.linspace(-REACH, REACH, 161)
    function = FUNCTIONS[name]
    lines: list[dict[str, Any]] = [
        {"name": name, "y": function.of(x), "line": {"color": PALETTE["blue"], "width": 3}},
        {
            "name": "its derivative",
            "y": function.derivative(x),
            "line": {"color": PALETTE["vermillion"], "width": 3, "dash": "dash"},
        },
    ]
    traces = [
        one | {"type": "scatter", "mode": "lines", "x": values(x), "y": values(one["y"])}
        for one in lines
    ]
    return plain(
        traces,
        320,
        showlegend=True,
        legend={"orientation": "h", "y": 1.12, "x": 0},
        xaxis={"title": {"text": "What goes in"}, "fixedrange": True},
        yaxis={"title": {"text": "What comes out"}, "fixedrange": True},
    )


def _applied(desk: Desk, name: str) -> None:
    """The chosen map's sums, and what the function makes of them."""
    step = next((one for one in desk.steps if one.name == st.session_state.get(state.LAYER)), None)
    if step is None or step.sums.ndim != 4:
        st.caption("Choose a layer with maps above to see the function at work on one.")
        return
    number = min(int(st.session_state.get(state.FILTER) or 0), step.sums.shape[-1] - 1)
    sums = step.sums[0, ..., number].astype(np.float64)
    st.caption(f"The sums of {step.name}, filter {number + 1}, and what {name} makes of them:")
    with st.container(horizontal=True, gap="small"):
        _map(sums, "The sums")
        _map(FUNCTIONS[name].of(sums), f"After {name}")


def _map(numbers: NDArray[np.float64], words: str) -> None:
    low, high = float(numbers.min()), float(numbers.max())
    if low < 0:
        caption = f"{words}: {_written(low)} to {_written(high)}; orange is above 0, blue below"
    else:
        caption = f"{words}: {_written(low)} to {_written(high)}; 0 is black"
    big = images.coloured(numbers).repeat(8, axis=0).repeat(8, axis=1)
    st.image(images.png_uri(big), width=128, caption=caption, alt=caption)


def _written(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
