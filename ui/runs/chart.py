"""The curves of several runs in one figure: pure functions, nothing of Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.training.snapshot import Snapshot
from ui.charts import PALETTE, Figure, plain, values
from ui.runs.view import WAYS, View

MOST_POINTS = 150  # per line of training pictures, each the mean of the batches since the last
MOST_MARKERS = 15  # of a line; where there are more points, it is easier to read
HEIGHT = 380
CONFIG = {"modeBarButtons": [["zoom2d", "resetScale2d"]]}


@dataclass(frozen=True)
class Style:
    """What tells one line from the others: three things, for every eye."""

    colour: str
    dash: str  # in Plotly's words
    marker: str
    svg_dash: str  # the dash in an SVG's words


STYLES = [
    Style(PALETTE["blue"], "solid", "circle", "none"),
    Style(PALETTE["vermillion"], "dash", "square", "9 5"),
    Style(PALETTE["green"], "dot", "diamond", "3 3"),
    Style(PALETTE["purple"], "dashdot", "triangle-up", "9 4 3 4"),
    Style(PALETTE["orange"], "longdash", "x", "14 5"),
    Style(PALETTE["sky"], "longdashdot", "star", "14 4 3 4"),
]
UNITS = {"accuracy": ".2%", "loss": ".3f"}

Floats = NDArray[np.floating]
Steps = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Line:
    """One run that is drawn."""

    name: str
    now: Snapshot


def figure(lines: Sequence[Line], view: View) -> Figure:
    """All curves in one figure, each in the style of its place."""
    traces = [
        trace for place, line in enumerate(lines) for trace in _traces(line, view, STYLES[place])
    ]
    shown = f"{view.draw} {view.pictures} {view.axis} {view.scale}"
    return plain(
        traces,
        HEIGHT,
        margin={"l": 8, "r": 16, "t": 32, "b": 8},
        legend={"orientation": "h", "yanchor": "top", "y": -0.2, "x": 0},
        showlegend=True,
        hovermode="closest",
        dragmode="zoom",
        uirevision=f"{shown} {[line.name for line in lines]}",
        xaxis=_along(lines, view.axis),
        yaxis=_heights(view, any(len(trace["x"]) > 1 for trace in traces)),
    )


def _along(lines: Sequence[Line], axis: str) -> Figure:
    """The axis at the bottom: it stands still while runs go on, as far as it is known."""
    found: Figure = {
        "title": {"text": WAYS["axis"][axis], "standoff": 4},
        "rangemode": "tozero",
    }
    ends = {
        "epochs": [line.now.config.epochs for line in lines],
        "batches": [line.now.total_steps for line in lines],
    }
    return found | {"range": [0, 1.02 * max(ends[axis])]} if axis in ends else found


def _heights(view: View, drawn: bool) -> Figure:
    found: Figure = {"title": {"text": WAYS["draw"][view.draw]}}
    if view.draw == "accuracy":
        return found | {"tickformat": ".0%"} | ({} if drawn else {"range": [0, 1]})
    return found | ({"type": "log"} if view.scale == "log" else {})


def _traces(line: Line, view: View, style: Style) -> list[Figure]:
    """Thick, what is asked for; thin and behind it, the training pictures beside others."""
    held_out = has_validation(line.now)
    if view.pictures == "training" or not held_out:
        words = "" if view.pictures == "training" else ", training pictures"
        return [_trained(line, view, style) | {"name": f"{line.name}{words}"}]
    thin = _trained(line, view, style) | {"opacity": 0.5, "showlegend": False}
    thin["line"] = {"color": style.colour, "width": 1}
    return [*([thin] if view.pictures == "both" else []), _held_out(line, view, style)]


def _trained(line: Line, view: View, style: Style) -> Figure:
    return _trace(line, view, style, "lines", *training(line.now, view.draw))


def _held_out(line: Line, view: View, style: Style) -> Figure:
    found = _trace(line, view, style, "lines+markers", *validation(line.now, view.draw))
    marker = {"color": style.colour, "symbol": style.marker, "size": 9}
    marker["maxdisplayed"] = MOST_MARKERS
    return found | {"name": line.name, "marker": marker}


def _trace(
    line: Line, view: View, style: Style, mode: str, steps: Steps, heights: Floats
) -> Figure:
    return {
        "type": "scatter",
        "mode": mode,
        "x": values(along(line.now, steps, view.axis), 3),
        "y": values(heights),
        "line": {"color": style.colour, "dash": style.dash, "width": 2.5},
        "cliponaxis": False,
        "hovertemplate": f"%{{x:,}} {view.axis}: %{{y:{UNITS[view.draw]}}}",
    }


def has_validation(now: Snapshot) -> bool:
    """Whether pictures were held out, and measured."""
    return any(one.validation for one in now.epochs)


def validation(now: Snapshot, what: str) -> tuple[Steps, Floats]:
    """After how many batches held-out pictures were measured, and how."""
    scores = [(one.epoch, one.validation) for one in now.epochs if one.validation]
    steps = np.array([epoch for epoch, _ in scores], np.intp) * now.steps_per_epoch
    return steps, np.array([getattr(score, what) for _, score in scores], np.float64)


def training(now: Snapshot, what: str) -> tuple[Steps, Floats]:
    """Batches, and the mean of each and those since the one before, by pictures."""
    each: Any = now.losses if what == "loss" else now.accuracies
    every = max(1, -(-now.total_steps // MOST_POINTS))
    steps = np.arange(every, now.step + 1, every)
    sizes = now.batch_sizes(0, now.step)
    whole = slice(0, len(steps) * every)
    sums = (each * sizes)[whole].astype(np.float64).reshape(-1, every).sum(axis=1)
    return steps, sums / np.maximum(1, sizes[whole].reshape(-1, every).sum(axis=1))


def along(now: Snapshot, steps: Steps, axis: str) -> Floats:
    """Where a run was after so many batches. Its seconds are spread evenly over its batches."""
    if axis == "batches":
        return steps.astype(np.float64)
    if axis == "epochs":
        return steps / now.steps_per_epoch
    return steps * (now.seconds / max(1, now.step))
