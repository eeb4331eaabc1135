"""The network as a drawing, made from its description: stacks of maps and columns of units.

In front of each stack is the map with the largest numbers, as the picture on the desk makes it.
What else it shows is the description's: shapes, kernels, parameters. The table below it says the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log2

import numpy as np
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.insight.anatomy import Part, written
from model.networks.architectures import INPUT_SHAPE
from model.networks.layers import BatchNorm, Conv, Dense, Dropout, Flatten, Layer, Pool, Shape
from ui import images
from ui.text import percent

BASE, HEIGHT = 128, 208  # the line that the layers stand on, and the whole drawing's height
BEGIN, SLOT, GAP = 62, 66, 14  # before the first layer, of one at least, and between two
PIXEL, LIFT = 2.4, 3  # of a map; how far a map is behind the one before it
MOST = 6  # maps that are drawn of a stack
COLUMN = 14  # width of a column of units
UNIT, NAMES = 11, 118  # height of one of the ten classes, and width of their names
ROWS = ("Layer", "Kind", "Gives", "Learns")  # what is written below


@dataclass(frozen=True)
class Box:
    """Where a layer is drawn: its front map or its column, and where what is behind it ends."""

    left: float
    top: float
    width: float
    right: float

    @property
    def middle(self) -> float:
        """Halfway between its edges."""
        return (self.left + self.right) / 2


def drawing(parts: Sequence[Part], numbers: Sequence[NDArray[np.float32]]) -> str:
    """An SVG; where there is no room for it, its place is scrolled sideways.

    `numbers` are what goes in and what each of `parts` makes of it: (h, w, maps) or (units,).
    """
    shapes = [INPUT_SHAPE, *(part.given for part in parts)]
    boxes = _boxes(shapes)
    drawn = [
        _of(box, shape, values) for box, shape, values in zip(boxes, shapes, numbers, strict=True)
    ]
    links = [
        _link(before, after, part.layer)
        for before, after, part in zip(boxes, boxes[1:], parts, strict=False)
    ]
    texts = [_words(10, "start", ROWS), _words(boxes[0].middle, "middle", _input())]
    texts += [
        _words(box.middle, "middle", _about(part))
        for box, part in zip(boxes[1:], parts, strict=True)
    ]
    width = round(boxes[-1].right + NAMES)
    pieces = "".join([*drawn[:-1], *links, _answer(boxes[-1], numbers[-1]), *texts])
    said = ", ".join(f"{part.name} gives {written(part.given)}" for part in parts)
    return (
        f'<div class="network-drawing" tabindex="0" role="img" aria-label="The layers in order: '
        f'{escape(said)}"><svg viewBox="0 0 {width} {HEIGHT}" style="max-width: {width}px; '
        f'min-width: {0.92 * width:.0f}px" aria-hidden="true">{pieces}</svg></div>'
    )


def _boxes(shapes: Sequence[Shape]) -> list[Box]:
    """A place for each, from left to right."""
    boxes, at = [], float(BEGIN)
    for place, shape in enumerate(shapes):
        if place == len(shapes) - 1:
            wide, more, high = float(COLUMN), 0.0, float(UNIT * shape[0])
        elif len(shape) == 3:
            wide, more, high = PIXEL * shape[1], LIFT * (min(MOST, shape[2]) - 1), PIXEL * shape[0]
        else:
            wide, more, high = float(COLUMN), 0.0, 11 * log2(shape[0] + 1)
        slot = max(SLOT, wide + more)
        left = at + (slot - wide - more) / 2
        boxes.append(Box(left, BASE - high, wide, left + wide + more))
        at += slot + GAP
    return boxes


def _of(box: Box, shape: Shape, values: NDArray[np.float32]) -> str:
    """A stack of maps or a column of units, the numbers in front as colours."""
    behind = range(min(MOST, shape[2]) - 1, 0, -1) if len(shape) == 3 else range(0)
    high = BASE - box.top
    sheets = [
        f'<rect class="sheet" x="{box.left + LIFT * back:.1f}" y="{box.top - LIFT * back:.1f}" '
        f'width="{box.width:.1f}" height="{high:.1f}"/>'
        for back in behind
    ]
    place = f'x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{high:.1f}"'
    kind = "sheet" if len(shape) == 3 else "units"
    return (
        f'{"".join(sheets)}<image {place} preserveAspectRatio="none" href="{_front(values)}"/>'
        f'<rect class="{kind} rim" {place}/>'
    )


def _front(values: NDArray[np.float32]) -> str:
    """The map with the largest numbers, or all units one above the other, as a data address."""
    if values.ndim == 3:
        shown = values[..., np.abs(values).max(axis=(0, 1)).argmax()]
    else:
        shown = values[:, None]
    return images.png_uri(images.coloured(shown))


def _link(before: Box, after: Box, layer: Layer) -> str:
    """From the numbers that a layer looks at to the one that it makes of them."""
    size = layer.kernel if isinstance(layer, Conv) else layer.size if isinstance(layer, Pool) else 0
    if size:
        return _looks(before, after, PIXEL * size)
    if isinstance(layer, Dense | Flatten):
        corners = (
            f"{before.right:.1f},{before.top:.1f} {after.left:.1f},{after.top:.1f} "
            f"{after.left:.1f},{BASE} {before.right:.1f},{BASE}"
        )
        return f'<polygon class="fan" points="{corners}"/>'
    y = BASE - 20
    return f'<path class="passes" d="M{before.right + 3:.1f} {y}L{after.left - 3:.1f} {y}"/>'


def _looks(before: Box, after: Box, side: float) -> str:
    """A square of a map, and lines from it to the place that its numbers make."""
    part = 0.55  # of the way across each map
    x = before.left + part * (before.width - side)
    y = before.top + part * (BASE - before.top - side)
    to = (after.left + part * after.width, after.top + part * (BASE - after.top))
    lines = "".join(f"M{x + side:.1f} {edge:.1f}L{to[0]:.1f} {to[1]:.1f}" for edge in (y, y + side))
    return (
        f'<rect class="looks" x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"/>'
        f'<path class="looks" d="{lines}"/>'
        f'<circle class="lands" cx="{to[0]:.1f}" cy="{to[1]:.1f}" r="2.5"/>'
    )


def _answer(box: Box, shares: NDArray[np.float32]) -> str:
    """The ten classes with their probabilities, the likeliest in bold."""
    rows = []
    for label, (name, share) in enumerate(zip(CLASSES, shares, strict=True)):
        y, strong = box.top + UNIT * label, label == int(shares.argmax())
        rows.append(
            f'<rect class="share" x="{box.left:.1f}" y="{y + 1:.1f}" width="{COLUMN}" '
            f'height="{UNIT - 2}" fill-opacity="{share:.3f}"/>'
            f'<text class="class{" winner" if strong else ""}" x="{box.left + COLUMN + 5:.1f}" '
            f'y="{y + UNIT - 2:.1f}">{escape(name)} {percent(float(share), 0)}</text>'
        )
    return "".join(rows)


def _words(x: float, anchor: str, lines: Sequence[str]) -> str:
    return "".join(
        f'<text x="{x:.0f}" y="{BASE + 22 + 16 * line}" text-anchor="{anchor}"'
        f"{' class=name' if line == 0 else ''}>{escape(text)}</text>"
        for line, text in enumerate(lines)
    )


def _input() -> tuple[str, ...]:
    return "input", "picture", "×".join(map(str, INPUT_SHAPE)), ""


def _about(part: Part) -> tuple[str, ...]:
    """A layer's name, kind, shape and parameters, in few letters."""
    match part.layer:
        case Conv(_, kernel):
            kind = f"filters {kernel}×{kernel}"
        case Pool(how, size):
            kind = f"{'mean' if how == 'average' else how} of {size}×{size}"
        case BatchNorm():
            kind = "batch norm"
        case Dropout():
            kind = "dropout"
        case Flatten():
            kind = "one row"
        case Dense():
            kind = "dense"
    learned = f"{part.parameters:,}" if part.parameters else "–"
    return part.name, kind, "×".join(map(str, part.given)), learned
