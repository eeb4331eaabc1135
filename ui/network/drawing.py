"""The network as a drawing, made from its description: stacks of maps and columns of units."""

from __future__ import annotations

from html import escape
from math import log2

from model.insight.anatomy import Part, written
from model.networks.architectures import INPUT_SHAPE
from model.networks.layers import BatchNorm, Conv, Dense, Dropout, Flatten, Layer, Pool, Shape

HEIGHT, GAP, BASE = 190, 34, 120  # of the drawing, between layers, and the line they stand on
LIFT = 3  # how far a map of a stack is behind the one before it
MOST = 6  # maps that are drawn of a stack
COLOURS = {"map": "#0072B2", "row": "#D55E00"}  # for eyes of every colour vision
SHORT = {Conv: "convolution", Pool: "pooling", Flatten: "flatten", Dense: "dense"}
SHORT |= {BatchNorm: "batch norm", Dropout: "dropout"}


def drawing(parts: tuple[Part, ...]) -> str:
    """An SVG, as wide as it needs to be; where there is no room, its place is scrolled sideways."""
    at, pieces = 10, []
    for name, layer, shape in [("input", None, INPUT_SHAPE), *_places(parts)]:
        drawn, width = _stack(at, shape) if len(shape) == 3 else _column(at, shape)
        middle = at + width / 2
        pieces.append(drawn)
        for line, text in enumerate(_words(name, layer, shape)):
            pieces.append(
                f'<text x="{middle:.0f}" y="{BASE + 22 + 16 * line}">{escape(text)}</text>'
            )
        at += width + GAP
    words = ", ".join(f"{part.name} gives {written(part.given)}" for part in parts)
    return (
        f'<div class="network-drawing" tabindex="0" role="img" aria-label="The layers in order: '
        f'{escape(words)}"><svg viewBox="0 0 {at:.0f} {HEIGHT}" width="{at:.0f}" '
        f'height="{HEIGHT}" aria-hidden="true">{"".join(pieces)}</svg></div>'
    )


def _places(parts: tuple[Part, ...]) -> list[tuple[str, Layer | None, Shape]]:
    return [(part.name, part.layer, part.given) for part in parts]


def _words(name: str, layer: Layer | None, shape: Shape) -> tuple[str, ...]:
    kind = SHORT[type(layer)] if layer else "picture"
    return name, kind, "×".join(map(str, shape))


def _stack(at: float, shape: Shape) -> tuple[str, float]:
    """Maps one behind the other, a pixel of theirs three of the drawing's."""
    height, width, maps = shape
    high, wide, count = 3 * height, 3 * width, min(MOST, maps)
    squares = [
        f'<rect x="{at + LIFT * back:.0f}" y="{BASE - high - LIFT * back:.0f}" width="{wide}" '
        f'height="{high}" fill="{COLOURS["map"]}" fill-opacity="0.25" stroke="{COLOURS["map"]}"/>'
        for back in reversed(range(count))
    ]
    return "".join(squares), max(58.0, wide + LIFT * count)


def _column(at: float, shape: Shape) -> tuple[str, float]:
    """Units in a column that grows with their number, though not as fast."""
    high, wide = 12 * log2(shape[0] + 1), 14
    left = at + 22
    bar = (
        f'<rect x="{left:.0f}" y="{BASE - high:.0f}" width="{wide}" height="{high:.0f}" rx="3" '
        f'fill="{COLOURS["row"]}" fill-opacity="0.3" stroke="{COLOURS["row"]}"/>'
    )
    return bar, 58.0
