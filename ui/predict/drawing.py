"""The canvas to draw on, with its tools, and Undo and Clear. It predicts nothing.

The canvas is streamlit-drawable-canvas; assets/js/drawing.js gives it what it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from ui import javascript, state

if TYPE_CHECKING:
    from streamlit_drawable_canvas import CanvasResult

SIDE = 432  # pixels of the drawing; the screen shows it as large as there is room
THINNEST = 32  # two of the network's 28 pixels, and more once the drawing is cropped
MOST_STEPS = 30  # that are kept for Undo, about 15 kB each
SHADES = {"Grey": "#8a8a8a", "Light": "#bdbdbd", "Dark": "#404040", "Eraser": "#ffffff"}


class Tool(NamedTuple):
    """One entry of TOOLS."""

    mode: str  # what streamlit-drawable-canvas calls it
    icon: str
    how: str  # to use it; stands under the canvas


TOOLS = {
    "Brush": Tool("freedraw", "brush", "Draw one piece of clothing. Its outline is enough."),
    "Filled shape": Tool(
        "polygon",
        "pentagon",
        "Tap the corners one after the other. To finish, tap the first one again.",
    ),
    "Line": Tool("line", "pen_size_2", "Drag from one end of the line to the other."),
    "Filled box": Tool("rect", "rectangle", "Drag from one corner of the box to the opposite one."),
    "Filled oval": Tool("circle", "circle", "Drag from one side of the oval to the other."),
}


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
        if len(self.steps) > 1:
            self.steps = self.steps[:-1]
            self.version += 1

    def clear(self) -> None:
        """Empty the canvas; this can be taken back, too."""
        if self.now.objects:
            self.add([], None)
            self.version += 1


def canvas() -> Drawn:
    """Show the canvas and give what is drawn on it."""
    drawing: Drawing = st.session_state.setdefault(state.DRAWING, Drawing())
    if drawing.key not in st.session_state:  # made anew, also after a visit to another page
        drawing.start = drawing.now.objects
    with st.container(horizontal=True, gap="xsmall", key="draw_controls"):
        # Never disabled: whoever pressed a button that then is finds the focus at the page's top.
        st.button("Undo", icon=":material/undo:", on_click=drawing.undo, key="draw_undo")
        st.button("Clear", icon=":material/delete:", on_click=drawing.clear, key="draw_clear")
        with st.popover("Tools", icon=":material/brush:"):
            tool, shade, width = _choices()
    with st.container(key="draw_area", gap="xsmall"):
        result = _canvas(drawing, TOOLS[tool].mode, SHADES[shade], width)
        _helped(drawing, TOOLS[tool])
    objects = (result.json_data or {}).get("objects", [])
    png = result.image_bytes  # None until it has changed
    if png is not None and objects != drawing.now.objects:
        drawing.add(objects, png)
    return drawing.now


def _choices() -> tuple[str, str, int]:
    """Tool, shade and size of the brush, as the visitor chose them."""
    with st.container(width=280, key="draw_tools"):
        tool = st.pills(
            "Tool",
            TOOLS,
            format_func=lambda name: f":material/{TOOLS[name].icon}: {name}",
            default="Brush",
            required=True,
            key="draw_tool",
            persist_state="session",
        )
        shade = st.pills(
            "Shade",
            SHADES,
            default="Grey",
            required=True,
            key="draw_shade",
            persist_state="session",
        )
        width = st.slider("Brush size", THINNEST, 90, 39, key="draw_width", persist_state="session")
        st.caption("The app fills an empty outline with grey.")
    return tool, shade, width


def _helped(drawing: Drawing, tool: Tool) -> None:
    """What to do with the tool, and what the canvas lacks."""
    shown = javascript.component(
        "lenet_drawing", "drawing.js", '<div class="drawing"\n></div>', "drawing.css"
    )
    if shown is None:
        st.caption(tool.how)
        return
    told = {"corners": tool.mode == "polygon", "hint": tool.how, "drawing": drawing.key}
    shown(key="draw_helped", data=javascript.as_bytes(told))


def _canvas(drawing: Drawing, mode: str, colour: str, width: int) -> CanvasResult:
    from streamlit_drawable_canvas import st_canvas  # fails outside a running app

    return st_canvas(
        drawing_mode=mode,
        stroke_width=width if mode in {"freedraw", "line"} else 2,
        stroke_color=colour,
        fill_color=colour,
        background_color="#ffffff",
        width=SIDE,
        height=SIDE,
        initial_drawing={"objects": drawing.start},
        return_image_data=True,
        key=drawing.key,
    )
