"""How a picture is prepared: every stage to look at, and the widgets that change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from model.pictures.preprocess import DEFAULT, Options, Prepared, Stage
from ui import images

# Options that a person can override: label, help, and what each choice stands for.
THRESHOLD = 60  # where a threshold that is set by hand begins
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


def chosen(key: str) -> Options:
    """What the visitor changed; `key` keeps the changes of each source apart."""
    picked: dict[str, Any] = {}
    for name, (_, _, choices) in OVERRIDES.items():
        first = next(iter(choices))
        picked[name] = choices[st.session_state.get(f"{key}_{name}") or first]
    if not st.session_state.get(f"{key}_find", True):
        picked["threshold"] = st.session_state.get(f"{key}_threshold", THRESHOLD)
    return replace(DEFAULT, **picked)


def overrides(key: str) -> None:
    """The widgets that change the preparation, folded away.

    They are there only while they are unfolded: an answer to a stroke is quicker without them.
    """
    folded = st.expander(
        "Change how the picture is prepared",
        icon=":material/tune:",
        key=f"{key}_changes",
        on_change="rerun",
    )
    if folded.open:
        with folded:
            _widgets(key)


def _widgets(key: str) -> None:
    st.caption("Switch a stage off to see what it does for the answer.")
    grid = st.grid(3, min_column_width=220)
    for name, (label, explanation, choices) in OVERRIDES.items():
        grid.segmented_control(
            label,
            list(choices),
            default=next(iter(choices)),
            required=True,
            key=f"{key}_{name}",
            persist_state="session",
            help=explanation,
        )
    if not st.toggle(
        "Find the border between item and background by itself",
        value=True,
        key=f"{key}_find",
        persist_state="session",
    ):
        st.slider(
            "Threshold",
            0,
            255,
            THRESHOLD,
            key=f"{key}_threshold",
            persist_state="session",
            help="How far a pixel must be from the background's colour to count as the item.",
        )


def html(prepared: Prepared) -> str:
    """Every stage as a small picture with a line on why it is done.

    As one piece of HTML: with four elements for each, a browser would show an answer later.
    """
    cells = "".join(_cell(number, stage) for number, stage in enumerate(prepared.stages, 1))
    return f'<div class="stages">{cells}</div>'


def strip(shown: str, notes: Sequence[str]) -> None:
    """Show what `html` made, and the decisions."""
    st.html(shown)
    for note in notes:
        st.markdown(f":material/info: {note}")


def _cell(number: int, stage: Stage) -> str:
    return (
        f'<figure><img src="{_large(stage)}" alt="Stage {number}: {stage.name}">'
        f"<figcaption><strong>{number}. {stage.name}</strong><small>{stage.why}</small>"
        "</figcaption></figure>"
    )


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
    return images.data_uri(np.asarray(large))
