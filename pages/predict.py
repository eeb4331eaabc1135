"""Predict: draw, upload, photograph or pick a picture and see what the network takes it for."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.pictures.preprocess import DEFAULT, Options
from ui import shell, state
from ui.predict import answers, attempts, closer_looks, files, stages
from ui.predict.sources import SOURCES, Shot, turn_away


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
        on_change=turn_away,
        persist_state="session",
        label_visibility="collapsed",
    )
    changeable = SOURCES[source].prepared
    options = stages.chosen(source) if changeable else DEFAULT
    left, right = st.columns([2, 3], gap="large")
    with left:
        shots = SOURCES[source].find()
        shot = shots if isinstance(shots, str) else files.pick(shots, options)
    if isinstance(shot, str):
        right.info(shot, icon=":material/info:")
    else:
        recognise(shot, options, right)
        if changeable:
            stages.overrides(source)
    attempts.history()
    if isinstance(shot, str):
        answers.get_ready()


def recognise(shot: Shot, options: Options, right: DeltaGenerator) -> None:
    """The answer on the right, the closer looks below; or what is wrong with the picture."""
    prepared = shot.prepared(options)
    if isinstance(prepared, str):
        right.info(prepared, icon=":material/info:")
        return
    with right:
        trained = answers.answer(shot, prepared)
        st.caption(answers.SOFTMAX)
    if trained:
        closer_looks.closer(prepared, trained)


shell.begin("Predict", "Show the network a picture and see what it takes it for.", state.EVERYDAY)
predict()
