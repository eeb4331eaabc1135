"""Garments that hang from the shoulders or the waist, seen from the front.

They are about one unit wide, with shoulders or waist at y = 0 and the axis at x = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, sin

import numpy as np
from numpy.random import Generator

from model.garments.shapes import (
    Knot,
    Parts,
    between,
    both,
    box,
    chance,
    disc,
    fabric,
    half,
    motif,
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
    belt: float = 0.6  # height of the waist, as a part of the length
    tail: float = 0.0  # how far the middle of the hem hangs lower than its sides
    vee: bool = False


def _sleeves(cut: Cut) -> Parts:
    x, y = cut.shoulder, 0.1
    along, across = (sin(cut.spread), cos(cut.spread)), (cos(cut.spread), -sin(cut.spread))

    def at(part: float, inwards: float) -> tuple[float, float]:
        reach = part * cut.sleeve
        return (
            x + reach * along[0] - inwards * across[0],
            y + reach * along[1] - inwards * across[1],
        )

    elbow = (*at(0.5, -0.03), 1.0)
    outline = [(x - 0.12, 0.06), (x, y, 1), elbow, at(1, 0), at(1, cut.cuff)]
    inner = [(*at(0.45, cut.cuff * 0.95), 1.0), (cut.chest, 0.45), (cut.chest - 0.15, 0.4)]
    cuff = seam(at(0.92, 0), at(0.92, cut.cuff))
    return both(fabric([*outline, *inner], -0.06), cuff)


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


def _row(x: float, top: float, bottom: float, count: int, tone: float) -> Parts:
    return [disc(x, float(y), 0.022, tone) for y in np.linspace(top, bottom, count)]


def _zip(cut: Cut, rng: Generator) -> Parts:
    return [box(-0.015, cut.depth, 0.015, cut.length, pick(rng, -0.4, -0.25, 0.35))]


def _placket(cut: Cut, rng: Generator) -> Parts:
    end = cut.length + cut.tail
    buttons = _row(0, cut.depth + 0.09, end - 0.1, int(rng.integers(4, 8)), pick(rng, -0.4, 0.35))
    return [
        seam((-0.045, cut.depth), (-0.045, end)),
        seam((0.045, cut.depth), (0.045, end)),
        *buttons,
    ]


def _double(cut: Cut, rng: Generator) -> Parts:
    overlap = between(rng, 0.1, 0.15)
    rows = both(*_row(overlap * 0.7, 0.55, 0.95, int(rng.integers(2, 5)), pick(rng, -0.5, 0.35)))
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


def _dressed(cut: Cut, rng: Generator, collar: str, front: str) -> Parts:
    return [*_body(cut), *FRONTS[front](cut, rng), *COLLARS[collar](cut, rng)]


def _hem(cut: Cut) -> Parts:
    up = cut.length - 0.09
    return [seam((-cut.hem, up), (0, up + cut.tail, 1), (cut.hem, up))]


def tee(rng: Generator) -> Parts:
    """A T-shirt, a polo shirt, or a tank top."""
    tank = chance(rng, 0.2)
    chest = between(rng, 0.34, 0.43)
    neck = between(rng, 0.16, 0.24)
    shoulder = neck + between(rng, 0.05, 0.12) if tank else chest + between(rng, -0.02, 0.05)
    cut = Cut(
        neck=neck,
        depth=between(rng, 0.22, 0.4) if tank else between(rng, 0.08, 0.3),
        shoulder=shoulder,
        chest=chest,
        waist=chest - between(rng, -0.02, 0.05),
        hem=chest + between(rng, -0.03, 0.06),
        length=between(rng, 1.15, 1.6),
        sleeve=0.0 if tank else between(rng, 0.22, 0.5),
        cuff=between(rng, 0.16, 0.23),
        spread=between(rng, 0.3, 0.85),
        tail=between(rng, 0, 0.07),
        vee=chance(rng, 0.3),
    )
    polo = not tank and chance(rng, 0.12)
    collar = "leaves" if polo else pick(rng, "none", "rib") if not cut.vee else "none"
    return [
        *_dressed(cut, rng, collar, "plain"),
        *(_row(0, 0.25, 0.4, 2, -0.4) if polo else []),
        *(motif(rng) if chance(rng, 0.4) else []),
        *pick(rng, [], _hem(cut)),
    ]


def _long_sleeved(rng: Generator, length: float) -> Cut:
    chest = between(rng, 0.26, 0.34)
    return Cut(
        neck=between(rng, 0.13, 0.21),
        depth=between(rng, 0.08, 0.16),
        shoulder=chest + between(rng, 0.03, 0.1),
        chest=chest,
        waist=chest - between(rng, -0.01, 0.04),
        hem=chest + between(rng, -0.02, 0.05),
        length=length,
        sleeve=min(1.25, length - between(rng, 0.05, 0.25)),
        cuff=between(rng, 0.12, 0.18),
        # hanging in most pictures, stretched out in a few
        spread=between(rng, 0.3, 0.75) if chance(rng, 0.1) else between(rng, 0.1, 0.22),
    )


def pullover(rng: Generator) -> Parts:
    """A pullover, a sweatshirt, or a hooded one."""
    cut = _long_sleeved(rng, between(rng, 1.2, 1.5))
    cut = replace(cut, vee=chance(rng, 0.2))
    collar = "none" if cut.vee else pick(rng, "rib", "rib", "none", "turtle", "hood")
    cut = replace(cut, depth=between(rng, 0.25, 0.42)) if cut.vee else cut
    pocket = [seam((-0.2, 1.1), (-0.2, 0.95), (-0.12, 0.8), (0.12, 0.8), (0.2, 0.95), (0.2, 1.1))]
    return [
        *_dressed(cut, rng, collar, "plain"),
        *(_hem(cut) if chance(rng, 0.7) else []),
        *(pocket if collar == "hood" else []),
        *(motif(rng) if chance(rng, 0.3) else []),
    ]


def coat(rng: Generator) -> Parts:
    """A coat, a jacket, or a parka."""
    long = pick(rng, between(rng, 1.2, 1.5), between(rng, 1.2, 1.9))
    cut = _long_sleeved(rng, long)
    cut = replace(
        cut,
        cuff=cut.cuff + 0.02,
        sleeve=cut.sleeve + 0.05,
        depth=0.12,
        hem=cut.hem + between(rng, 0, 0.06),
    )
    collar, front = pick(
        rng,
        ("lapels", "double"),
        ("lapels", "placket"),
        ("lapels", "open"),
        ("hood", "zip"),
        ("hood", "placket"),
        ("turtle", "zip"),
        ("leaves", "zip"),
        ("leaves", "open"),
        ("turtle", "placket"),
    )
    low = between(rng, 0.85, 0.95)
    flap = fabric([(0.14, low), (0.3, low - 0.03), (0.3, low + 0.05), (0.14, low + 0.08)], -0.15)
    belt = half([(0, 0.76), (cut.waist, 0.74), (cut.waist, 0.84), (0, 0.86)], -0.25)
    quilts = [
        seam((-cut.waist, y), (0, y + 0.04, 1), (cut.waist, y))
        for y in np.arange(0.35, long - 0.1, between(rng, 0.14, 0.22)).tolist()
    ]
    chest = box(0.12, 0.42, 0.28, 0.56, -0.12)
    trim = pick(rng, [], [], both(flap), both(flap), both(chest, flap), [belt], quilts)
    return [*_dressed(cut, rng, collar, front), *trim]


def shirt(rng: Generator) -> Parts:
    """A shirt with collar and buttons, or a blouse."""
    blouse, short = chance(rng, 0.25), chance(rng, 0.4)
    cut = _long_sleeved(rng, between(rng, 1.25, 1.6))
    cut = replace(cut, tail=between(rng, 0, 0.12), depth=between(rng, 0.1, 0.2))
    if short:
        cut = replace(
            cut,
            sleeve=between(rng, 0.25, 0.55),
            cuff=between(rng, 0.17, 0.25),
            spread=between(rng, 0.2, 0.8),
            chest=cut.chest + 0.03,
        )
    if blouse:
        cut = replace(
            cut,
            neck=cut.neck + 0.05,
            depth=between(rng, 0.15, 0.45),
            vee=True,
            hem=cut.hem + between(rng, 0, 0.14),
        )
    pocket = box(0.12, 0.45, 0.27, 0.62, pick(rng, -0.12, 0.1))
    front = pick(rng, "plain", "placket") if blouse else "placket"
    collar = pick(rng, "none", "leaves") if blouse else "leaves"
    return [*_dressed(cut, rng, collar, front), *([pocket] if chance(rng, 0.35) else [])]


def dress(rng: Generator) -> Parts:
    """Sleeveless, short-sleeved or long-sleeved; straight or flared."""
    chest = between(rng, 0.25, 0.32)
    sleeve = pick(rng, 0.0, 0.0, 0.0, between(rng, 0.2, 0.45), between(rng, 0.7, 1.0))
    neck = between(rng, 0.13, 0.2)
    length = between(rng, 1.45, 2.3)
    flare = pick(rng, between(rng, -0.05, 0.06), between(rng, 0.0, 0.12), between(rng, 0.1, 0.35))
    cut = Cut(
        neck=neck,
        depth=between(rng, 0.1, 0.4),
        shoulder=chest + 0.01 if sleeve else min(chest, neck + between(rng, 0.03, 0.1)),
        chest=chest,
        waist=chest - between(rng, 0.02, 0.07),
        hem=chest + flare,
        length=length,
        sleeve=sleeve,
        cuff=between(rng, 0.1, 0.17) if sleeve < 0.5 else 0.1,
        spread=between(rng, 0.12, 0.5) if sleeve < 0.5 else between(rng, 0.1, 0.25),
        belt=between(rng, 0.68, 0.85) / length,
        tail=between(rng, -0.02, 0.06),
        vee=chance(rng, 0.4),
    )
    at = cut.belt * length
    hips, edge = cut.waist, cut.hem
    sash = half(
        [(0, at - 0.04), (hips, at - 0.04), (hips, at + 0.05), (0, at + 0.05)],
        pick(rng, -0.4, -0.2, 0.3),
    )
    pleats = both(*(seam((hips * k, at + 0.05), (edge * k, length)) for k in (0.2, 0.65)))
    waistline = seam((-hips, at), (0, at + 0.02, 1), (hips, at))
    trim = pick(rng, [], [sash], [waistline], [waistline, *pleats], [sash, *pleats], pleats)
    return [*_dressed(cut, rng, pick(rng, "none", "rib"), "plain"), *trim]


# Trousers


def trousers(rng: Generator) -> Parts:
    """Jeans, leggings, wide trousers, or (rarely) shorts."""
    waist = between(rng, 0.26, 0.36)
    hip = waist + between(rng, 0.02, 0.07)
    length = between(rng, 0.85, 1.1) if chance(rng, 0.07) else between(rng, 1.7, 2.1)
    crotch = between(rng, 0.5, 0.66)
    leg = pick(rng, between(rng, 0.14, 0.2), between(rng, 0.18, 0.26), between(rng, 0.25, 0.38))
    leg = max(leg, 0.28) if length < 1.2 else leg

    def one(side: int) -> Parts:
        out = between(rng, -0.02, 0.12)
        end = hip + out
        knee = (crotch + length) / 2
        inner = max(0.015, end - leg)
        knots = [
            (0, 0),
            (waist, 0),
            (hip, 0.35, 1),
            ((hip + end) / 2 - 0.02, knee, 1),
            (end, length),
            (inner, length),
            (max(0.02, inner * 0.5), knee, 1),
            (0, crotch),
        ]
        crease = seam((hip * 0.55, 0.5), ((end + inner) / 2, length))
        pocket = seam((waist * 0.5, 0.08), (waist * 0.8, 0.2, 1), (hip * 0.98, 0.25))
        torn = box(hip * 0.5, knee - 0.1, hip * 0.9, knee - 0.03, -0.4)
        cuff = seam((inner, length - 0.07), (end, length - 0.07))
        extra = [pocket, *pick(rng, [], [], [crease], [cuff], [cuff], [torn])]
        parts = [fabric(knots, -0.05 if side < 0 else 0.0), *extra]
        return parts if side > 0 else [part.mirrored() for part in parts]

    band = box(-waist - 0.01, 0, waist + 0.01, 0.09, pick(rng, 0.0, -0.2, 0.1))
    fly = [seam((0, 0.09), (0, crotch)), seam((0.06, 0.09), (0.06, 0.3, 1), (0, 0.38))]
    return [*one(-1), *one(1), band, *fly, disc(0, 0.045, 0.02, -0.4)]
