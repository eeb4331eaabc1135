"""Find a learning rate: a button, the curve of a sweep, and the rate that it suggests."""

from __future__ import annotations

import math

import streamlit as st

from model import server
from model.training.rate_finder import HIGHEST, LOWEST, Sweep, about, rates, smoothed, suggestion
from model.training.recipes import Config, number
from ui import plots, state
from ui.buttons import pressed
from ui.charts import PALETTE, Figure, plain, values
from ui.train import typed
from ui.waiting import wait_for

HEIGHT = 260
ROOM = 1.5  # times the first loss: where the axis ends; more is only that it went wrong
HOW_TO_READ = (
    "On the left, steps are too small to learn from; where the curve goes up again, they are too "
    "large."
)
NO_FALL = "The loss fell at none of them, so there is nothing to suggest with these settings."


def show(config: Config | None, recipe: str) -> None:
    """The button, and below it what came of it; None where the settings are not sound."""
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = pressed("Find a learning rate", "train_find_rate", disabled=config is None)
        st.caption("Tries many on a few batches. Nothing else changes.", width="content")
    if config is None:
        return
    if asked:
        if isinstance(server.sweep(config), str):
            server.sweep_again(config)
        st.session_state[state.SWEPT] = about(config)
    if st.session_state.get(state.SWEPT) != about(config):
        return
    with st.container(key="train_rates"):
        _found(config, recipe)


def _found(config: Config, recipe: str) -> None:
    found = server.sweep(config)
    if found is None:
        wait_for(
            lambda: server.sweep(config) is not None,
            f"Trying learning rates on {len(rates(config))} batches. This takes some seconds, with "
            "a large network or large batches up to a minute.",
        )
    elif isinstance(found, str):
        st.error(found)
    else:
        _tell(found, config, recipe)


def _tell(found: Sweep, config: Config, recipe: str) -> None:
    """The curve, how to read it, and a way to take what it suggests."""
    best = suggestion(found)
    said = f"the suggestion is {number(best)}" if best else "it does not fall"
    alt = f"Loss against learning rate, {number(LOWEST)} to {number(HIGHEST)}; {said}"
    plots.plot(_figure(found, best), "train_rates_plot", alt)
    if best is None:
        st.markdown(f"{HOW_TO_READ} {NO_FALL}")
        return
    st.markdown(
        f"{HOW_TO_READ} At **{number(best)}** the loss falls most steeply: a safe start. A "
        "schedule that ends low often bears a few times as much."
    )
    with st.container(key="train_take_rate"):
        if best == config.learning_rate:
            st.markdown(f":material/check: {number(best)} stands in the field Learning rate.")
            return
        st.button(
            f"Use {number(best)}",
            key="train_use_rate",
            on_click=typed.put,
            args=(f"{recipe}_learning_rate", number(best)),
        )


def _figure(found: Sweep, best: float | None) -> Figure:
    """Each batch, and smoothed; the suggestion as a dashed line with its number."""
    line = {"type": "scatter", "mode": "lines", "x": values(found.rates, 8)}
    each = line | {
        "y": values(found.losses),
        "name": "each batch",
        "hoverinfo": "skip",
        "opacity": 0.7,
        "line": {"color": PALETTE["sky"], "width": 1},
    }
    smooth = line | {
        "y": values(smoothed(found)),
        "name": "smoothed",
        "line": {"color": PALETTE["blue"], "width": 3},
        "hovertemplate": "learning rate %{x:.1g}: loss %{y:.2f}<extra></extra>",
    }
    powers = [10.0**power for power in range(-4, 1)]  # the lowest would stand on the 0 of the loss
    return plain(
        [each, smooth],
        HEIGHT,
        margin={"l": 8, "r": 16, "t": 24, "b": 8},
        xaxis={
            "type": "log",
            "title": {"text": "Learning rate", "standoff": 4},
            "range": [-5.05, 0.05],
            "tickvals": powers,
            "ticktext": [number(power) for power in powers],
            "fixedrange": True,
        },
        yaxis={
            "title": {"text": "Loss"},
            "range": [0, round(ROOM * float(found.losses[:5].mean()), 3)],
            "fixedrange": True,
        },
        **_mark(best),
    )


def _mark(best: float | None) -> Figure:
    if best is None:
        return {}
    line = {"color": PALETTE["green"], "width": 2, "dash": "dash"}
    where = {"xref": "x", "yref": "y domain"}
    return {
        "shapes": [
            where | {"type": "line", "x0": best, "x1": best, "y0": 0, "y1": 1, "line": line}
        ],
        "annotations": [
            where
            | {"x": round(math.log10(best), 4), "y": 1, "yanchor": "bottom"}
            | {"text": number(best), "showarrow": False}
        ],
    }
