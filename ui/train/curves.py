"""Plotly figures of a run: loss and accuracy as they move, and what the test set confuses.

Pure functions from a snapshot to a figure, and to the points that it has gained since. Which points
are drawn depends on the run's length alone and not on how far it is, so what is drawn once stays.
The axis of a long run grows with it, in steps, and has points of a long run's beginning closer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.training.snapshot import Snapshot
from ui.charts import PALETTE, Figure, plain
from ui.charts import values as listed
from ui.grids import Grid
from ui.text import percent

MOST_POINTS = 400  # per line and axis; more cannot be seen and would cost the browser time
SHORT = 10  # epochs of a run whose axis is whole from the beginning
STOPS = (1, 2, 5, 10, 20, 50)  # epochs at which the axis of a longer one ends, one after the other
MOST_MARKERS = 15  # epochs; where there are more, a line alone is easier to read
DIGITS = 3  # of a point; more cannot be seen either
ARTICLE_ACCURACY = 0.9067  # of the article's LeNet on the test set
CONFIG = {"modeBarButtons": [["zoom2d", "resetScale2d"]]}
HEIGHT = 340

# Nunez, Anderton and Renslow, 2018: the same scale to eyes of every colour vision.
CIVIDIS = [(0, 34, 78), (65, 77, 107), (124, 123, 120), (188, 174, 110), (254, 232, 56)]

ARTICLE_LINE = {
    "type": "line",
    "xref": "x domain",
    "x0": 0,
    "x1": 1,
    "y0": ARTICLE_ACCURACY,
    "y1": ARTICLE_ACCURACY,
    "line": {"color": PALETTE["green"], "width": 1.5, "dash": "dash"},
}
ARTICLE_WORDS = {
    "text": f"- - the article's test accuracy, {percent(ARTICLE_ACCURACY, 2)}",
    "showarrow": False,
    "xref": "x domain",
    "x": 0.99,
    "xanchor": "right",
    "y": 0.03,  # far from the curves, which come close to the line
    "yanchor": "bottom",
}

SHORT_NAMES = {"learning_rate": "rate", "epochs": "epochs"}  # of what may change on the way

Floats = NDArray[np.floating]


def smoothed(values: Floats, sizes: NDArray[np.integer], window: int) -> Floats:
    """The mean of each batch and the up to `window - 1` before it, (n,), by pictures: `sizes`."""
    sums, pictures = (
        np.cumsum(np.insert(each.astype(np.float64), 0, 0)) for each in (values * sizes, sizes)
    )
    last = np.arange(1, len(values) + 1)
    first = np.maximum(0, last - window)
    return (sums[last] - sums[first]) / (pictures[last] - pictures[first])


def ends(epochs: int) -> list[int]:
    """Where the axis of a run of so many epochs ends, one after the other."""
    return [stop for stop in STOPS if stop < epochs and epochs > SHORT] + [epochs]


def _end(now: Snapshot) -> int:
    """Where it ends now."""
    known = ends(now.config.epochs)
    return next(end for end in known if now.step <= end * now.steps_per_epoch)


@lru_cache(maxsize=64)
def _drawn(epochs: int, per_epoch: int) -> NDArray[np.intp]:
    """Which batches of a run are drawn, from 1: on each of its axes at most MOST_POINTS, evenly."""
    pieces, before = [], 0
    for end in ends(epochs):
        every = max(1, -(-end * per_epoch // MOST_POINTS))
        pieces.append(np.arange(before + every, end * per_epoch + 1, every))
        before = int(pieces[-1][-1]) if len(pieces[-1]) else before
    return np.concatenate(pieces)


def _points(now: Snapshot) -> NDArray[np.intp]:
    return _drawn(now.config.epochs, now.steps_per_epoch)


def _lines(unit: str) -> list[Figure]:
    """Each batch, thin, and behind it the mean of the last batches, thick; without points."""
    line = {"type": "scatter", "mode": "lines", "x": [], "y": []}
    return [
        line
        | {"name": "each batch", "opacity": 0.7, "hoverinfo": "skip"}
        | {"line": {"color": PALETTE["sky"], "width": 1}},
        line
        | {"name": "smoothed", "line": {"color": PALETTE["blue"], "width": 3}}
        | {"hovertemplate": f"epoch %{{x:.2f}}: %{{y:{unit}}}"},
    ]


def _epoch_points(now: Snapshot, unit: str) -> list[Figure]:
    """One point per epoch: the training pictures' mean, and the validation pictures."""
    points = {"type": "scatter", "cliponaxis": False, "x": [], "y": []}
    trained = points | {
        "name": "epoch mean",
        "mode": "markers",
        "line": {"color": PALETTE["grey"], "width": 2},
        "marker": {"color": PALETTE["grey"], "size": 9, "symbol": "square"},
        "hovertemplate": f"epoch %{{x}}, training: %{{y:{unit}}}",
    }
    scored = points | {
        "name": "validation",
        "mode": "lines+markers",
        "line": {"color": PALETTE["vermillion"], "width": 2, "dash": "dot"},
        "marker": {"size": 10, "symbol": "diamond"},
        "hovertemplate": f"epoch %{{x}}, validation: %{{y:{unit}}}",
    }
    return [trained, scored] if now.config.validation_images else [trained]


