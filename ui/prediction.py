"""What the Predict page shows about any picture: its class, the probabilities, every stage.

The arithmetic is in `model/`; where a picture comes from is the page's business.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from model.data import CLASSES
from model.predict import classify
from model.preprocess import (
    DEFAULT,
    Options,
    PictureError,
    Prepared,
    Stage,
    prepare,
    read_picture,
)
from ui import charts, components, state

SOFTMAX = (
    "The network's last layer gives each class a score. *Softmax* turns the ten scores into "
    "numbers above 0 that add up to 100 %. They only compare these ten classes: a picture of a "
    "cat gets a class of clothes, too."
)
SURE = ((0.9, "quite sure"), (0.6, "fairly sure"), (0.35, "not sure"), (0.0, "guessing"))
MARKS = {
    True: ":green[:material/check: right]",
    False: ":red[:material/close: wrong]",
}
# Options that a person can override: label, help, and what each choice stands for.
AUTOMATIC: dict[str, object] = {"Automatic": "auto", "Yes": "yes", "No": "no"}
YES_OR_NO: dict[str, object] = {"Yes": True, "No": False}
OVERRIDES: dict[str, tuple[str, str, dict[str, object]]] = {
    "invert": ("Negative", "Swap light and dark.", AUTOMATIC),
    "mirror": ("Mirror", "Swap left and right.", AUTOMATIC),
    "fill": ("Colour in outlines", "Fill the inside of a line drawing with grey.", AUTOMATIC),
    "single": (
        "Keep one of a pair",
        "Two shoes side by side: use the larger one alone.",
        {"Automatic": "auto", "No": "no"},
    ),
    "cut": ("Cut out the item", "Make all that is not the item black.", YES_OR_NO),
    "crop": ("Crop", "Cut the picture down to the item.", YES_OR_NO),
}


@st.cache_data(max_entries=24, ttl=900, show_spinner=False, scope="session")
def of_file(content: bytes, options: Options) -> Prepared | str:
    """A file's picture, ready for the network, or the sentence that says what is wrong."""
    try:
        return prepare(read_picture(content), options)
    except PictureError as error:
        return str(error)


def of_picture(picture: Image.Image, options: Options) -> Prepared | str:
    """The same for a picture that the app itself made."""
    try:
        return prepare(picture, options)
    except PictureError as error:
        return str(error)


def pick(found: list[tuple[str, Prepared | str]]) -> Prepared | str:
    """A table of several files by name; gives the one that a person wants to look at closely."""
    if len(found) == 1:
        return found[0][1]
    st.dataframe([_row(name, one) for name, one in found], hide_index=True)
    number = st.selectbox(
        "Look closely at", range(len(found)), format_func=lambda n: found[n][0], key="predict_file"
    )
    return found[number][1]


def _row(name: str, one: Prepared | str) -> dict[str, str]:
    choice = state.in_use()
    if isinstance(one, str) or choice is None:
        return {"File": name, "Taken for": "cannot be read" if isinstance(one, str) else ""}
    values = classify(choice.trained, one)
    return {"File": name, "Taken for": f"{CLASSES[values.argmax()]}, {100 * values.max():.0f} %"}


def options(key: str) -> Options:
    """Widgets that override the stages, folded away; `key` keeps those of each source apart."""
    chosen: dict[str, Any] = {}
    with st.expander("Change how the picture is prepared", icon=":material/tune:"):
        st.caption("Switch a stage off and see what it is worth: the answer follows at once.")
        grid = st.grid(3, min_column_width=220)
        for name, (label, explanation, choices) in OVERRIDES.items():
            widget = f"{key}_{name}"
            default = next(iter(choices))
            picked = grid.segmented_control(
                label,
                list(choices),
                default=default,
                required=True,
                key=widget,
                help=explanation,
            )
            chosen[name] = choices[picked]
        if not st.toggle(
            "Find the border between item and background by itself", value=True, key=f"{key}_find"
        ):
            chosen["threshold"] = st.slider(
                "Threshold",
                0,
                255,
                60,
                key=f"{key}_threshold",
                help="How far a pixel must be from the background's colour to count as the item.",
            )
    return replace(DEFAULT, **chosen)


def answer(prepared: Prepared, key: str, truth: int | None = None) -> None:
    """The winner in words, the picture that the network gets, and ten bars."""
    choice = state.in_use()
    if choice is None:
        st.info("No weights are there yet. Train a network, and it will answer here.")
        return
    values = classify(choice.trained, prepared)
    first, second, third = values.argsort()[::-1][:3]
    winner, rival, other = (f"{100 * values[n]:.0f} %" for n in (first, second, third))
    sure = next(words for least, words in SURE if values[first] >= least)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(
            components.data_uri(prepared.image.repeat(4, axis=0).repeat(4, axis=1)),
            width=112,
            alt="The 28 by 28 pixels that the network gets",
        )
        with st.container(width="stretch"):
            st.subheader(CLASSES[first], anchor=False)
            st.markdown(
                f"**{winner}**, {sure}. Then {CLASSES[second]} ({rival}) and {CLASSES[third]} "
                f"({other})."
            )
            if truth is not None:
                st.markdown(f"It is: **{CLASSES[truth]}**, {MARKS[truth == first]}.")
    alt = f"Probabilities of the ten classes; the highest is {CLASSES[first]}"
    figure = charts.probabilities(CLASSES, values, int(first))
    st.plotly_chart(figure, config=charts.PLOTLY_CONFIG, key=f"{key}_probabilities", alt=alt)
    st.caption(SOFTMAX)


def strip(prepared: Prepared) -> None:
    """Every stage as a small picture with a line on why it is done."""
    st.subheader("What happens to a picture before the network sees it", anchor=False)
    grid = st.grid(6, min_column_width=150, key="stages")
    for number, stage in enumerate(prepared.stages, 1):
        with grid.cell():
            st.image(_large(stage), width="stretch", alt=f"Stage {number}: {stage.name}")
            st.markdown(f"**{number}. {stage.name}**")
            st.caption(stage.why)
    for note in prepared.notes:
        st.markdown(f":material/info: {note}")


def _large(stage: Stage) -> str:
    """A stage on a square of its own, so that the pictures of a strip line up; a data address.

    The picture comes with the page's message: six more requests to the server after every
    stroke would take longer than all the rest.
    """
    picture = Image.fromarray(stage.picture)
    side = max(picture.size)
    square = Image.new(picture.mode, (side, side), 0 if picture.mode == "L" else "#888888")
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    large = square.resize((224, 224), Image.Resampling.NEAREST if side < 100 else None)
    return components.data_uri(np.asarray(large))
