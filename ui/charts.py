"""Plotly figures. Pure functions from arrays to figures: they call nothing of Streamlit.

Colours are Okabe and Ito's, chosen to be readable on light and on dark; the background is
transparent and the text takes the theme's colour, so figures fit both. Fixed axes leave swiping on
a phone to the page.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

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


def plain(figure: go.Figure, height: int) -> go.Figure:
    """Give a figure what all of them share: no background, no frame, one height."""
    return figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=TRANSPARENT,
        plot_bgcolor=TRANSPARENT,
        showlegend=False,
        dragmode=False,
    )


def pixels(image: NDArray[np.integer]) -> go.Figure:
    """A picture, (28, 28) from 0 to 255, as the numbers that the computer sees."""
    cells = go.Heatmap(
        z=image,
        zmin=0,
        zmax=255,
        colorscale=[[0, "black"], [1, "white"]],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="row %{y}, column %{x}<br>value <b>%{z}</b> of 255<extra></extra>",
    )
    figure = plain(go.Figure(cells), height=560)
    figure.update_xaxes(title="Column", showgrid=False, constrain="domain", dtick=3)
    figure.update_yaxes(
        title="Row",
        autorange="reversed",
        showgrid=False,
        scaleanchor="x",
        constrain="domain",
        constraintoward="top",
        dtick=3,
    )
    figure.add_layout_image(
        source=numbers(image),
        xref="x",
        yref="y",
        x=-0.5,
        y=-0.5,
        sizex=28,
        sizey=28,
        sizing="stretch",
    )
    return _fixed(figure)


def numbers(image: NDArray[np.integer]) -> Image.Image:
    """The pixels' values, each written in its place, on nothing; (28, 28) to 28 tiles square.

    Plotly can write them itself, but 784 texts keep the browser busy for half a second.
    """
    written = _tiles()[image].transpose(0, 2, 1, 3, 4)  # (row, y, column, x, grey and alpha)
    return Image.fromarray(written.reshape(28 * TILE, 28 * TILE, 2), "LA")


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
    values: NDArray[np.floating],
    labels: Sequence[str],
    now: int,
) -> go.Figure:
    """Probabilities, (angles, classes), against the angle; classes that never matter stay grey."""
    colours = {label: LINES[label] for label in np.flatnonzero(values.max(axis=0) >= MATTERS)}
    traces = []
    for label, name in enumerate(labels):
        colour, dash = colours.get(label, (PALETTE["grey"], "solid"))
        traces.append(
            go.Scatter(
                x=angles,
                y=values[:, label],
                name=name,
                mode="lines",
                showlegend=label in colours,
                line={"color": colour, "dash": dash, "width": 3 if label in colours else 1},
                hovertemplate=f"{name}: %{{y:.0%}} at %{{x}}°<extra></extra>",
            )
        )
    figure = plain(go.Figure(traces), height=360)
    figure.update_layout(
        showlegend=True, legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    )
    figure.update_xaxes(
        title="Rotation, degrees", range=[-184, 184], tickvals=list(range(-180, 181, 60))
    )
    figure.update_yaxes(title="Probability", range=[0, 1.02], tickformat=".0%")
    line = {"color": PALETTE["grey"], "dash": "dot"}
    figure.update_layout(
        shapes=[{"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "line": line}]
    )
    return _fixed(figure)


def class_counts(counts: Mapping[str, int]) -> go.Figure:
    """How many pictures each class has."""
    bars = go.Bar(
        x=list(counts.values()),
        y=list(counts),
        orientation="h",
        marker_color=PALETTE["blue"],
        text=[f"{count:,}" for count in counts.values()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,} pictures<extra></extra>",
    )
    figure = plain(go.Figure(bars), height=34 * len(counts) + 40)
    highest = max(counts.values(), default=0) or 1
    figure.update_xaxes(title="Pictures", range=[0, 1.25 * highest])
    figure.update_yaxes(autorange="reversed", ticksuffix=" ", showgrid=False)
    return _fixed(figure)


def _fixed(figure: go.Figure) -> go.Figure:
    """Nothing to zoom into here: a drag or a swipe scrolls the page."""
    return figure.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
