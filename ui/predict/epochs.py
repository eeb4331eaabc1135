"""How the answer to the picture on Predict came about: its probabilities through the training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.insight.classify import classify
from model.pictures.preprocess import Prepared
from model.training.checkpoint import Trained, usable
from model.training.run import Run
from model.training.storage.database import StorageError
from ui import charts, moments, state
from ui.plots import plot

NO_RUN = (
    "Train a network and choose your run under *Weights in use*: then you see here how its answer "
    "to your picture changed from epoch to epoch."
)
WORDS = "The ten probabilities through the training"


def through_training(prepared: Prepared, trained: Trained) -> Callable[[], None]:
    """A curve for each class, over the moments whose weights are kept."""
    run = state.run_in_use()
    kept = moments.kept(run) if run else ()
    if run is None or len(kept) < 2:
        return lambda: st.caption(NO_RUN)
    answers = {step: _answer(run, trained, step, prepared) for step in kept}
    known = {step: values for step, values in answers.items() if values is not None}

    def draw() -> None:
        if len(known) < len(answers):
            st.warning("Some moments of this run cannot be read; they are left out.")
        if known:
            names = [moments.name(run, step) for step in known]
            figure = charts.through_training(names, np.stack(list(known.values())), CLASSES)
            plot(figure, "through_training", WORDS)
        st.caption("When did the network make up its mind? The page Network shows what it saw.")

    return draw


def _answer(
    run: Run, trained: Trained, step: int, prepared: Prepared
) -> NDArray[np.float32] | None:
    """(10,); None where the weights of a moment cannot be read, or give no answer."""
    try:
        then = moments.at(run, trained, step)
    except StorageError:
        return None
    return classify(then, prepared) if usable(then) else None
