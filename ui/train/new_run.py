"""The form of a new run, and the same below one that is not at its end: one line, which unfolds."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import streamlit as st

from model import server
from model.data.datasets import DataError
from model.networks.architectures import NETWORKS
from model.training.recipes import LABELS, LIMITS, RECIPES, Config, SettingError, span
from model.training.run import Run
from model.training.run_store import ServerFullError
from ui import visitor, watched
from ui.buttons import pressed
from ui.page_runs import uninterrupted
from ui.train import duration, more_settings, settings, typed


def form(weight: Literal["primary", "secondary"]) -> None:
    """The settings of a run, and the button that starts it."""
    config, recipe = _choose()
    if wrong := settings.fault(config):
        st.error(wrong)
    with st.container(horizontal=True, vertical_alignment="center"):
        begun = pressed(
            "Start training",
            "train_start",
            type=weight,
            icon=":material/play_arrow:",
            disabled=bool(wrong),
        )
        st.caption("\u00a0" if wrong else duration.sentence(config), width="content")
    if begun:
        _start(config, recipe)


def beside(live: Run) -> None:
    """The form while another run is on: folded, and a sentence where no more may be started."""
    with st.expander("Another run", key=f"train_beside_{live.name}"):
        if refusal := server.runs().refusal(visitor.token()):
            st.markdown(refusal)
            return
        st.caption("The run above goes on. You find it again under “Your runs”.")
        form("secondary")


def _choose() -> tuple[Config, str]:
    """The widgets of a new run; its settings, and the recipe's key or "custom"."""
    typed.recall()
    network_column, recipe_column, epochs_column = st.columns([3, 3, 2])
    with network_column:
        names = {key: network.label for key, network in NETWORKS.items()}
        network = typed.choice(LABELS["network"], "network", list(names), "lenet", names)
    with recipe_column:
        recipes = {key: recipe.label for key, recipe in RECIPES.items()}
        recipe = typed.choice("Recipe", "recipe", list(recipes), "quick", recipes)
    usual = settings.usual(recipe)
    with epochs_column:
        explanation = (
            f"How many times the network sees every training picture: {span(*LIMITS['epochs'])}."
        )
        widget = f"{recipe}_epochs"
        epochs = typed.whole_number(LABELS["epochs"], widget, usual.epochs, 1, explanation)
    st.caption(f"**{NETWORKS[network].label}:** {NETWORKS[network].story}")
    story = st.container()
    with st.expander("More settings"):
        config = more_settings.show(recipe, network, epochs)
    with story:
        _tell(recipe, settings.changes(config, usual))
    plain = replace(config, network=usual.network)  # another network is the same recipe
    return config, recipe if plain == usual else "custom"


def _tell(recipe: str, changes: str) -> None:
    """What a recipe does, or what of it was changed, with a way back."""
    about = RECIPES[recipe]
    if not changes:
        st.caption(f"**{about.label}:** {about.story}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"**{about.label}, changed:** {changes}.", width="content")
        st.button(
            "Back to the recipe",
            on_click=typed.set_back,
            kwargs={"recipe": recipe, "network": about.config.network},
            type="tertiary",
            key="train_set_back",
        )


def _start(config: Config, recipe: str) -> None:
    """Start a run and turn the page to it."""
    try:
        with uninterrupted():
            watched.arrive(server.runs().start(config, recipe, visitor.token()))
    except (SettingError, DataError, ServerFullError) as error:
        st.error(str(error))
    else:
        st.rerun()
