"""Train: choose settings, start, and watch loss and accuracy move."""

from dataclasses import replace

import streamlit as st

from model import server
from model.data.datasets import DataError
from model.networks.architectures import NETWORKS
from model.training.recipes import RECIPES, Config, SettingError
from model.training.run import Run, is_active
from model.training.run_store import ServerFullError
from ui import own_runs, shell, state, visitor
from ui.buttons import pressed
from ui.page_runs import uninterrupted
from ui.train import arrival, controls, progress, results, settings, weights_file


def watch(run: Run, token: str) -> None:
    """The run: what it is, its buttons or its results, progress, and charts."""
    now = run.snapshot()
    arrival.place(token)
    st.subheader(
        f"{NETWORKS[now.config.network].label}, {settings.recipe_label(now.recipe)}", anchor=False
    )
    st.caption(settings.summary(now.config))
    if now.message:
        st.warning(now.message)
    steers = server.runs().steers(token, run)
    if not is_active(run):
        results.results(now, run, token)
    elif steers:
        controls.controls(run)
    progress.watch(run, token)
    controls.ways_back(token, steers)


def choose(busy: bool) -> tuple[Config, str]:
    """The widgets of a new run; its settings, and the recipe's key or "custom"."""
    network_column, recipe_column, epochs_column = st.columns([3, 3, 2])
    network = network_column.selectbox(
        "Network",
        NETWORKS,
        format_func=lambda key: NETWORKS[key].label,
        key="train_network",
        disabled=busy,
    )
    recipe = recipe_column.selectbox(
        "Recipe",
        RECIPES,
        format_func=lambda key: RECIPES[key].label,
        key="train_recipe",
        disabled=busy,
    )
    usual = RECIPES[recipe].config
    epochs = epochs_column.number_input(
        "Epochs",
        value=usual.epochs,
        step=1,
        key=f"train_{recipe}_epochs",
        help="How many times the network sees every training picture, from 1 to 100.",
        disabled=busy,
    )
    st.caption(f"**{NETWORKS[network].label}:** {NETWORKS[network].story}")
    st.caption(f"**{RECIPES[recipe].label}:** {RECIPES[recipe].story}")
    with st.expander("More settings"):
        config = settings.more_settings(recipe, busy)
    changed = config != usual or epochs != usual.epochs
    config = replace(config, network=network, epochs=epochs, data=settings.data_for(recipe))
    return config, "custom" if changed else recipe


def start(config: Config, recipe: str) -> None:
    """Start a run and turn the page to it."""
    try:
        with uninterrupted():
            state.arrive(server.runs().start(config, recipe, visitor.token()))
    except (SettingError, DataError, ServerFullError) as error:
        st.error(str(error))
    else:
        st.rerun()


shell.begin(
    "Train",
    "The network guesses, is told the answer, and changes its weights a little. Then it does so "
    "again, thousands of times. Watch it learn.",
)
server.warm_up()
token = state.run_token()
run = server.runs().get(token)
if fault := server.runs().fault:
    st.warning(f"Runs can be neither kept nor read now, so new ones live in memory alone. {fault}")
elif token and run is None:
    st.info(
        "The run in this page's address is not on this server: it was let go of after nobody had "
        "looked at it for long, or the address is not whole. Start a new one.",
        icon=":material/info:",
    )
if run and token:
    watch(run, token)
    st.subheader("Another run", anchor=False)
# Whoever only watches may start a run of their own.
busy = bool(run and token and is_active(run) and server.runs().steers(token, run))
with st.container(border=True):
    config, recipe = choose(busy)
    if wrong := settings.fault(config):
        st.error(wrong)
    if pressed(
        "Start training",
        "train_start",
        type="secondary" if run else "primary",
        icon=":material/play_arrow:",
        disabled=busy or bool(wrong),
    ):
        start(config, recipe)
    if busy:
        st.caption("One run at a time here. Stop the one above to start another.")
with st.expander("Use weights from a file"):
    weights_file.weights_from_file()
own_runs.show(run)
