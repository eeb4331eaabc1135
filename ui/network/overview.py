"""The whole network on one page: every layer, and what it makes of the picture on the desk."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.insight.anatomy import Part, anatomy, written
from model.networks.forward import Step
from model.networks.layers import Conv, Flatten, Pool
from ui import bars, components, javascript, state, vector
from ui.network import networks
from ui.network.desk import Desk
from ui.network.drawing import drawing

KEY = "network_layers"
LEVELS = {  # by the first layer of a level: its title, what to look at, a question
    "first": (
        "The first layer",
        "Look where each map is bright: there, the picture looks like its filter's pattern.",
        "Which map shows the outline of the item, and which only its left or its right side?",
    ),
    "pooling": (
        "What pooling keeps",
        "Look at the same maps, half as wide and half as high: what is there stays, where exactly "
        "is lost.",
        "Can you still tell what it is?",
    ),
    "second": (
        "The second level",
        "Look at patterns of patterns: each of these filters sees all maps of the level before it.",
        "Is there a map that you can explain? Many cannot be put into words.",
    ),
    "decision": (
        "The decision",
        "Look at the last layer: the numbers become one row, dense layers weigh all of them, and "
        "in the end there is one number for each class.",
        "Which class is second? Press it, and see further down which inputs speak for it.",
    ),
}
SHADES = 127  # of a colour; numbers themselves are shown where one map is looked at closely


def show(desk: Desk) -> None:
    """The drawing, the table for who reads numbers, the code, and the maps of every layer."""
    parts = anatomy(desk.network)
    numbers = [desk.steps[0].taken[0], *(step.given[0] for step in desk.steps)]
    drawn = drawing(parts, numbers)
    vector.show(drawn, "network_drawing", "The layers stand in the table below.")
    with st.expander("The same as a table, with how each number is counted"):
        st.markdown(networks.table(desk.network))
    networks.code(desk.trained.network, "network_in_use_code")
    own = st.toggle("Each map has its own scale", key="network_own", persist_state="session")
    _maps(desk, parts, own)


def _maps(desk: Desk, parts: tuple[Part, ...], own: bool) -> None:
    shown = javascript.component("lenet_layers", "layers.js", '<div class="layers"\n></div>')
    if shown is None:
        st.caption("The maps cannot be shown: a file of the app is missing.")
        return
    chosen = {
        "layer": st.session_state.get(state.LAYER),
        "filter": st.session_state.get(state.FILTER, 0),
    }
    told = {"own": own, "chosen": chosen, "classes": list(CLASSES), "layers": layers(desk, parts)}
    shown(key=KEY, data=javascript.as_bytes(told), on_picked_change=_pick)


def layers(desk: Desk, parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    """The input and every layer, as layers.js takes them."""
    starts = {place: words for words, place in _starts(parts).items()}
    made = [_input(desk)]
    for place, (part, step) in enumerate(zip(parts, desk.steps, strict=True)):
        level = {}
        if place in starts:
            names = ("title", "look", "question")
            level = {"level": dict(zip(names, LEVELS[starts[place]], strict=True))}
        made.append(_layer(part, step, part is parts[-1]) | level)
    return made


def _starts(parts: tuple[Part, ...]) -> dict[str, int]:
    """Which layer each of LEVELS begins with, where the network has it."""
    kinds = [type(part.layer) for part in parts]
    starts = {"decision": kinds.index(Flatten)}
    if Conv in kinds:
        starts["first"] = kinds.index(Conv)
    if Pool in kinds:
        starts["pooling"] = kinds.index(Pool)
        if Conv in kinds[starts["pooling"] :]:
            starts["second"] = kinds.index(Conv, starts["pooling"])
    return starts


def _pick() -> None:
    """Somebody pressed a map: it is looked at closely."""
    picked = st.session_state[KEY].get("picked")
    if picked:
        st.session_state[state.LAYER] = picked["layer"]
        st.session_state[state.FILTER] = picked["filter"]


def _input(desk: Desk) -> dict[str, Any]:
    image = desk.steps[0].taken[0]
    words = "28 × 28 pixels, from 0 for black to 1 for white."
    return {"name": "input", "title": "Input", "shape": desk.picture.name, "words": words} | _drawn(
        image
    )


def _layer(part: Part, step: Step, last: bool) -> dict[str, Any]:
    told = {
        "name": part.name,
        "title": components.describe(part.layer),
        "shape": f"{written(part.taken)} → {written(part.given)}",
        "words": part.counted[0].upper() + part.counted[1:] + ".",
    }
    answer = {"last": [bars.number(float(value)) for value in step.given[0]]} if last else {}
    return told | _drawn(step.given[0]) | answer


def _drawn(values: NDArray[np.float32]) -> dict[str, Any]:
    """Numbers as colours, as layers.js takes them: (h, w, maps) or (units,)."""
    most = float(np.abs(values).max()) or 1.0
    levels = np.rint(values * (SHADES / most)).astype(np.int8)
    return {
        "size": list(values.shape),
        "values": base64.b64encode(levels.tobytes()).decode(),
        "scale": {"both": bool(values.min() < 0), "most": most},
    }
