"""The canvas to draw on, with undo and clear for people without a mouse. It predicts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from ui import state

if TYPE_CHECKING:
    from streamlit_drawable_canvas import CanvasResult

SIDE = 288  # pixels; fits its column on a small laptop, and the narrowest phones
TOOLS = {
    "Brush": "freedraw",
    "Line": "line",
    "Filled box": "rect",
    "Filled oval": "circle",
    "Filled shape": "polygon",
}
THINNEST = 21  # of 288: two of the network's 28 pixels, and more once the drawing is cropped
SHADES = {"Grey": "#8a8a8a", "Light": "#bdbdbd", "Dark": "#404040", "Eraser": "#ffffff"}
HOW = (
    "*Filled shape*: click the corners one after the other, and the first one again at the end. "
    "An outline with nothing in it is filled with grey by itself."
)


class Drawn(NamedTuple):
    """What is on the canvas."""

    objects: list[dict[str, Any]]  # strokes and shapes, as the canvas describes them
    picture: Image.Image | None  # RGB on white


def canvas() -> Image.Image | None:
    """Show the canvas and give the drawing, RGB on white; None before the first stroke."""
    st.session_state.setdefault(state.DRAWING, {"version": 0, "objects": []})
    before = st.session_state.get(state.DRAWN, Drawn([], None))
    if "canvas" not in st.session_state and before.objects:
        _set(before.objects)  # a canvas forgets its drawing on another page
    drawing = st.session_state[state.DRAWING]
    above, below = st.container(), st.container(horizontal=True, gap="xsmall")
    undo_and_clear = below.container(horizontal=True, gap="xsmall", width="content")
    with below.popover("Tools", icon=":material/brush:"), st.container(width=240):
        tool = st.selectbox("Tool", TOOLS, key="draw_tool", persist_state="session")
        shade = st.selectbox("Shade", SHADES, key="draw_shade", persist_state="session")
        width = st.slider("Brush size", THINNEST, 60, 26, key="draw_width", persist_state="session")
        st.caption(HOW)
    with above:
        # Narrow: the canvas' own toolbar lies over the right half of what is above it.
        st.caption("Draw one piece of clothing and fill it in.", width=165)
        result = _canvas(drawing, tool, SHADES[shade], width)
    objects = (result.json_data or {}).get("objects", [])
    with undo_and_clear:
        _undo_and_clear(objects)
    now = Drawn(objects, _picture(objects, result.image_data, before))
    st.session_state[state.DRAWN] = now
    return now.picture


def _picture(
    objects: list[dict[str, Any]], pixels: NDArray[np.uint8] | None, before: Drawn
) -> Image.Image | None:
    """The canvas as a picture. One that was just put back sends no pixels until the next stroke."""
    if not objects:
        return None
    return before.picture if pixels is None else Image.fromarray(pixels).convert("RGB")


def _canvas(drawing: dict[str, Any], tool: str, colour: str, width: int) -> CanvasResult:
    from streamlit_drawable_canvas import st_canvas  # fails outside a running app

    return st_canvas(
        drawing_mode=TOOLS[tool],
        stroke_width=width if tool in {"Brush", "Line"} else 2,
        stroke_color=colour,
        fill_color=colour,
        background_color="#ffffff",
        width=SIDE,
        height=SIDE,
        initial_drawing=drawing,
        return_image_data=True,
        key="canvas",
    )


def _undo_and_clear(objects: list[dict[str, Any]]) -> None:
    """The canvas has both in a toolbar that shows only under a mouse."""
    for label, icon, kept in (("Undo", "undo", objects[:-1]), ("Clear", "delete", [])):
        st.button(
            label,
            icon=f":material/{icon}:",
            disabled=not objects,
            on_click=_set,
            args=(kept,),
            key=f"draw_{label.lower()}",
        )


def _set(objects: list[dict[str, Any]]) -> None:
    """Put these objects on the canvas; a new version makes it take them even if it had them."""
    version = st.session_state[state.DRAWING]["version"] + 1
    st.session_state[state.DRAWING] = {"version": version, "objects": objects}
