"""Bags, seen from the front: the upper edge at y = 0, the axis at x = 0, about one unit wide."""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from model.wardrobe.garments.shapes import (
    Part,
    Parts,
    between,
    both,
    box,
    disc,
    fabric,
    half,
    motif,
    pick,
    seam,
    strap,
)


def _handle(wide: float, tall: float, thick: float, tone: float) -> Part:
    return strap(
        thick,
        (-wide, 0.05),
        (-wide * 0.9, -tall * 0.6, 1),
        (0, -tall, 1),
        (wide * 0.9, -tall * 0.6, 1),
        (wide, 0.05),
        tone=tone,
    )


def _clasp(rng: Generator, y: float) -> Parts:
    r = between(rng, 0.025, 0.05)
    return pick(rng, [disc(0, y, r, 0.4)], [box(-r, y - r, r, y + r, 0.4)], [])


def _handbag(rng: Generator) -> Parts:
    top, low, tall = between(rng, 0.38, 0.5), between(rng, 0.45, 0.56), between(rng, 0.5, 0.8)
    tone = pick(rng, 0.0, -0.25, 0.2)
    handle = _handle(top * between(rng, 0.45, 0.7), between(rng, 0.25, 0.5), 0.05, tone)
    body = half([(0, 0), (top, 0), (low, tall * 0.8, 1), (low - 0.06, tall), (0, tall)])
    flap = half([(0, 0), (top, 0), (top + 0.02, tall * 0.4), (0, tall * 0.55, 1)], tone / 2)
    rim = seam((-top, 0.08), (top, 0.08))
    pocket = box(-0.2, tall * 0.45, 0.2, tall * 0.85, -0.1)
    return [handle, body, pick(rng, flap, rim, pocket), *_clasp(rng, tall * 0.5)]


def _tote(rng: Generator) -> Parts:
    top, low, tall = between(rng, 0.4, 0.55), between(rng, 0.34, 0.48), between(rng, 0.75, 1.05)
    wide, high = between(rng, 0.15, 0.25), between(rng, 0.3, 0.6)
    handle = _handle(wide, high, 0.035, -0.2)
    back = handle.moved(0.03, 0.04)._replace(tone=-0.35)
    body = half([(0, 0), (top, 0), (low, tall), (0, tall)])
    return [back, body, handle, *pick(rng, [], [seam((-top, 0.09), (top, 0.09))], motif(rng))]


def _clutch(rng: Generator) -> Parts:
    wide, tall, drop = 0.5, between(rng, 0.5, 0.75), between(rng, 0.2, 0.45)
    body = half([(0, 0), (wide, 0), (wide + between(rng, -0.03, 0.03), tall), (0, tall)])
    pointed = half([(0, 0), (wide, 0), (0, drop)], 0.06)
    straight = half([(0, 0), (wide, 0), (wide, drop), (0, drop + 0.03, 1)], 0.06)
    loop = strap(0.03, (0.5, 0.05), (0.6, 0.2, 1), (0.56, 0.45, 1), (0.5, 0.1), tone=-0.2)
    return [
        *pick(rng, [], [], [loop]),
        body,
        *pick(rng, [], [pointed], [straight], [seam((-wide, 0.06), (wide, 0.06))]),
        *_clasp(rng, drop),
    ]


def _satchel(rng: Generator) -> Parts:
    wide, tall, low = between(rng, 0.38, 0.5), between(rng, 0.5, 0.75), between(rng, 0.25, 0.5)
    long = between(rng, 0.3, 0.9)
    hung = strap(
        0.035,
        (-wide, 0.08),
        (-wide * 0.7, -long * 0.7, 1),
        (0, -long, 1),
        (wide * 0.7, -long * 0.7, 1),
        (wide, 0.08),
        tone=-0.2,
    )
    fallen = strap(
        0.035,
        (-wide, 0.05),
        (-wide * 1.15, tall * 0.7, 1),
        (0, tall + 0.1, 1),
        (wide * 1.15, tall * 0.7, 1),
        (wide, 0.05),
        tone=-0.2,
    )
    body = half(
        [
            (0, -0.02, 1),
            (wide * 0.9, 0, 1),
            (wide, 0.08),
            (wide, tall - 0.08, 1),
            (wide - 0.05, tall),
            (0, tall),
        ]
    )
    flap = half(
        [
            (0, -0.02, 1),
            (wide * 0.9, 0, 1),
            (wide, 0.08),
            (wide * 0.97, low, 1),
            (wide * 0.8, low + 0.06),
            (0, low + 0.08, 1),
        ],
        0.06,
    )
    return [pick(rng, hung, hung, fallen), body, flap, *_clasp(rng, low + 0.04)]


def _backpack(rng: Generator) -> Parts:
    wide, tall = between(rng, 0.33, 0.42), between(rng, 0.95, 1.15)
    grip = _handle(0.08, 0.1, 0.035, -0.2)
    straps = both(
        strap(
            0.07,
            (wide - 0.1, 0.1),
            (wide + 0.08, 0.3, 1),
            (wide + 0.08, 0.7, 1),
            (wide - 0.05, tall - 0.1),
            tone=-0.25,
        )
    )
    body = half(
        [
            (0, 0, 1),
            (wide * 0.75, 0.06, 1),
            (wide, 0.35, 1),
            (wide, tall - 0.1, 1),
            (wide - 0.08, tall),
            (0, tall),
        ]
    )
    top = tall * between(rng, 0.48, 0.6)
    pocket = half(
        [
            (0, top),
            (wide * 0.65, top + 0.03, 1),
            (wide * 0.7, tall - 0.1, 1),
            (wide * 0.6, tall - 0.06),
            (0, tall - 0.06),
        ],
        pick(rng, -0.12, 0.12),
    )
    zipper = seam(
        (-wide, 0.45), (-wide * 0.6, 0.18, 1), (0, 0.14, 1), (wide * 0.6, 0.18, 1), (wide, 0.45)
    )
    return [grip, *pick(rng, straps, []), body, zipper, pocket]


