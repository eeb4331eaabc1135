"""Several pictures at once: a table of answers, and the one to look at closely."""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.insight.classify import classify
from model.insight.out_of_distribution import is_strange
from model.pictures.preprocess import Options
from model.training.checkpoint import Trained
from ui import images, state
from ui.predict import answers
from ui.predict.sources import Shot
from ui.text import cell, clean, percent
from ui.waiting import wait_for

COMPARING = "In a few seconds you also see which of them do not look like clothes."


class Answer(NamedTuple):
    """What the network makes of one picture."""

    values: NDArray[np.floating]  # (10,), probabilities
    strange: bool | None  # unlike the clothes that the network knows; None while not known


def pick(shots: list[Shot], options: Options) -> Shot:
    """A table of all pictures; gives the one that a person wants to look at closely."""
    choice = state.in_use()
    if len(shots) == 1 or choice is None:
        return shots[0]
    found = [_answer(shot, options, choice.trained) for shot in shots]
    rows = [_row(shot, one) for shot, one in zip(shots, found, strict=True)]
    st.dataframe(
        rows,
        hide_index=True,
        row_height=56,
        column_config={"Picture": st.column_config.ImageColumn("Picture", width=64)},
    )
    if any(isinstance(one, Answer) and one.strange is None for one in found):
        wait_for(lambda: answers.reference_of(choice.trained), COMPARING)
    st.download_button(
        "Answers (CSV)",
        lambda: as_csv([shot.name for shot in shots], found),
        "answers.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
    return shots[_closely(shots)]


def _closely(shots: list[Shot]) -> int:
    """The choice of one picture; it stays with its picture when others come and go."""
    key, now = "predict_file", [shot.attempt for shot in shots]
    before, number = st.session_state.get(state.LISTED, []), st.session_state.get(key)
    if now != before:
        chosen = before[number] if number in range(len(before)) else None
        st.session_state[key] = now.index(chosen) if chosen in now else 0
    st.session_state[state.LISTED] = now
    labels = _labels(shots)
    chosen = st.selectbox("Look closely at", range(len(shots)), format_func=labels.get, key=key)
    return chosen if chosen in labels else 0


def _labels(shots: list[Shot]) -> dict[int, str]:
    """What each picture is called: Streamlit tells choices apart by what they are called."""
    names = [clean(shot.name) for shot in shots]
    return {
        number: f"{name} ({names[: number + 1].count(name)})" if names.count(name) > 1 else name
        for number, name in enumerate(names)
    }


def _answer(shot: Shot, options: Options, trained: Trained) -> Answer | str:
    """The answer, or what is wrong with the picture."""
    prepared = shot.prepared(options)
    if isinstance(prepared, str):
        return prepared
    reference = answers.reference_of(trained)
    strange = None if reference is None else is_strange(trained, reference, prepared.image)
    return Answer(classify(trained, prepared), strange)


def _row(shot: Shot, answer: Answer | str) -> dict[str, object]:
    if isinstance(answer, str):
        taken_for = "cannot be read" if isinstance(shot.picture, str) else "nothing to recognise"
    else:
        name = CLASSES[answer.values.argmax()]
        doubt = " (does not look like clothes)" if answer.strange else ""
        taken_for = f"{name}, {percent(answer.values.max())}{doubt}"
    picture = images.data_uri(shot.thumbnail())
    return {"Picture": picture, "Taken for": taken_for, "File": clean(shot.name)}


def as_csv(names: list[str], found: list[Answer | str]) -> str:
    """One line per picture: the class it is taken for, all probabilities, whether it is strange
    (nothing where that is not known yet), or what is wrong."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "index", "label", *CLASSES, "strange", "error"])
    for name, one in zip(names, found, strict=True):
        if isinstance(one, str):
            table.writerow([cell(name), "", "", *[""] * len(CLASSES), "", one])
        else:
            index = int(one.values.argmax())
            values = [f"{value:.6f}" for value in one.values]
            strange = {True: "yes", False: "no", None: ""}[one.strange]
            table.writerow([cell(name), index, CLASSES[index], *values, strange, ""])
    return text.getvalue()
