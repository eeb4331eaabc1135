"""Plotly figures as Plotly's JSON: pure functions from arrays to dicts, nothing of Streamlit.

The package plotly.graph_objects would make the same of them, but loads pandas and PyArrow, 60 MB
and a second, and takes ten times as long for each; tests have it check every figure. Colours are
Okabe and Ito's, chosen to be readable on light and on dark; the background is transparent and the
text takes the theme's colour, so figures fit both. Fixed axes leave swiping on a phone to the page.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ui import images

Figure = dict[str, Any]  # data and layout, see https://plotly.com/javascript/reference/

# Okabe and Ito, "Color universal design", 2008: told apart by people of every colour vision.
PALETTE: dict[str, str] = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "grey": "#8593A1",
}
# One line for each class, told apart by colour and by dashes.
LINES = [
    (PALETTE[name], dash)
    for dash in ("solid", "dash")
    for name in ("blue", "vermillion", "green", "purple", "orange")
]
MATTERS = 0.15  # a class that reaches this probability at some angle gets a colour
TILE = 24  # pixels that a written number is wide and high
TRANSPARENT = "rgba(0,0,0,0)"


def plain(traces: list[Figure], height: int, **layout: Any) -> Figure:
    """A figure with what all of them share: no background, no frame, labels that have room."""
    axes = {axis: {"automargin": True} | layout.pop(axis, {}) for axis in ("xaxis", "yaxis")}
    shared = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "showlegend": False,
        "dragmode": False,
    }
    return {"data": traces, "layout": shared | layout | axes}


def values(array: NDArray[Any], digits: int = 4) -> list[Any]:
    """An array as JSON has it, rounded; what is no number is a gap."""
    if array.dtype.kind != "f":
        return array.tolist()
    rounded = np.round(array.astype(np.float64), digits)
    return np.where(np.isfinite(rounded), rounded.astype(object), None).tolist()


def pixels(image: NDArray[np.integer]) -> Figure:
    """A picture, (28, 28) from 0 to 255, as the numbers that the computer sees."""
    cells = {
        "type": "heatmap",
        "z": values(image),
        "zmin": 0,
        "zmax": 255,
        "colorscale": [[0, "black"], [1, "white"]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "row %{y}, column %{x}<br>value <b>%{z}</b> of 255<extra></extra>",
    }
    written = {"source": images.png_uri(numbers(image)), "xref": "x", "yref": "y", "x": -0.5}
    written |= {"y": -0.5, "sizex": 28, "sizey": 28, "sizing": "stretch"}
    axis = {"showgrid": False, "constrain": "domain", "dtick": 3, "fixedrange": True}
    return plain(
        [cells],
        height=560,
        images=[written],
        xaxis=axis | {"title": {"text": "Column"}},
        yaxis=axis
        | {
            "title": {"text": "Row"},
            "autorange": "reversed",
            "scaleanchor": "x",
            "constraintoward": "top",
        },
    )


def numbers(image: NDArray[np.integer]) -> NDArray[np.uint8]:
    """The pixels' values, each written in its place, on nothing: (28 tiles, 28 tiles, 2).

    Plotly can write them itself, but 784 texts keep the browser busy for half a second.
    """
    written = _tiles()[image].transpose(0, 2, 1, 3, 4)  # (row, y, column, x, grey and alpha)
    return written.reshape(28 * TILE, 28 * TILE, 2)


@functools.lru_cache(maxsize=1)
def _tiles() -> NDArray[np.uint8]:
    """Every value written once: (256, TILE, TILE, 2), readable on a pixel of that value."""
    font = ImageFont.load_default(11)
    tiles = []
    for value in range(256):
        ink = 0 if value > 127 else 255
        tile = Image.new("LA", (TILE, TILE), (ink, 0))
        draw = ImageDraw.Draw(tile)
        draw.text((TILE / 2, TILE / 2), str(value), (ink, 255), font, anchor="mm")
        tiles.append(np.asarray(tile))
    return np.stack(tiles)


def rotations(
    angles: NDArray[np.integer],
    probabilities: NDArray[np.floating],
    labels: Sequence[str],
    now: int,
) -> Figure:
    """Probabilities, (angles, classes), against the angle; classes that never matter stay grey."""
    matter = np.flatnonzero(probabilities.max(axis=0) >= MATTERS)
    colours = {label: LINES[label] for label in matter}
    traces = []
    for label, name in enumerate(labels):
        colour, dash = colours.get(label, (PALETTE["grey"], "solid"))
        traces.append(
            {
                "type": "scatter",
                "x": values(angles),
                "y": values(probabilities[:, label]),
                "name": name,
                "mode": "lines",
                "showlegend": label in colours,
                "line": {"color": colour, "dash": dash, "width": 3 if label in colours else 1},
                "hovertemplate": f"{name}: %{{y:.0%}} at %{{x}}°<extra></extra>",
            }
        )
    line = {"color": PALETTE["grey"], "dash": "dot"}
    return plain(
        traces,
        height=360,
        showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        xaxis={
            "title": {"text": "Rotation, degrees"},
            "range": [-184, 184],
            "tickvals": list(range(-180, 181, 60)),
            "fixedrange": True,
        },
        yaxis={
            "title": {"text": "Probability"},
            "range": [0, 1.02],
            "tickformat": ".0%",
            "fixedrange": True,
        },
        shapes=[{"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "line": line}],
    )


def class_counts(counts: Mapping[str, int]) -> Figure:
    """How many pictures each class has."""
    bars = {
        "type": "bar",
        "x": list(counts.values()),
        "y": list(counts),
        "orientation": "h",
        "marker": {"color": PALETTE["blue"]},
        "text": [f"{count:,}" for count in counts.values()],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:,} pictures<extra></extra>",
    }
    highest = max(counts.values(), default=0) or 1
    return plain(
        [bars],
        height=34 * len(counts) + 40,
        xaxis={"title": {"text": "Pictures"}, "range": [0, 1.25 * highest], "fixedrange": True},
        yaxis={
            "autorange": "reversed",
            "ticksuffix": " ",
            "showgrid": False,
            "fixedrange": True,
        },
    )
