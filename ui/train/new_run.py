"""The form of a new run, and the same below one that is not at its end: one line, which unfolds."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import streamlit as st

from model import server
from model.data.datasets import DataError
from model.networks.architectures import NETWORKS
from model.training.recipes import RECIPES, Config, SettingError
from model.training.run import Run
from model.training.run_store import ServerFullError
from ui import state, visitor
from ui.buttons import pressed
from ui.page_runs import uninterrupted
from ui.train import settings


def form(weight: Literal["primary", "secondary"]) -> None:
    """The settings of a run, and the button that starts it."""
    config, recipe = _choose()
    if wrong := settings.fault(config):
        st.error(wrong)
    if pressed(
        "Start training",
        "train_start",
        type=weight,
        icon=":material/play_arrow:",
        disabled=bool(wrong),
    ):
        _start(config, recipe)


def beside(live: Run) -> None:
    """The form while another run is on: folded, and a sentence where no more may be started."""
    with st.expander("Another run", key=f"train_beside_{live.name}"):
        if refusal := server.runs().refusal(visitor.token()):
            st.markdown(refusal)
            return
        st.caption("The run above stays as it is. Its address leads back to it.")
        form("secondary")


def _choose() -> tuple[Config, str]:
    """The widgets of a new run; its settings, and the recipe's key or "custom"."""
    network_column, recipe_column, epochs_column = st.columns([3, 3, 2])
    network = network_column.selectbox(
        "Network",
        NETWORKS,
        format_func=lambda key: NETWORKS[key].label,
        key="train_network",
    )
    recipe = recipe_column.selectbox(
        "Recipe",
        RECIPES,
        format_func=lambda key: RECIPES[key].label,
        key="train_recipe",
    )
    usual = RECIPES[recipe].config
    epochs = epochs_column.number_input(
        "Epochs",
        value=usual.epochs,
        step=1,
        key=f"train_{recipe}_epochs",
        help="How many times the network sees every training picture, from 1 to 100.",
    )
    st.caption(f"**{NETWORKS[network].label}:** {NETWORKS[network].story}")
    st.caption(f"**{RECIPES[recipe].label}:** {RECIPES[recipe].story}")
    with st.expander("More settings"):
        config = settings.more_settings(recipe)
    changed = config != usual or epochs != usual.epochs
    config = replace(config, network=network, epochs=epochs, data=settings.data_for(recipe))
    return config, "custom" if changed else recipe


def _start(config: Config, recipe: str) -> None:
    """Start a run and turn the page to it."""
    try:
        with uninterrupted():
            state.arrive(server.runs().start(config, recipe, visitor.token()))
    except (SettingError, DataError, ServerFullError) as error:
        st.error(str(error))
    else:
        st.rerun()
