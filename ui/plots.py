"""Puts Plotly figures on a page so that they change in place. It makes no figures.

st.plotly_chart of Streamlit 1.67 takes another figure for another element: it builds the chart
anew, and a zoom is lost. Here the page's own few lines of JavaScript call Plotly.react.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Any

import streamlit as st
import streamlit.components.v1 as served

from ui import javascript, state
from ui.charts import Figure

_STILL: dict[str, Any] = {"displayModeBar": False}  # nothing to zoom into, fewer stops for Tab


def chart(figure: Figure, alt: str, config: dict[str, Any]) -> dict[str, Any]:
    """A figure with all that assets/js/figure.js needs to draw it."""
    return {"figure": figure, "alt": alt, "config": config, "library": _address()}


def library(folder: Path | None = None) -> Path:
    """Plotly's program: the part for our charts, or where that is missing the package's, all of it.

    The part is one third: see tools/plotly_js.py.
    """
    ours = (folder or state.ASSETS / "js") / "plotly-cartesian.min.js"
    package = Path(str(importlib.util.find_spec("plotly").origin)).parent
    return ours if ours.is_file() else package / "package_data" / "plotly.min.js"


@functools.cache
def _address() -> str:
    """Where the browser finds the program: the server hands out its folder from now on."""
    file = library()
    return f"component/{served.declare_component('plotly', path=str(file.parent)).name}/{file.name}"


def plot(figure: Figure, key: str, alt: str, config: dict[str, Any] = _STILL) -> None:
    """Show a figure under the page-wide `key`; `alt` says in words what it shows.

    A figure with another `layout.uirevision` than before loses the reader's zoom.
    """
    shown = javascript.component(
        "lenet_plot", "plot.js", '<div class="plot"\n role="img"></div>', "plot.css"
    )
    if shown is None:
        st.caption(f"This chart cannot be drawn. {alt}.")
        return
    shown(
        data=javascript.as_bytes(chart(figure, alt, config)),
        key=key,
        height=figure["layout"]["height"],
    )
