"""Several pictures at once: a table of answers, and the one to look at closely."""

from __future__ import annotations

import csv
import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.checkpoint import Trained
from model.data import CLASSES
from model.predict import classify
from model.preprocess import Options
from ui import components, state
from ui.sources import Shot

Answer = NDArray[np.floating] | str  # probabilities, (10,), or what is wrong with the picture


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
    st.download_button(
        "Answers (CSV)",
        lambda: as_csv([shot.name for shot in shots], found),
        "answers.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
    number = st.selectbox(
        "Look closely at",
        range(len(shots)),
        format_func=lambda n: shots[n].name,
        key="predict_file",
    )
    return shots[number]


def _answer(shot: Shot, options: Options, trained: Trained) -> Answer:
    prepared = shot.prepared(options)
    return prepared if isinstance(prepared, str) else classify(trained, prepared)


def _row(shot: Shot, answer: Answer) -> dict[str, object]:
    if isinstance(answer, str):
        taken_for = "cannot be read"
    else:
        taken_for = f"{CLASSES[answer.argmax()]}, {100 * answer.max():.1f} %"
    picture = components.data_uri(shot.thumbnail())
    return {"Picture": picture, "Taken for": taken_for, "File": shot.name}


def as_csv(names: list[str], found: list[Answer]) -> str:
    """One line per picture: the class it is taken for, all probabilities, or what is wrong."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "index", "label", *CLASSES, "error"])
    for name, one in zip(names, found, strict=True):
        if isinstance(one, str):
            table.writerow([name, "", "", *[""] * len(CLASSES), one])
        else:
            index = int(one.argmax())
            values = [f"{value:.6f}" for value in one]
            table.writerow([name, index, CLASSES[index], *values, ""])
    return text.getvalue()