def _framed(now: Snapshot, traces: list[Figure], yaxis: Figure, token: str, **more: Any) -> Figure:
    """Axes that stand still while the run goes on; a zoom of the reader's is kept."""
    return plain(
        traces,
        HEIGHT,
        margin={"l": 8, "r": 16, "t": 32, "b": 8},
        legend={"orientation": "h", "yanchor": "top", "y": -0.28, "x": 0},
        showlegend=True,
        hovermode="closest",
        dragmode="zoom",
        uirevision=f"{token} {now.config.epochs}",
        xaxis={
            "title": {"text": "Epoch", "standoff": 4},
            "range": [0, _end(now)],
            "rangemode": "tozero",
        },
        yaxis=yaxis,
        **more,
    )


def loss(now: Snapshot, token: str) -> Figure:
    """Loss against epochs: how wrong the network is, lower is better. Its points: `grown`."""
    traces = [*_lines(".3f"), *_epoch_points(now, ".3f")]
    axis = {"title": {"text": "Loss"}, "range": [0, _highest(now)]}
    lines, words = _marks(now)
    return _framed(now, traces, axis, token, shapes=lines, annotations=words)


def accuracy(now: Snapshot, token: str) -> Figure:
    """Accuracy against epochs: the share of pictures that the network gets right; see `grown`."""
    traces = [*_lines(".1%"), *_epoch_points(now, ".2%")]
    axis = {"title": {"text": "Accuracy"}, "range": [0, 1.005], "tickformat": ".0%"}
    lines, words = _marks(now)
    return _framed(
        now,
        traces,
        axis,
        token,
        shapes=[ARTICLE_LINE, *lines],
        annotations=[ARTICLE_WORDS, *words],
    )


def _marks(now: Snapshot) -> tuple[list[Figure], list[Figure]]:
    """A line with a word for each setting that was changed on the way."""
    lines, words = [], []
    for number, change in enumerate(now.changes):
        x = change.step / now.steps_per_epoch
        place = {"yref": "y domain", "xref": "x"}
        line = {"color": PALETTE["grey"], "width": 1.5, "dash": "dot"}
        lines.append(place | {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line})
        text = f"{SHORT_NAMES[change.name]} {change.after:g}"
        height = 0.84 - 0.09 * (number % 4)  # one does not lie on the next, nor on the line above
        words.append(
            place
            | {"text": text, "x": x, "y": height, "showarrow": False}
            | {"xanchor": "left", "yanchor": "top"}
        )
    return lines, words


def _highest(now: Snapshot) -> float:
    """Where the axis of the loss ends: a little above its first values."""
    first = now.losses[:5]
    return round(1.05 * float(first[np.isfinite(first)].max(initial=2.3)), DIGITS)


def counts(now: Snapshot) -> tuple[int, int]:
    """How many batches are drawn now, and how many epochs."""
    return int(np.searchsorted(_points(now), now.step, "right")), len(now.epochs)


def grown(now: Snapshot, points: int, epochs: int) -> dict[str, Any]:
    """What `loss` and `accuracy` gained since they showed so many batches and epochs.

    For each figure the new points of its lines and where its axes end; lines without an x have
    `batches`. Only what is new is computed, for this happens at every look of every visitor.
    """
    new = _points(now)[points : counts(now)[0]]
    losses = _gained(now, "loss", now.losses, new, epochs)
    accuracies = _gained(now, "accuracy", now.accuracies, new, epochs)
    return {
        "batches": listed(new / now.steps_per_epoch),
        "figures": [
            {"lines": losses, "end": _end(now), "top": _highest(now)},
            {"lines": accuracies, "end": _end(now)},
        ],
    }


def _gained(
    now: Snapshot,
    what: Literal["loss", "accuracy"],
    each: Floats,
    new: NDArray[np.intp],
    epochs: int,
) -> list[Figure]:
    """The new points of each line, from the batches that are drawn now, from 1."""
    window = max(5, now.steps_per_epoch // 20)
    before = max(0, int(new[0]) - window) if len(new) else now.step
    smooth = smoothed(each[before:], now.batch_sizes(before, now.step), window)
    ended = now.epochs[epochs:]
    means = np.array([getattr(one, what) for one in ended], float)
    scored = [one for one in ended if one.validation]
    held_out = np.array([getattr(one.validation, what) for one in scored], float)
    lines: list[Figure] = [
        {"y": listed(each[new - 1], DIGITS)},
        {"y": listed(smooth[new - 1 - before], DIGITS)},
        {"x": [one.epoch for one in ended], "y": listed(means)},
        {"x": [one.epoch for one in scored], "y": listed(held_out)},
    ]
    return lines if now.config.validation_images else lines[:3]


def confusion(counts: NDArray[np.integer], classes: Sequence[str]) -> Grid:
    """True class by predicted class, (10, 10), shaded by shares of each true class."""
    return Grid(
        label="For each class of test pictures, how many got which answer",
        rows=classes,
        columns=classes,
        words="{row}, answered {column}: {number} pictures",
        numbers=counts,
        shades=counts / np.maximum(1, counts.sum(axis=1, keepdims=True)),
        colours=CIVIDIS,
        zeros=False,
    )
