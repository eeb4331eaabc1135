"""Predict: draw, upload, photograph or pick a picture and see what the network takes it for."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.pictures.preprocess import DEFAULT, Options, Prepared
from model.training.checkpoint import Trained
from model.training.run import is_active
from ui import attempts, shell, state
from ui.predict import answers, closer_looks, disturb, files, following, score, stages
from ui.predict.sources import SOURCES, Shot, turn_away
from ui.waiting import Place

NO_WEIGHTS = "No weights are there yet. Train a network, and it will answer here."
WORKING = "Looking at the picture ..."


@st.fragment
def predict() -> None:
    """All of the page: a fragment, so that a stroke does not draw the frame around it again."""
    attempts.recall()
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
    left, right = st.columns([2, 3], gap="medium" if source == "Draw" else "large")
    with left:
        shots = SOURCES[source].find()
        shot = shots if isinstance(shots, str) else files.pick(shots, options)
    recognise(shot, options, right)
    if changeable:
        stages.overrides(source)
    score.history()
    if isinstance(shot, str):
        answers.get_ready()


def recognise(shot: Shot | str, options: Options, right: DeltaGenerator) -> None:
    """The answer on the right, the closer looks below; or what is missing, in the same places."""
    with right:
        about = shot if isinstance(shot, str) else shot.attempt
        place = Place("answer", about, lambda: answers.nothing(WORKING, waits=True))
        prepared = shot if isinstance(shot, str) else shot.prepared(options)
        picture = None if isinstance(prepared, str) else prepared
        with place.ready():
            trained = answer(shot, prepared)
        answers.explain(picture)
        following.offer()
    if isinstance(shot, Shot):
        disturb.begin_anew(shot.attempt)
    closer_looks.closer(picture, trained, is_active(state.run_in_use()))


def answer(shot: Shot | str, prepared: Prepared | str) -> Trained | None:
    """The answer of the weights in use, or what is missing; gives the weights that answered."""
    run, choice = state.run_in_use(), state.in_use()
    if isinstance(shot, str) or isinstance(prepared, str):
        answers.nothing(str(prepared))
    elif choice is None:
        answers.nothing(NO_WEIGHTS)
    elif run and is_active(run):
        following.answer(run, prepared, shot.truth)
        return choice.trained
    else:
        answers.answer(shot, prepared, choice.trained)
        return choice.trained
    return None


shell.begin(
    "Predict",
    "Show the network a picture. Which of its ten kinds of clothes does it see?",
    state.EVERYDAY,
)
predict()
