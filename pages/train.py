"""Train: choose settings, start, and watch loss and accuracy move."""

import streamlit as st

from model import server
from model.networks.architectures import NETWORKS
from model.training.run import Run, is_active
from ui import own_runs, shell, watched
from ui.text import plain
from ui.train import (
    arrival,
    controls,
    gauges,
    new_run,
    progress,
    results,
    settings,
    weights_file,
)


def watch(run: Run, token: str) -> None:
    """The run: what it is, its buttons or its results, progress, and charts."""
    now = run.snapshot()
    arrival.place(token)
    about = f"{NETWORKS[now.config.network].label}, {settings.recipe_label(now.recipe)}"
    st.subheader(f"{plain(now.title)}: {about}" if now.title else about, anchor=False)
    st.caption(settings.summary(now.config))
    if now.changes or now.origin:
        st.caption(settings.past(now))
    if now.message:
        (st.info if now.status == "stopped" else st.warning)(now.message)
    steers = server.runs().steers(token, run)
    if not is_active(run):
        results.results(now, run, token)
        if steers:
            controls.train_on(run)
    elif steers:
        controls.controls(run)
    progress.watch(run, token)
    gauges.show(run)
    controls.ways_back(token, steers)


shell.begin(
    "Train",
    "The network guesses, is told the answer, and changes its weights a little. Then it does so "
    "again, thousands of times. Watch it learn.",
)
server.warm_up()
token = watched.token()
run = server.runs().get(token)
if fault := server.runs().fault:
    st.warning(f"Runs cannot be saved now: a new one is lost when the server ends. {fault}")
elif token and run is None:
    st.info(
        (
            "The run in this page's address is not on this server. A run that nobody looks "
            "at is removed after a while; or a part of the address is missing. Start a new "
            "one."
        ),
        icon=":material/info:",
    )
if run and token:
    watch(run, token)
if run and is_active(run):
    new_run.beside(run)
else:
    if run:
        st.subheader("Another run", anchor=False)
    with st.container(border=True):
        new_run.form("secondary" if run else "primary")
with st.expander("Use weights from a file"):
    weights_file.weights_from_file()
own_runs.show(run)
