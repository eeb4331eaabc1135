"""Plotly figures of a run: loss and accuracy as they move, and what the test set confuses.

Pure functions from a snapshot to a figure. Which points are drawn depends on the run's length
alone and not on how far it is, so nothing that is drawn once moves again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from model.training.snapshot import Snapshot
from ui.charts import PALETTE, TRANSPARENT

MOST_POINTS = 600  # per line; more cannot be seen and would cost the browser time
ARTICLE_ACCURACY = 0.9067  # of the article's LeNet on the test set
CONFIG = {"modeBarButtons": [["zoom2d", "resetScale2d"]]}
HEIGHT = 340

# Plotly's add_hline makes the same of them, but takes longer than all the rest of the figure.
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
    "text": "- - the article's test accuracy, 90.67 %",
    "font": {"color": PALETTE["green"]},
    "showarrow": False,
    "xref": "x domain",
    "x": 0.99,
    "xanchor": "right",
    "y": 0.03,  # far from the curves, which come close to the line
    "yanchor": "bottom",
}

Floats = NDArray[np.floating]


def smoothed(values: Floats, window: int) -> Floats:
    """The mean of each value and the up to `window - 1` before it, (n,)."""
    sums = np.cumsum(np.insert(values.astype(np.float64), 0, 0))
    last = np.arange(1, len(values) + 1)
    first = np.maximum(0, last - window)
    return (sums[last] - sums[first]) / (last - first)


def _lines(now: Snapshot, values: Floats, unit: str) -> list[go.Scatter]:
    """Each batch, thin, and behind it the mean of the last batches, thick."""
    every = max(1, -(-now.total_steps // MOST_POINTS))
    drawn = slice(every - 1, None, every)
    epochs = (np.arange(len(values)) + 1)[drawn] / now.steps_per_epoch
    window = max(5, now.steps_per_epoch // 20)
    thick = smoothed(values, window)[drawn]
    hover = f"epoch %{{x:.2f}}: %{{y:{unit}}}"
    return [
        go.Scatter(
            x=epochs, y=values[drawn], name="each batch", mode="lines", opacity=0.7,
            line={"color": PALETTE["sky"], "width": 1}, hoverinfo="skip",
        ),
        go.Scatter(
            x=epochs, y=thick, name="smoothed", mode="lines",
            line={"color": PALETTE["blue"], "width": 3}, hovertemplate=hover,
        ),
    ]  # fmt: skip


def _epoch_points(
    now: Snapshot, train: Sequence[float], held_out: Sequence[float], unit: str
) -> list[go.Scatter]:
    """One point per epoch: the training pictures' mean, and the validation pictures."""
    epochs = [ended.epoch for ended in now.epochs]
    scored = [ended.epoch for ended in now.epochs if ended.validation]
    points = [
        go.Scatter(
            x=epochs, y=train, name="epoch mean", cliponaxis=False, mode="markers",
            marker={"color": PALETTE["grey"], "size": 9, "symbol": "square"},
            hovertemplate=f"epoch %{{x}}, training: %{{y:{unit}}}",
        )
    ]  # fmt: skip
    if now.config.validation_images:
        points.append(
            go.Scatter(
                x=scored, y=held_out, name="validation", cliponaxis=False, mode="lines+markers",
                line={"color": PALETTE["vermillion"], "width": 2, "dash": "dot"},
                marker={"size": 10, "symbol": "diamond"},
                hovertemplate=f"epoch %{{x}}, validation: %{{y:{unit}}}",
            )
        )  # fmt: skip
    return points


def _framed(now: Snapshot, traces: list[go.Scatter], title: str, token: str) -> go.Figure:
    """Axes that stand still while the run goes on; a zoom of the reader's is kept."""
    return go.Figure(traces).update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 16, "t": 32, "b": 8},
        paper_bgcolor=TRANSPARENT,
        plot_bgcolor=TRANSPARENT,
        legend={"orientation": "h", "yanchor": "top", "y": -0.28, "x": 0},
        showlegend=True,
        hovermode="closest",
        uirevision=f"{token} {now.config.epochs}",
        xaxis={
            "title": {"text": "Epoch", "standoff": 4},
            "range": [0, now.config.epochs],
            "rangemode": "tozero",
        },
        yaxis={"title": title},
    )


@lru_cache(maxsize=64)  # a snapshot is drawn once, however many ticks and tabs ask for it
def loss(now: Snapshot, token: str) -> go.Figure:
    """Loss against epochs: how wrong the network is, lower is better."""
    traces = _lines(now, now.losses, ".3f")
    train = [ended.loss for ended in now.epochs]
    held_out = [ended.validation.loss for ended in now.epochs if ended.validation]
    figure = _framed(now, traces + _epoch_points(now, train, held_out, ".3f"), "Loss", token)
    highest = float(now.losses[:5].max(initial=2.3))
    return figure.update_yaxes(range=[0, 1.05 * highest])


@lru_cache(maxsize=64)
def accuracy(now: Snapshot, token: str) -> go.Figure:
    """Accuracy against epochs: the share of pictures that the network gets right."""
    traces = _lines(now, now.accuracies, ".1%")
    train = [ended.accuracy for ended in now.epochs]
    held_out = [ended.validation.accuracy for ended in now.epochs if ended.validation]
    figure = _framed(now, traces + _epoch_points(now, train, held_out, ".2%"), "Accuracy", token)
    figure.update_layout(shapes=[ARTICLE_LINE], annotations=[ARTICLE_WORDS])
    return figure.update_yaxes(range=[0, 1.005], tickformat=".0%")


def confusion(counts: NDArray[np.integer], classes: Sequence[str]) -> go.Figure:
    """True class by predicted class, (10, 10), as shares of each true class."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    cells = go.Heatmap(
        z=shares,
        x=list(classes),
        y=list(classes),
        customdata=counts,
        text=np.where(counts > 0, counts.astype(str), ""),
        texttemplate="%{text}",
        colorscale="Cividis",
        showscale=False,
        hovertemplate="%{y}, taken for %{x}: %{customdata} pictures<extra></extra>",
    )
    figure = go.Figure(cells).update_layout(
        height=520,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=TRANSPARENT,
        plot_bgcolor=TRANSPARENT,
    )
    figure.update_xaxes(title="The network's answer", tickangle=-45, fixedrange=True)
    return figure.update_yaxes(title="True class", autorange="reversed", fixedrange=True)
