"""What can be done with one run: named, trained on, taken as a beginning, opened, deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from model import server
from model.data.datasets import DataError
from model.training.checkpoint import usable
from model.training.recipes import LABELS, Config, SettingError, number
from model.training.run import Run
from model.training.run_store import Listed, ServerFullError
from model.training.snapshot import Origin
from model.training.storage.database import StorageError
from ui import own_runs, setting_words, state, visitor, watched, weights
from ui.buttons import pressed
from ui.page_runs import uninterrupted
from ui.runs import view
from ui.text import clean, plain

MOST_SIGNS = 40  # of a name that is kept
# A browser takes nothing of what is longer, neither a name that is pasted nor one sign less of it.
MOST_WRITTEN = 200
MORE = 2  # epochs that are offered to train on
REFUSALS = (SettingError, DataError, ServerFullError, StorageError)


def show(one: Listed, name: str) -> None:
    """The run, and its actions in one row."""
    run = server.runs().get(one.token)
    if run is None:
        st.warning("This run cannot be read now. Try again in a moment.")
        return
    st.subheader(plain(name), anchor=False)
    with st.container(horizontal=True, key="keeps_focus_runs"):
        if pressed("Open", "runs_open", icon=":material/model_training:"):
            watched.arrive(one.token)
            st.switch_page("pages/train.py")
        sound = usable(run.trained())
        if pressed(
            "Look inside", "runs_inside", icon=":material/account_tree:", disabled=not sound
        ):
            _look_inside(run)
        with st.popover("Rename", icon=":material/edit:"):
            _rename(run, name)
        with st.popover("Train on", icon=":material/fast_forward:"):
            _train_on(run)
        with st.popover("Begin from it", icon=":material/fork_right:", disabled=not sound):
            _begin_new(run, name)
        with st.popover("Delete", icon=":material/delete:"):
            _delete(run, one.token)


def _do(what: Callable[[], object]) -> None:
    """Do it, and show the page anew, with the reason where it could not be done."""
    fault = ""
    with uninterrupted():
        try:
            what()
        except REFUSALS as error:
            fault = str(error)
        view.change(fault=fault)
    st.rerun()


def _look_inside(run: Run) -> None:
    if fault := weights.use(own_runs.key_of(run)):
        view.change(fault=fault)
        st.rerun()
    st.switch_page("pages/network.py")


def _rename(run: Run, name: str) -> None:
    key = f"runs_title_{run.name}"
    written = st.text_input("Name", name, max_chars=MOST_WRITTEN, key=key)
    if pressed("Save the name", "runs_rename"):
        title = clean(written, MOST_SIGNS) if written.strip() else ""
        _do(lambda: server.runs().mark(run, title=title))


def _train_on(run: Run) -> None:
    """More epochs, from where it is."""
    now, most = run.snapshot(), server.runs().quotas.epochs
    least = now.step // now.steps_per_epoch + 1
    if least > most:
        st.markdown(f"It has trained for {most} epochs, the most on this server.")
        return
    epochs = st.number_input(
        f"Epochs in all (now {now.config.epochs})",
        least,
        most,
        min(most, max(least, now.config.epochs + MORE)),
        key=f"runs_epochs_{run.name}_{now.config.epochs}",
    )
    if now.config.schedule != "constant":
        st.caption("Its learning rate goes on as if the run had been that long from the beginning.")
    if pressed("Train on", "runs_train_on", icon=":material/play_arrow:"):
        _do(lambda: server.runs().change(run, epochs=int(epochs)))


def _begin_new(run: Run, name: str) -> None:
    """Another run of the same network that begins where this one is, with other settings."""
    now = run.snapshot()
    st.caption(
        "A new run of the same network begins with this run's weights. Its settings are the same, "
        "but for these. This run stays as it is."
    )
    rate = st.text_input(
        LABELS["learning_rate"],
        number(now.config.learning_rate),
        max_chars=MOST_SIGNS,
        key=f"runs_fork_rate_{run.name}",
        help=f"{setting_words.said('schedule', now.config)}. This is its highest value.",
    )
    epochs = st.number_input(
        LABELS["epochs"],
        1,
        server.runs().quotas.epochs,
        MORE,
        key=f"runs_fork_epochs_{run.name}",
    )
    if pressed("Start the new run", "runs_fork", icon=":material/play_arrow:"):
        config = replace(now.config, learning_rate=setting_words.decimal(rate), epochs=int(epochs))
        _do(lambda: _fork(run, config, name))


def _fork(run: Run, config: Config, name: str) -> None:
    begin = run.trained().weights, Origin(run.name, run.snapshot().step)
    title = clean(f"From {name}", MOST_SIGNS)
    token = server.runs().start(config, "custom", visitor.token(), begin, title)
    if new := server.runs().get(token):
        view.change(chosen=(run.name, new.name), question="")


def _delete(run: Run, token: str) -> None:
    st.markdown(
        "Its curves, its measurements and its weights of every epoch are lost for good. Runs that "
        "began with its weights stay."
    )
    if pressed("Delete it for good", "runs_delete", icon=":material/delete:"):
        _do(lambda: _remove(run, token))


def _remove(run: Run, token: str) -> None:
    server.runs().remove(run)
    if st.session_state.get(state.RUN) == token:
        watched.watch(None)
    view.change(chosen=())
