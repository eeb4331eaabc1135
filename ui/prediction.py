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
from model.preprocess import DEFAULT, Options, Prepared, Stage
from ui import bars, components, state
from ui.sources import Shot

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


def pick(shots: list[Shot], options: Options) -> Shot:
    """A table of several pictures; gives the one that a person wants to look at closely."""
    if len(shots) == 1:
        return shots[0]
    st.dataframe([_row(shot, options) for shot in shots], hide_index=True)
    number = st.selectbox(
        "Look closely at",
        range(len(shots)),
        format_func=lambda n: shots[n].name,
        key="predict_file",
    )
    return shots[number]


def _row(shot: Shot, options: Options) -> dict[str, str]:
    choice, prepared = state.in_use(), shot.prepared(options)
    if isinstance(prepared, str) or choice is None:
        taken_for = "cannot be read" if isinstance(prepared, str) else ""
        return {"File": shot.name, "Taken for": taken_for}
    values = classify(choice.trained, prepared)
    taken_for = f"{CLASSES[values.argmax()]}, {100 * values.max():.0f} %"
    return {"File": shot.name, "Taken for": taken_for}


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


def answer(prepared: Prepared, truth: int | None = None) -> None:
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
    st.html(bars.probabilities(values))
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
