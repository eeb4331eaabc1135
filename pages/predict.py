"""Predict: draw, upload, photograph or pick a picture and see what the network takes it for."""

import streamlit as st

from model.preprocess import DEFAULT
from ui import answers, attempts, files, looks, shell, stages, state
from ui.sources import SOURCES


@st.fragment
def predict() -> None:
    """All of the page: a fragment, so that a stroke does not draw the frame around it again."""
    source = st.pills(
        "Where the picture comes from",
        SOURCES,
        format_func=lambda name: f":material/{SOURCES[name].icon}: {name}",
        default="Draw",
        required=True,
        key="predict_source",
        persist_state="session",
        label_visibility="collapsed",
    )
    left, right = st.columns([2, 3], gap="large")
    below = st.container()
    options = stages.options(source) if SOURCES[source].prepared else DEFAULT
    with left:
        shots = SOURCES[source].find()
        shot = shots if isinstance(shots, str) else files.pick(shots, options)
    prepared = shot if isinstance(shot, str) else shot.prepared(options)
    if isinstance(shot, str) or isinstance(prepared, str):
        right.info(prepared, icon=":material/info:")
        attempts.history()
        return
    with right:
        answers.answer(shot, prepared)
        attempts.ask(shot.attempt)
        answers.order()
    with below:
        if choice := state.in_use():
            looks.closer(prepared, choice.trained)
    attempts.history()


shell.begin("Predict", "Show the network a picture and see what it takes it for.")
predict()
