"""Plotly figures as Plotly's JSON: pure functions from arrays to dicts, nothing of Streamlit.

The package plotly.graph_objects would make the same of them, but loads pandas and PyArrow, 60 MB
and a second, and takes ten times as long for each; tests have it check every figure. Colours are
Okabe and Ito's, chosen to be readable on light and on dark; the background is transparent and the
text takes the theme's colour, so figures fit both. Fixed axes leave swiping on a phone to the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def rotations(
    angles: NDArray[np.integer],
    probabilities: NDArray[np.floating],
    labels: Sequence[str],
    now: int,
) -> Figure:
    """Probabilities, (angles, classes), against the angle; classes that never matter stay grey."""
    line = {"color": PALETTE["grey"], "dash": "dot"}
    axis = {
        "title": {"text": "Rotation, degrees"},
        "range": [-184, 184],
        "tickvals": list(range(-180, 181, 60)),
    }
    lines = _classes(values(angles), probabilities, labels, "lines", "at %{x}°")
    now_line = {"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "line": line}
    return _of_classes(lines, axis, shapes=[now_line])


def through_training(
    moments: Sequence[str], probabilities: NDArray[np.floating], labels: Sequence[str]
) -> Figure:
    """Probabilities, (moments, classes), through a training; `moments` are in words, in order."""
    lines = _classes(list(moments), probabilities, labels, "lines+markers", "after epoch %{x}")
    return _of_classes(lines, {"title": {"text": "Epoch"}, "type": "category"})


def _classes(
    x: list[Any],
    probabilities: NDArray[np.floating],
    labels: Sequence[str],
    mode: str,
    where: str,
) -> list[Figure]:
    """A line for each class; those that never matter are grey."""
    matter = np.flatnonzero(probabilities.max(axis=0) >= MATTERS)
    colours = {label: LINES[label] for label in matter}
    traces = []
    for label, name in enumerate(labels):
        colour, dash = colours.get(label, (PALETTE["grey"], "solid"))
        traces.append(
            {
                "type": "scatter",
                "x": x,
                "y": values(probabilities[:, label]),
                "name": name,
                "mode": mode if label in colours else "lines",
                "showlegend": label in colours,
                "line": {"color": colour, "dash": dash, "width": 3 if label in colours else 1},
                "hovertemplate": f"{name}: %{{y:.0%}} {where}<extra></extra>",
            }
        )
    return traces


def _of_classes(traces: list[Figure], xaxis: Figure, **more: Any) -> Figure:
    return plain(
        traces,
        height=360,
        showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        xaxis=xaxis | {"fixedrange": True},
        yaxis={
            "title": {"text": "Probability"},
            "range": [0, 1.02],
            "tickformat": ".0%",
            "fixedrange": True,
        },
        **more,
    )


def gauges(
    moments: Sequence[str],
    lines: Mapping[str, Sequence[float]],
    what: str,
    share: bool = False,
) -> Figure:
    """Named lines, a number for each moment of a training; `share` has an axis of per cent."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(moments),
            "y": values(np.asarray(numbers, float)),
            "line": {"color": colour, "dash": dash, "width": 2},
            "hovertemplate": f"{name}: %{{y:{'.1%' if share else '.3g'}}}<extra></extra>",
        }
        for (name, numbers), (colour, dash) in zip(lines.items(), LINES, strict=False)
    ]
    axis = {"range": [0, 1.02], "tickformat": ".0%"} if share else {"rangemode": "tozero"}
    return plain(
        traces,
        320,
        showlegend=len(lines) > 1,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        xaxis={"title": {"text": "Epoch"}, "type": "category", "fixedrange": True},
        yaxis={"title": {"text": what}, "fixedrange": True} | axis,
    )


def spread(
    moments: Sequence[str], sizes: NDArray[np.floating], shares: NDArray[np.floating]
) -> Figure:
    """Which share of the weights has which size, (sizes, moments), light where many have."""
    heat = {
        "type": "heatmap",
        "x": list(moments),
        "y": values(sizes),
        "z": values(shares),
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": "Share"}, "tickformat": ".0%", "thickness": 12},
        "hovertemplate": "epoch %{x}, about %{y:.2f}: %{z:.1%}<extra></extra>",
    }
    return plain(
        [heat],
        320,
        xaxis={"title": {"text": "Epoch"}, "type": "category", "fixedrange": True},
        yaxis={"title": {"text": "Size of a weight"}, "fixedrange": True},
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
