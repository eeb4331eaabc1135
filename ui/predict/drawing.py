"""The canvas to draw on, with undo and clear for people without a mouse. It predicts nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

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
MOST_STEPS = 30  # that are kept for Undo, about 10 kB each
SHADES = {"Grey": "#8a8a8a", "Light": "#bdbdbd", "Dark": "#404040", "Eraser": "#ffffff"}
HOW = (
    "*Filled shape*: click the corners one after the other, and the first one again at the end. "
    "An outline with nothing in it is filled with grey by itself."
)


class Drawn(NamedTuple):
    """What is on the canvas."""

    objects: list[dict[str, Any]]  # strokes and shapes, as the canvas describes them
    png: bytes | None  # as a picture, RGBA; None when nothing is on it


@dataclass
class Drawing:
    """What a visitor drew, step by step.

    A canvas is told once what is on it, when it is made, and from then on tells what it has. To
    put something else on it, a new one is made (`version` is in its key): so nothing that the old
    one still has to say can come in between.
    """

    version: int = 0
    start: list[dict[str, Any]] = field(default_factory=list)  # on the canvas when it was made
    steps: list[Drawn] = field(default_factory=lambda: [Drawn([], None)])  # oldest first

    @property
    def now(self) -> Drawn:
        """What is on the canvas."""
        return self.steps[-1]

    @property
    def key(self) -> str:
        """The key of the canvas."""
        return f"canvas_{self.version}"

    def add(self, objects: list[dict[str, Any]], png: bytes | None) -> None:
        """The canvas has changed. What stayed the same is kept once, however many steps have it."""
        old = self.now.objects
        same = [one if one == other else other for one, other in zip(old, objects, strict=False)]
        step = Drawn(same + objects[len(old) :], png if objects else None)
        self.steps = [*self.steps, step][-MOST_STEPS:]

    def undo(self) -> None:
        """Take back the newest step, be it a stroke or Clear; the oldest that is kept stays."""
        self.steps = self.steps[:-1] or self.steps  # a second press may come before it is greyed
        self.version += 1

    def clear(self) -> None:
        """Empty the canvas; this can be taken back, too."""
        self.add([], None)
        self.version += 1


def canvas() -> Drawn:
    """Show the canvas and give what is drawn on it."""
    drawing: Drawing = st.session_state.setdefault(state.DRAWING, Drawing())
    if drawing.key not in st.session_state:  # made anew, also after a visit to another page
        drawing.start = drawing.now.objects
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
    png = result.image_bytes  # None until it has changed
    if png is not None and objects != drawing.now.objects:
        drawing.add(objects, png)
    with undo_and_clear:
        _undo_and_clear(drawing)
    return drawing.now


def _canvas(drawing: Drawing, tool: str, colour: str, width: int) -> CanvasResult:
    from streamlit_drawable_canvas import st_canvas  # fails outside a running app

    return st_canvas(
        drawing_mode=TOOLS[tool],
        stroke_width=width if tool in {"Brush", "Line"} else 2,
        stroke_color=colour,
        fill_color=colour,
        background_color="#ffffff",
        width=SIDE,
        height=SIDE,
        initial_drawing={"objects": drawing.start},
        return_image_data=True,
        key=drawing.key,
    )


def _undo_and_clear(drawing: Drawing) -> None:
    """The canvas has both in a toolbar that shows only under a mouse."""
    for label, icon, act, useful in (
        ("Undo", "undo", drawing.undo, len(drawing.steps) > 1),
        ("Clear", "delete", drawing.clear, bool(drawing.now.objects)),
    ):
        st.button(
            label,
            icon=f":material/{icon}:",
            disabled=not useful,
            on_click=act,
            key=f"draw_{label.lower()}",
        )
