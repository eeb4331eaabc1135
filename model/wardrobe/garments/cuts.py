"""How a garment with shoulders is cut and put together: body, sleeves, collars, fronts.

Shoulders are at y = 0 and the axis at x = 0. Which measures make a shirt or a coat is for
`clothes.py` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, sin

import numpy as np
from numpy.random import Generator

from model.wardrobe.garments.shapes import (
    Knot,
    Parts,
    between,
    both,
    box,
    chance,
    disc,
    fabric,
    half,
    pick,
    seam,
)


@dataclass(frozen=True)
class Cut:
    """The measures of a garment with shoulders. Widths are half widths, from the axis."""

    neck: float  # width of the neck opening at y = 0
    depth: float  # how far the neckline falls in front
    shoulder: float
    chest: float
    waist: float
    hem: float
    length: float
    sleeve: float  # length; 0 is sleeveless
    cuff: float = 0.14  # full width of the sleeve's end
    spread: float = 0.1  # radians between sleeve and body
    left: float | None = None  # the same of the sleeve on the left; None: as on the right
    bend: float = 0.0  # radians by which the lower half of a sleeve turns back to the body
    belt: float = 0.6  # height of the waist, as a part of the length
    tail: float = 0.0  # how far the middle of the hem hangs lower than its sides
    vee: bool = False


Pose = Callable[[Cut, Generator], Cut]


def hung(cut: Cut, rng: Generator) -> Cut:
    """As shops photograph it: the cut as it is."""
    return cut


def laid(cut: Cut, rng: Generator) -> Cut:
    """As it lies on a bed or floor: wider, its arms anywhere between down and straight out."""
    # a dress is long and narrow; what is shorter is wide, or it could be taken for one
    wide = between(rng, 1.15, 1.7) if cut.length < 1.6 else between(rng, 1.0, 1.45)
    spread = pick(
        rng, between(rng, 0.05, 0.4), between(rng, 0.3, 0.9), between(rng, 0.7, 1.25), cut.spread
    )
    return replace(
        cut,
        shoulder=cut.shoulder * wide * between(rng, 0.92, 1.02),
        chest=cut.chest * wide,
        waist=cut.waist * wide,
        hem=cut.hem * wide * (between(rng, 1.0, 1.5) if cut.length > 1.6 else 1.0),
        sleeve=cut.sleeve * between(rng, 0.85, 1.3),
        neck=cut.neck * between(rng, 1.0, wide),
        cuff=cut.cuff * between(rng, 0.9, 1.7),
        spread=spread,
        left=max(0.02, spread + between(rng, -0.25, 0.25)),
        bend=between(rng, -0.2, 0.7) if chance(rng, 0.5) else 0.0,
    )


def _sleeves(cut: Cut) -> Parts:
    left = cut.spread if cut.left is None else cut.left
    right = _sleeve(cut)
    return [*right, *(part.mirrored() for part in _sleeve(replace(cut, spread=left)))]


def _sleeve(cut: Cut) -> Parts:
    x, y = cut.shoulder, 0.1
    turns = cut.spread, cut.spread - cut.bend

    def at(part: float, inwards: float) -> tuple[float, float]:
        upper, lower = min(part, 0.5) * cut.sleeve, max(part - 0.5, 0) * cut.sleeve
        here = turns[part > 0.5]
        return (
            x + upper * sin(turns[0]) + lower * sin(turns[1]) - inwards * cos(here),
            y + upper * cos(turns[0]) + lower * cos(turns[1]) + inwards * sin(here),
        )

    elbow = (*at(0.5, -0.03), 1.0)
    outline = [(x - 0.12, 0.06), (x, y, 1), elbow, at(1, 0), at(1, cut.cuff)]
    inner = [(*at(0.45, cut.cuff * 0.95), 1.0), (cut.chest, 0.45), (cut.chest - 0.15, 0.4)]
    cuff = seam(at(0.92, 0), at(0.92, cut.cuff))
    return [fabric([*outline, *inner], -0.06), cuff]


def _body(cut: Cut) -> Parts:
    """Inside of the back, sleeves, and the front with its neckline."""
    bottom: Knot = (0, cut.depth) if cut.vee else (0, cut.depth, 1)
    neckline = [bottom] if cut.vee else [bottom, (cut.neck * 0.7, cut.depth * 0.75, 1)]
    inside = half([*neckline, (cut.neck, 0), (0, 0.04, 1)], -0.4)
    armhole: list[Knot] = [] if cut.sleeve else [(cut.shoulder - 0.02, 0.25, 1)]
    side = [(cut.chest, 0.42), (cut.waist, cut.belt * cut.length, 1), (cut.hem, cut.length)]
    middle: Knot = (0, cut.length + cut.tail, 1)
    front = half([*neckline, (cut.neck, 0), (cut.shoulder, 0.09), *armhole, *side, middle])
    return [inside, *(_sleeves(cut) if cut.sleeve else []), front]


def _rib(cut: Cut, rng: Generator) -> Parts:
    low, wide = cut.depth + 0.05, cut.neck + 0.04
    side, high = wide * 0.7, low * 0.8
    return [seam((-wide, 0.02), (-side, high, 1), (0, low, 1), (side, high, 1), (wide, 0.02))]


def _leaves(cut: Cut, rng: Generator) -> Parts:
    stand, point = between(rng, 0.04, 0.1), between(rng, 0.12, 0.24)
    back = half([(0, -stand, 1), (cut.neck, -stand), (cut.neck, 0.04), (0, 0.08, 1)], -0.25)
    leaf = fabric(
        [(cut.neck, -stand), (cut.neck + 0.05, 0.03), (cut.neck * 0.8, point), (0, cut.depth)], 0.06
    )
    return [back, *both(leaf)]


def _hood(cut: Cut, rng: Generator) -> Parts:
    tall, wide = between(rng, 0.2, 0.38), cut.neck + between(rng, 0.02, 0.1)
    hood = half(
        [
            (0, -tall, 1),
            (wide * 0.8, -tall * 0.75, 1),
            (wide, 0, 1),
            (wide * 0.8, 0.15, 1),
            (0, 0.24, 1),
        ],
        -0.1,
    )
    face = half(
        [(0, -tall * 0.7, 1), (wide * 0.5, -tall * 0.4, 1), (wide * 0.5, 0.03, 1), (0, 0.17)], -0.45
    )
    return [hood, face, *both(seam((0.07, 0.16), (0.09, 0.45, 1), (0.08, 0.5)))]


def _turtle(cut: Cut, rng: Generator) -> Parts:
    tall, neck = between(rng, 0.08, 0.18), cut.neck
    return [half([(0, -tall), (neck * 0.95, -tall), (neck + 0.03, 0.03), (0, 0.09, 1)], 0.08)]


def _lapels(cut: Cut, rng: Generator) -> Parts:
    low, wide = between(rng, 0.4, 0.7), between(rng, 0.1, 0.17)
    inside = half([(0, -0.05, 1), (cut.neck, -0.05), (0, low)], -0.5)
    lapel = fabric(
        [
            (cut.neck, -0.06),
            (cut.neck + wide, 0.1),
            (cut.neck + wide - 0.07, 0.14),
            (cut.neck + wide, 0.18),
            (0.02, low),
        ],
        0.08,
    )
    return [inside, *both(lapel)]


COLLARS: dict[str, Callable[[Cut, Generator], Parts]] = {
    "none": lambda cut, rng: [],
    "rib": _rib,
    "leaves": _leaves,
    "hood": _hood,
    "turtle": _turtle,
    "lapels": _lapels,
}


def row(x: float, top: float, bottom: float, count: int, tone: float) -> Parts:
    """A column of buttons."""
    return [disc(x, float(y), 0.022, tone) for y in np.linspace(top, bottom, count)]


def _zip(cut: Cut, rng: Generator) -> Parts:
    return [box(-0.015, cut.depth, 0.015, cut.length, pick(rng, -0.4, -0.25, 0.35))]


def _placket(cut: Cut, rng: Generator) -> Parts:
    end = cut.length + cut.tail
    buttons = row(0, cut.depth + 0.09, end - 0.1, int(rng.integers(4, 8)), pick(rng, -0.4, 0.35))
    return [
        seam((-0.045, cut.depth), (-0.045, end)),
        seam((0.045, cut.depth), (0.045, end)),
        *buttons,
    ]


def _double(cut: Cut, rng: Generator) -> Parts:
    overlap = between(rng, 0.1, 0.15)
    rows = both(*row(overlap * 0.7, 0.55, 0.95, int(rng.integers(2, 5)), pick(rng, -0.5, 0.35)))
    return [seam((-0.02, 0.5), (-overlap, 0.6), (-overlap, cut.length)), *rows]


def _open(cut: Cut, rng: Generator) -> Parts:
    gap = between(rng, 0.04, 0.16)
    return [
        half(
            [(0, cut.depth), (gap, cut.length * 0.5, 1), (gap * 1.3, cut.length), (0, cut.length)],
            -0.7,
        )
    ]


FRONTS: dict[str, Callable[[Cut, Generator], Parts]] = {
    "plain": lambda cut, rng: [],
    "zip": _zip,
    "placket": _placket,
    "double": _double,
    "open": _open,
}


def dressed(cut: Cut, rng: Generator, collar: str, front: str) -> Parts:
    """The garment of this cut, with a collar of COLLARS and a front of FRONTS."""
    return [*_body(cut), *FRONTS[front](cut, rng), *COLLARS[collar](cut, rng)]


def hem(cut: Cut) -> Parts:
    """A seam above the lower edge."""
    up = cut.length - 0.09
    return [seam((-cut.hem, up), (0, up + cut.tail, 1), (cut.hem, up))]
