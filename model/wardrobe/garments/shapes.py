"""What garments are made of: parts, curves, and small helpers for random measures.

Units are free, x grows to the right and y downwards. Nothing here draws: that is draw.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Points = NDArray[np.float64]
Knot = tuple[float, ...]  # (x, y) is a corner; (x, y, 1) is passed smoothly

_TURN = np.arange(8) * (np.pi / 4)
_CIRCLE = np.stack((np.cos(_TURN), np.sin(_TURN), np.ones(8)), 1)
_FLIP = np.array((-1.0, 1.0, 1.0))
_T = np.arange(6) / 6
# (6, 4): six steps of a cubic Hermite segment from its two ends and their tangents
_HERMITE = np.stack(
    [2 * _T**3 - 3 * _T**2 + 1, 3 * _T**2 - 2 * _T**3, _T**3 - 2 * _T**2 + _T, _T**3 - _T**2], 1
)


class Part(NamedTuple):
    """One piece of a garment."""

    knots: Points  # (n, 3): x, y, and 1 where the line passes smoothly or 0 at a corner
    # "fabric" (closed, filled), "face" (the same without an outline), "strap" or "seam" (a band, a
    # line: ends are corners)
    kind: str
    tone: float = 0.0  # -1 to 1, darker to lighter than the rest of the garment
    width: float = 0.0  # of a strap

    def moved(self, dx: float, dy: float) -> Part:
        """The part further right and down."""
        return self._replace(knots=self.knots + np.array((dx, dy, 0.0)))

    def mirrored(self) -> Part:
        """The part on the other side of the axis x = 0."""
        return self._replace(knots=self.knots * _FLIP)


Parts = list[Part]
T = TypeVar("T")


def _knots(knots: Sequence[Knot]) -> Points:
    return np.array([knot if len(knot) == 3 else (*knot, 0.0) for knot in knots])


def outlines(parts: Parts) -> tuple[Points, list[int]]:
    """All lines of the parts, bent through their knots: points (n, 2), and how many each part has.

    All at once, because thousands of garments of a dozen parts are drawn at a time.
    """
    lengths = np.array([len(part.knots) for part in parts])
    knots = np.concatenate([part.knots for part in parts])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    after, before = np.arange(1, len(knots) + 1), np.arange(-1, len(knots) - 1)
    after[ends - 1], before[starts] = starts, ends - 1
    here, smooth = knots[:, :2], knots[:, 2]
    tangent = (here[after] - here[before]) * (smooth[:, None] / 2)
    spans = np.stack((here, here[after], tangent, tangent[after]), 1)  # (knots, 4, 2)
    steps = _HERMITE @ spans  # (knots, 6, 2)
    keep = np.ones((len(knots), 6), dtype=bool)
    keep[:, 1:] = ((smooth + smooth[after]) > 0)[:, None]  # a straight line needs no steps
    return steps[keep], np.add.reduceat(keep.sum(1), starts).tolist()


def fabric(knots: Sequence[Knot], tone: float = 0.0) -> Part:
    """A piece of cloth or leather with this outline."""
    return Part(_knots(knots), "fabric", tone)


def seam(*knots: Knot) -> Part:
    """A line that is only drawn."""
    return Part(_knots(knots), "seam")


def strap(width: float, *knots: Knot, tone: float = 0.0) -> Part:
    """A band of this width along the knots."""
    return Part(_knots(knots), "strap", tone, width)


def box(left: float, top: float, right: float, bottom: float, tone: float = 0.0) -> Part:
    """An upright rectangle of fabric."""
    return fabric([(left, top), (right, top), (right, bottom), (left, bottom)], tone)


def disc(x: float, y: float, radius: float, tone: float) -> Part:
    """A round piece, such as a button."""
    return Part(_CIRCLE * (radius, radius, 1) + (x, y, 0), "fabric", tone)


def half(knots: Sequence[Knot], tone: float = 0.0) -> Part:
    """A symmetric piece of fabric from its right half, which starts and ends on the axis x = 0."""
    left = [(-knot[0], *knot[1:]) for knot in reversed(knots[1:-1])]
    return fabric([*knots, *left], tone)


def both(*parts: Part) -> Parts:
    """The parts and their mirror images in the axis x = 0."""
    return [*parts, *(part.mirrored() for part in parts)]


def between(rng: Generator, low: float, high: float) -> float:
    """A random measure from low to high."""
    return low + (high - low) * rng.random()


def chance(rng: Generator, probability: float) -> bool:
    """True this often, with probability from 0 to 1."""
    return rng.random() < probability


def pick(rng: Generator, *options: T) -> T:
    """One of the options, all equally likely; naming one twice makes it likelier."""
    return options[int(rng.random() * len(options))]


def motif(rng: Generator) -> Parts:
    """What is printed on a chest: a sign, a picture, or lines of lettering."""
    y, tone = between(rng, 0.45, 0.65), pick(rng, -0.6, -0.4, 0.4, 0.6)
    size = between(rng, 0.08, 0.2)

    def lettering() -> Parts:
        words = [between(rng, 0.08, 0.25) for _ in range(int(rng.integers(1, 4)))]
        return [box(-w, y + 0.1 * i, w, y + 0.1 * i + 0.06, tone) for i, w in enumerate(words)]

    return pick(
        rng,
        lambda: [disc(0, y, size, tone)],
        lambda: [disc(0, y, size, tone), disc(0, y, size * 0.6, -tone / 2)],
        lambda: [box(-size, y - size, size, y + size, tone)],
        lambda: [box(0.1, y - 0.1, 0.1 + size, y, tone)],
        lettering,
    )()
