"""Behind a switch on Train: what experts watch while a network trains, moment by moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model import server
from model.cache import Kept
from model.data.datasets import CLASSES, DataError
from model.insight.gauges import REACH, Gauge, middles
from model.networks.architectures import NETWORKS
from model.networks.forward import predict
from model.training.run import Run, is_active
from model.training.snapshot import Snapshot
from model.training.storage.database import StorageError
from ui import attempts, charts, moments
from ui.attempts import Attempt
from ui.plots import plot
from ui.text import plain

LOOK_SECONDS = 3.0  # between two looks, while the run moves or a worker measures
EARLY = "The gauges begin once the run has kept some of its training: a few seconds from now."
OF_THE_GRADIENT = (
    "**How strongly the pictures pull.** The length of the gradient. It shrinks while the network "
    "learns; where it grows and grows, the learning rate is too high."
)
OF_DEAD_UNITS = (
    "**Dead units.** The share of maps or units that give 0 for all of 200 pictures. They learn "
    "nothing any more. A high learning rate kills many."
)
OF_WEIGHTS = (
    "**The weights' spread.** Each column is a moment; the lighter, the more weights have that "
    f"size. They begin close to 0 and spread out. The outer rows hold all beyond {REACH}."
)
OF_CLASSES = "**Accuracy of each class** on the validation pictures. Which is learned last?"

# Shared by all: a picture's ten probabilities at a moment of a run, a kilobyte each.
_answers: Kept[tuple[str, int, bytes], NDArray[np.float32]] = Kept(2_000)


def show(run: Run) -> None:
    """The switch, and the gauges where it is on."""
    on = st.toggle("Gauges: what experts watch", key="train_gauges", persist_state="session")
    if not on:
        return
    waits = _waits(run, _measured(run))

    @st.fragment(run_every=LOOK_SECONDS if waits else None)
    def look() -> None:
        found = _measured(run)
        if waits and not _waits(run, found):
            st.rerun()  # only a whole run of the page ends the looks
        _draw(run, found)

    look()


def _waits(run: Run, found: Mapping[int, Gauge | None]) -> bool:
    """Whether more comes: the run goes on, or a worker still measures something of it."""
    return is_active(run) or None in found.values()


def _measured(run: Run) -> dict[int, Gauge | None]:
    """By moment; what cannot be read is left out."""
    found: dict[int, Gauge | None] = {}
    for step in moments.kept(run):
        try:
            found[step] = server.gauge(
                run.name, step, lambda step=step: moments.at(run, run.trained(), step)
            )
        except (StorageError, DataError):
            continue
    return found


def _draw(run: Run, measured: Mapping[int, Gauge | None]) -> None:
    now, known = run.snapshot(), {step: gauge for step, gauge in measured.items() if gauge}
    names = [moments.name(run, step) for step in known]
    if len(known) < 2:
        st.caption(EARLY)
        return
    found = list(known.values())
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(OF_THE_GRADIENT)
        lines = {"Length of the gradient": [one.gradient for one in found]}
        plot(charts.gauges(names, lines, "Length"), "gauge_gradient", "Length of the gradient")
    with right:
        st.markdown(OF_DEAD_UNITS)
        lines = {layer: [one.dead[layer] for one in found] for layer in found[0].dead}
        if lines:
            figure = charts.gauges(names, lines, "Share", share=True)
            plot(figure, "gauge_dead", "Share of dead units by layer")
        else:
            st.caption("This network has no ReLU: none of its units can die so.")
    with left:
        _weights(names, found)
    with right:
        _classes(now)
    _own_picture(run, list(known), names)


def _weights(names: Sequence[str], found: list[Gauge]) -> None:
    st.markdown(OF_WEIGHTS)
    layer = st.selectbox("Layer", list(found[0].spread), key="gauge_layer")
    shares = np.stack([one.spread[layer] / one.spread[layer].sum() for one in found])
    figure = charts.spread(names, middles(), shares.T)
    plot(figure, "gauge_weights", f"How the weights of {layer} are spread, moment by moment")


def _own_picture(run: Run, steps: Sequence[int], names: Sequence[str]) -> None:
    """The probabilities of what was last drawn, uploaded or photographed on Predict."""
    attempts.recall()
    tried = attempts.all_of_them()
    if not tried:
        st.page_link(
            "pages/predict.py",
            label="Draw something on Predict, and its ten probabilities are followed here, too",
            icon=":material/brush:",
        )
        return
    last = tried[-1]
    st.markdown(f"**Your own picture**, {plain(last.name)}: what the network thought of it.")
    found = [
        _answers.get((run.name, step, last.pixels), lambda step=step: _answer(run, step, last))
        for step in steps
    ]
    figure = charts.through_training(names, np.stack(found), CLASSES)
    plot(figure, "gauge_own", "The ten probabilities of your own picture, moment by moment")


def _answer(run: Run, step: int, attempt: Attempt) -> NDArray[np.float32]:
    """(10,); what cannot be read has no numbers."""
    try:
        then = moments.at(run, run.trained(), step)
    except StorageError:
        return np.full(len(CLASSES), np.nan, np.float32)
    with np.errstate(all="ignore"):
        return predict(NETWORKS[then.network], then.weights, attempt.image[None])[0]


def _classes(now: Snapshot) -> None:
    st.markdown(OF_CLASSES)
    scored = [one for one in now.epochs if one.validation]
    if not scored:
        st.caption("It needs an epoch that has ended, and pictures that are held out.")
        return
    counts = np.stack([one.validation.confusion for one in scored if one.validation])
    right = np.diagonal(counts, axis1=1, axis2=2) / np.maximum(1, counts.sum(axis=2))
    names = [str(one.epoch) for one in scored]
    lines = {name: right[:, label].tolist() for label, name in enumerate(CLASSES)}
    plot(charts.gauges(names, lines, "Accuracy", share=True), "gauge_classes", "By class")
