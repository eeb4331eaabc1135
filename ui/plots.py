"""Puts Plotly figures on a page so that they change in place. It makes no figures.

st.plotly_chart of Streamlit 1.67 takes another figure for another element: it builds the chart
anew, and a zoom is lost. Here the page's own few lines of JavaScript call Plotly.react.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import streamlit as st
import streamlit.components.v1 as served

from ui import assets
from ui.charts import Figure

_STILL: dict[str, Any] = {"displayModeBar": False}  # nothing to zoom into, fewer stops for Tab

# Has the server hand out the folder of the Plotly package that holds plotly.min.js.
_LIBRARY = served.declare_component(
    "plotly", path=str(Path(str(importlib.util.find_spec("plotly").origin)).parent / "package_data")
)
_PROGRAM = assets.text("plot.js")
_plot = st.components.v2.component(
    "lenet_plot",
    html='<div class="plot"\n role="img"></div>',
    css=assets.text("plot.css") or None,
    js=_PROGRAM or None,
    isolate_styles=False,
)


def plot(figure: Figure, key: str, alt: str, config: dict[str, Any] = _STILL) -> None:
    """Show a figure under the page-wide `key`; `alt` says in words what it shows.

    A figure with another `layout.uirevision` than before loses the reader's zoom.
    """
    if not _PROGRAM:
        st.caption(f"This chart cannot be drawn. {alt}.")
        return
    shown = {
        "figure": figure,
        "alt": alt,
        "config": config,
        "library": f"component/{_LIBRARY.name}/plotly.min.js",
    }
    # As bytes: Streamlit looks whether anything else is a data frame, and loads pandas for it.
    _plot(
        data=json.dumps(shown, allow_nan=False, separators=(",", ":")).encode(),
        key=key,
        height=figure["layout"]["height"],
    )