def _duffel(rng: Generator) -> Parts:
    tall, wide = between(rng, 0.42, 0.62), between(rng, 0.25, 0.35)
    body = half(
        [
            (0, 0, 1),
            (0.35, 0.02, 1),
            (0.48, tall * 0.4, 1),
            (0.5, tall * 0.85, 1),
            (0.45, tall),
            (0, tall),
        ]
    )
    handle = _handle(wide, between(rng, 0.15, 0.4), 0.045, -0.2)
    bands = both(strap(0.045, (wide, 0.03), (wide, tall), tone=-0.2))
    arc = seam((-0.46, 0.3), (-0.3, 0.07, 1), (0, 0.05, 1), (0.3, 0.07, 1), (0.46, 0.3))
    return [*pick(rng, [handle], [handle], []), body, arc, *pick(rng, bands, [])]


BAGS: dict[str, Callable[[Generator], Parts]] = {
    "handbag": _handbag,
    "tote": _tote,
    "clutch": _clutch,
    "satchel": _satchel,
    "backpack": _backpack,
    "duffel": _duffel,
}


def bag(rng: Generator) -> Parts:
    """One of the kinds in BAGS."""
    return pick(rng, *BAGS.values())(rng)


def _knapsack(rng: Generator) -> Parts:
    """A round backpack with side pockets, seen a little from the side."""
    wide, tall = between(rng, 0.36, 0.5), between(rng, 0.8, 1.15)
    grip = _handle(between(rng, 0.1, 0.18), between(rng, 0.1, 0.2), 0.05, -0.3)
    body = half([(0, 0, 1), (wide, 0.25, 1), (wide, tall * 0.9, 1), (0, tall, 1)])
    hood = half([(0, 0.02, 1), (wide * 0.85, 0.2, 1), (wide * 0.7, tall * 0.4, 1)], 0.1)
    low = tall * between(rng, 0.5, 0.62)
    pocket = half(
        [(0, low), (wide * 0.7, low, 1), (wide * 0.7, tall * 0.9, 1), (0, tall * 0.93, 1)],
        pick(rng, -0.2, 0.2),
    )
    sides = both(fabric([(wide, low), (wide + 0.12, low + 0.05, 1), (wide, tall * 0.9)], -0.15))
    band = strap(
        0.08, (wide * 0.8, 0.2), (wide + 0.2, 0.4, 1), (wide + 0.15, 0.8, 1), (wide, tall * 0.9)
    )
    line = [seam((-wide * 0.7, low + 0.08), (wide * 0.7, low + 0.08))]
    return [
        grip,
        *pick(rng, [band], both(band), []),
        *pick(rng, sides, []),
        body,
        hood,
        pocket,
        *line,
    ]


def _case(rng: Generator) -> Parts:
    """A briefcase, a vanity case or a suitcase."""
    tall, wide, high = between(rng, 0.5, 1.2), 0.5, between(rng, 0.08, 0.2)
    handle = _handle(between(rng, 0.1, 0.2), high, 0.05, -0.2)
    bands = both(strap(0.05, (0.28, 0.0), (0.28, tall), tone=-0.25))
    lid = [seam((-wide, tall * 0.35), (wide, tall * 0.35)), *_clasp(rng, tall * 0.35)]
    body = half([(0, 0), (wide - 0.06, 0), (wide, 0.06, 1), (wide, tall - 0.04, 1), (0, tall)])
    return [handle, body, *pick(rng, bands, lid, lid, [])]


def _pouch(rng: Generator) -> Parts:
    """A purse or a make-up bag: round below, with a clasp or a zip above."""
    tall, top = between(rng, 0.45, 0.9), between(rng, 0.3, 0.45)
    outline: list[tuple[float, ...]] = [
        (0, -0.03, 1),
        (top, 0.03, 1),
        (0.5, tall * 0.6, 1),
        (0.42, tall * 0.95, 1),
        (0, tall, 1),
    ]
    zipper = [seam((-top, 0.12), (0, 0.06, 1), (top, 0.12))]
    clasp = [disc(x, -0.06, 0.05, 0.4) for x in (-0.04, 0.04)]
    chain = _handle(top * 0.9, between(rng, 0.2, 0.6), 0.03, 0.2)
    return [*pick(rng, [], [], [chain]), half(outline), *zipper, *pick(rng, clasp, [])]


def _hobo(rng: Generator) -> Parts:
    """A soft bag that hangs from one broad strap."""
    tall, thick = between(rng, 0.4, 0.7), between(rng, 0.05, 0.14)
    hung = _handle(0.45, between(rng, 0.4, 0.8), thick, -0.1)
    body = half([(0, 0.12, 1), (0.42, 0, 1), (0.52, tall * 0.7, 1), (0.3, tall, 1), (0, tall, 1)])
    return [hung, body, *pick(rng, [seam((-0.4, 0.1), (0, 0.2, 1), (0.4, 0.1))], [])]


LUGGAGE: dict[str, Callable[[Generator], Parts]] = {
    **BAGS,
    "rucksack": _backpack,
    "knapsack": _knapsack,
    "case": _case,
    "pouch": _pouch,
    "hobo": _hobo,
}


def luggage(rng: Generator) -> Parts:
    """One of the kinds in LUGGAGE: more of them than Fashion-MNIST has."""
    return pick(rng, *LUGGAGE.values())(rng)
