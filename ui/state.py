"""What one visitor's session knows: the weights in use, the run in the address, the data set.

All keys of st.session_state that outlive a page are named here, and no widget owns any of them.
This module draws nothing.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from model import server
from model.data import datasets
from model.data.datasets import Dataset
from model.training import checkpoint
from model.training.checkpoint import CheckpointError, Trained, usable
from model.training.run import Run, is_active
from model.training.tokens import digest
from ui.page_runs import uninterrupted
from ui.text import plain

# Keys of st.session_state.
APP_RAN = "app_ran"  # app.py has run in this session
ADMITTED = "admitted"  # this window was not one too many for its address
RUNS = "runs"  # when the page last ran in this window: see ui/bounds.py
OWN = "own_weights"  # dict of Choice, newest last
IN_USE = "weights_in_use"  # key of choices(): what the visitor chose; also in the address
REFUSED = "weights_refused"  # why the weights that the visitor just chose are not in use
RECALLED = "recalled"  # dict from a kind to the visitor's token: see ui/belongings.py
PREFERRED = "weights_preferred"  # key of SHIPPED: what the page takes until then
DATA = "data_set"  # name of the data set that the visitor chose; the best if there is none
RUN = "run_token"  # the run that this session watches
ARRIVED = "run_arrived"  # token of the run that the visitor turned to, on this page
NO_ROUTE = "no_live_route"  # the server cannot be asked for news past the script: see ui/live.py
VISITOR = "visitor_token"  # tells one visitor's runs from another's; see ui/visitor.py
VISITOR_TOLD = "visitor_told"  # the browser has said who this is; it does so once
PICTURE = "picture"  # number of the picture that Dataset shows large; also in the address
PRESSES = "pressed_buttons"  # dict from a button to when it was pressed: see ui/buttons.py
EXAMPLE = "home_example"  # number of the test picture that Home shows
DRAWING = "predict_drawing"  # what is on the canvas, step by step
SHOTS = "predict_shots"  # the pictures that were given to each source: see ui/predict/sources.py
TURNS = "predict_turns"  # how often the visitor chose another source
LISTED = "predict_listed"  # the pictures that can be looked at closely, as attempts
TYPED = "train_typed"  # dict from a setting's widget on Train to what stands in it
SWEPT = "train_swept"  # settings for which the visitor asked to find a learning rate
WEIGHTS_FILE = "train_weights_read"  # the weights file on Train: its number, what was read of it
ATTEMPTS = "predict_attempts"  # what was tried on Predict, and what it was taken for
DISTURBED = "predict_disturbed"  # the attempt that the sliders of "Try to break it" are for
SHOWN = "shown_in_places"  # dict from a place to what it shows: see ui/waiting.py
ASTRAY = "address_astray"  # dict from a name in the address to its fault: see ui/address.py
TEST_PICTURE = "test_picture"  # number of the one on Network; also in the address
MOMENT = "network_moment"  # after how many batches the weights on Network are taken
PLAYING = "network_playing"  # whether Network goes through a run by itself: see epochs.py
LAYER = "network_layer"  # the layer that is looked at closely on Network
FILTER = "network_filter"  # and the filter or unit of it
PLACE = "network_place"  # row and column, from 0, that the address asked for
RUNS_VIEW = "runs_view"  # what Runs shows, and how: see ui/runs/view.py
SAMPLE = "predict_sample"  # turns of "Another picture": which picture Predict takes from the data

ASSETS = Path(__file__).resolve().parent.parent / "assets"
# The weights that ship with the app, by key: what they are called, and their file in ASSETS.
READY_MADE, EVERYDAY = "ready-made", "everyday"
SHIPPED = {
    READY_MADE: ("Ready-made LeNet", "lenet.safetensors"),
    EVERYDAY: ("Everyday LeNet", "lenet-sketch.safetensors"),
}
LIVE = "Your run, as it trains"  # what the newest weights are called while there will be newer ones
MOST_OWN = 12  # own weights that one session keeps, about 0.5 MB each; the oldest go first


@dataclass(frozen=True)
class Choice:
    """Weights that the visitor can predict with."""

    key: str  # letters, digits and hyphens, for the address
    label: str  # one of SHIPPED, "Your run ..." or "File NAME"
    trained: Trained
    run: str = ""  # a token of the run whose newest weights are meant, whatever they were before


def choices() -> dict[str, Choice]:
    """All weights that this session can use, by key: those that ship, then its own, in time."""
    own: dict[str, Choice] = st.session_state.get(OWN, {})
    return shipped()[0] | own


def in_use() -> Choice | None:
    """The weights that the page predicts with; None where there are none at all.

    What the visitor chose; until then, each page has its own: see `prefer`. Of a run, the newest.
    """
    found = choices()
    for key in (st.session_state.get(IN_USE), st.session_state.get(PREFERRED), *found):
        if key in found and (newest := _newest(found[key])):
            return newest
    return None


def run_in_use() -> Run | None:
    """The run whose weights the visitor chose; None where they are not of a run."""
    chosen = choices().get(st.session_state.get(IN_USE, ""))
    return server.runs().get(chosen.run) if chosen and chosen.run else None


def _newest(choice: Choice) -> Choice | None:
    """The choice with the newest weights of its run; None where they are of no use."""
    run = server.runs().get(choice.run) if choice.run else None
    if run is None:
        return choice
    if not usable(trained := run.trained()):
        return None
    return replace(choice, trained=trained, label=LIVE if is_active(run) else choice.label)


def prefer(key: str) -> None:
    """What this page predicts with while the visitor has chosen nothing; a key of SHIPPED."""
    st.session_state[PREFERRED] = key


def use(key: str) -> None:
    """Predict with these weights from now on; a key that is not known changes nothing.

    Call it from a callback, or st.rerun() after it: the top of the page is drawn before.
    """
    with uninterrupted():
        if key in choices():
            st.session_state[IN_USE] = key


def key_of(label: str) -> str:
    """The key of weights from a file that are called so."""
    return f"file-{digest(label)[:16]}"


def add(label: str, trained: Trained, key: str = "", run: str = "") -> str:
    """Keep weights for this session and give their key, which the label makes unless it is given.

    The same key replaces older weights. `run` is a token of the run that they come from.
    """
    key = key or key_of(label)
    own = dict(st.session_state.get(OWN, {}))
    own.pop(key, None)
    own[key] = Choice(key, label, trained, run)
    st.session_state[OWN] = dict(list(own.items())[-MOST_OWN:])
    return key


def shipped() -> tuple[dict[str, Choice], list[str]]:
    """The weights that ship with the app, and a sentence for each file that is of no use."""
    found, faults = {}, []
    for key, (label, name) in SHIPPED.items():
        file = ASSETS / name
        try:
            found[key] = Choice(key, label, _read(file, file.stat().st_mtime_ns))
        except OSError:
            faults.append(f"The weights that ship with the app, assets/{name}, are missing.")
        except CheckpointError as error:
            faults.append(f"The weights assets/{name} cannot be used. {plain(str(error), 300)}")
    return found, faults


@functools.lru_cache(maxsize=4)
def _read(file: Path, changed: int) -> Trained:
    """One copy of the weights for all sessions, read again when the file has `changed`."""
    return checkpoint.read(file)


def dataset() -> Dataset:
    """The pictures that pages show: one copy for all sessions, locked against writing.

    The best that can be had, unless the visitor chose another.
    """
    _search()
    return datasets.load(st.session_state.get(DATA))


def use_data(name: str) -> None:
    """Show this data set from now on; a key of components.DATA_NAMES."""
    st.session_state[DATA] = name


def _search() -> None:
    """Look for Fashion-MNIST, and download it, once per server: whoever hosts the app need not."""
    if not server.searched():
        with st.spinner("Getting the pictures ready. The first time takes a while ..."):
            server.search()
