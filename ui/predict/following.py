"""The answer of a run while it trains: once a second, with its newest weights."""

from __future__ import annotations

import streamlit as st

from model import server
from model.insight.classify import classify
from model.pictures.preprocess import Prepared
from model.training.checkpoint import usable
from model.training.run import Run, is_active
from ui import own_runs, state, watched, weights
from ui.predict import answers

SECONDS = 1.0  # between two answers
LOST = (
    "**The training has gone wrong:** its numbers have grown so large that no picture gets an "
    "answer. Stop the run, and start another with a lower learning rate."
)
NOT_COUNTED = "While the run trains, its answers change, so they are not counted."


@st.fragment(run_every=SECONDS)
def answer(run: Run, prepared: Prepared, truth: int | None) -> None:
    """What the run's newest weights make of the picture, until it ends."""
    now, trained = run.snapshot(), run.trained()
    if not is_active(run):
        st.rerun()
    if not usable(trained):
        answers.nothing(LOST)
        return
    values = classify(trained, prepared)
    where = f":material/model_training: Your run, {now.status}, after {trained.epoch:.2f} epochs."
    sure = answers.in_words(float(values.max()))
    answers.show(answers.Answer(values, sure, lambda: st.caption(where)), prepared)
    with st.container(key="answer_question"):
        if truth is None:
            st.caption(NOT_COUNTED)
        else:
            answers.verdict(values, truth)


def offer() -> None:
    """While a run trains in the address and other weights answer: say so, and offer to change."""
    run = server.runs().get(watched.token())
    if run is None or not is_active(run) or state.run_in_use() is run:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="offer_run"):
        st.caption("Your run is training. See it learn to recognise this picture:", width="content")
        st.button(
            "Answer with it",
            icon=":material/model_training:",
            on_click=weights.use,
            args=(own_runs.key_of(run),),
            key="predict_use_run",
            type="tertiary",
        )
