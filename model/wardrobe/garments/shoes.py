"""Sneakers, ankle boots and sandals, seen from the side.

The toe is at x = 0, the heel at x = 1, and the floor at y = 0, so that heights are negative.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.random import Generator

from model.wardrobe.garments.shapes import (
    Knot,
    Part,
    Parts,
    between,
    box,
    chance,
    disc,
    fabric,
    pick,
    seam,
    strap,
)


def _arched(parts: Parts, lift: float) -> Parts:
    """The parts with the heel lifted off the floor by lift, the toes left flat."""
    raised = []
    for part in parts:
        ramp = np.clip((part.knots[:, :1] - 0.22) / 0.5, 0, 1)
        rise = lift * ramp**2 * (3 - 2 * ramp)
        raised.append(part._replace(knots=part.knots - rise * (0.0, 1.0, 0.0)))
    return raised


def _heel(rng: Generator, lift: float, tone: float) -> Parts:
    """What stands between a lifted heel and the floor: a stiletto, a block, or a wedge."""
    if lift < 0.04:
        return []
    top, foot = -lift - 0.02, pick(rng, between(rng, 0.03, 0.06), between(rng, 0.12, 0.2))
    back = between(rng, 0.94, 0.98)
    column = [
        (0.76, top + 0.01),
        (0.98, top),
        (back, 0),
        (back - foot, 0),
        (back - foot * 1.1, top * 0.5, 1),
    ]
    wedge = [(0.3, -0.03), (0.55, top * 0.6, 1), (0.75, top), (0.98, top), (back, 0), (0.25, 0)]
    return [fabric(pick(rng, column, column, wedge), tone)]


def _sole(thick: float, tone: float) -> Part:
    # knots along the middle, for _arched to bend
    floor: list[Knot] = [(x, 0, 1) for x in (0.22, 0.35, 0.5, 0.6, 0.72)]
    bed: list[Knot] = [(x, -thick, 1) for x in (0.72, 0.6, 0.5, 0.35, 0.22)]
    toe: list[Knot] = [(0, -thick, 1), (0.01, -thick * 0.4, 1), (0.08, 0)]
    return fabric([*toe, *floor, (0.97, 0), (0.99, -thick), *bed], tone)


def sneaker(rng: Generator) -> Parts:
    """A low or half-high sneaker, mostly laced."""
    high = between(rng, 0.36, 0.47) if chance(rng, 0.8) else between(rng, 0.48, 0.56)
    thick, light = between(rng, 0.06, 0.12), pick(rng, 0.35, 0.45, 0.2, -0.3)
    toe, vamp = between(rng, 0.15, 0.23), between(rng, 0.24, 0.3)
    throat = between(rng, 0.5, 0.58)
    upper = fabric(
        [
            (0.015, -thick + 0.02),
            (0.04, -toe, 1),
            (0.17, -vamp, 1),
            (0.36, -vamp - 0.08, 1),
            (throat, -high),
            (throat + 0.08, -high + 0.01, 1),
            (0.74, -high + 0.12, 1),
            (0.86, -high + 0.1, 1),
            (0.95, -high + 0.02),
            (0.99, -high * 0.5, 1),
            (0.98, -thick + 0.02),
        ]
    )
    lining = fabric(
        [
            (throat + 0.05, -high + 0.02),
            (0.74, -high + 0.12, 1),
            (0.94, -high + 0.03),
            (0.75, -high + 0.2, 1),
        ],
        -0.4,
    )
    holes = np.linspace(0.29, throat - 0.05, int(rng.integers(3, 6))).tolist()
    laces = [
        strap(0.022, (x, 0.015 - vamp - x * 0.35), (x + 0.09, 0.02 - vamp), tone=light)
        for x in holes
    ]
    cap = seam((0.2, -vamp), (0.24, -0.17, 1), (0.12, -thick))
    counter = fabric(
        [(0.82, -thick), (0.84, -high + 0.12), (0.96, -high + 0.03), (0.98, -thick)],
        pick(rng, -0.3, 0.3, -0.15),
    )
    stripes = [
        strap(0.035, (x, -thick), (x + 0.08, -high + 0.16), tone=light) for x in (0.52, 0.6, 0.68)
    ]
    swoosh = strap(0.035, (0.4, -0.22), (0.5, -0.14, 1), (0.85, -high + 0.18), tone=light)
    quarter = seam((0.4, -vamp - 0.1), (0.5, -0.2, 1), (0.5, -thick))
    side = pick(rng, [], stripes, [swoosh], [quarter], [quarter])
    parts = [
        upper,
        lining,
        *pick(rng, [counter], []),
        *side,
        *(laces if chance(rng, 0.65) else []),
        *pick(rng, [cap], []),
        _sole(thick, light),
    ]
    return [*_arched(parts, between(rng, 0, 0.05)), _sole(thick * 0.7, light)]


def boot(rng: Generator) -> Parts:
    """An ankle boot: laced, Chelsea, zipped, or lined; flat or with a heel."""
    lift = pick(rng, 0.0, between(rng, 0.05, 0.12), between(rng, 0.15, 0.4))
    tall = between(rng, 0.52, 0.82) - lift * 0.2
    thick = between(rng, 0.05, 0.11) if lift < 0.13 else 0.035
    shin, slim = between(rng, 0.4, 0.52), between(rng, 0.9, 0.97)
    dark = pick(rng, -0.35, -0.2, 0.3, 0.0)
    toe = between(rng, 0.13, 0.24)
    upper = fabric(
        [
            (0.01, -thick + 0.01),
            (0.04, -toe, 1),
            (0.2, -0.27, 1),
            (0.38, -0.37, 1),
            (shin, -0.52, 1),
            (shin - 0.01, -tall),
            (slim, -tall - between(rng, -0.04, 0.06)),
            (slim - 0.02, -0.5, 1),
            (0.98, -0.22, 1),
            (0.97, -thick + 0.01),
        ]
    )
    # steps up the front edge, from the vamp to the top of the shaft
    rungs = [
        (0.33 + (shin - 0.33) * min(1.0, k * 1.6), -0.34 - (tall - 0.4) * k)
        for k in np.linspace(0, 1, int(rng.integers(4, 7))).tolist()
    ]
    laces = [strap(0.02, (x, y), (x + 0.1, y + 0.05), tone=0.4) for x, y in rungs]
    laces.append(seam((0.42, -0.2), (shin + 0.12, -0.45, 1), (shin + 0.12, -tall)))
    gore = fabric([(0.58, -tall), (0.76, -tall), (0.72, -0.45), (0.64, -0.42)], -0.35)
    zipper = seam((0.75, -tall), (0.74, -0.4, 1), (0.72, -thick))
    fur = fabric(
        [
            (shin - 0.05, -tall - 0.05, 1),
            (slim + 0.03, -tall - 0.05, 1),
            (slim + 0.03, -tall + 0.1, 1),
            (shin - 0.05, -tall + 0.1, 1),
        ],
        0.35,
    )
    buckle = [
        strap(0.05, (shin, -0.42), (0.7, -0.36, 1), (0.97, -0.4), tone=-0.3),
        box(0.62, -0.42, 0.7, -0.33, 0.4),
    ]
    seamed = [seam((0.32, -0.34), (0.42, -0.2, 1), (0.45, -thick))]
    trim = pick(rng, laces, laces, [gore], [zipper], [fur], buckle, seamed, [])
    return [*_heel(rng, lift, dark), *_arched([upper, *trim, _sole(thick, dark)], lift)]


def _toe_bands(rng: Generator, top: float) -> Parts:
    """Straps over the toes, from one wide band to three narrow ones."""
    count = int(rng.integers(1, 4))
    edges = np.linspace(0.1, between(rng, 0.34, 0.46), count + 1).tolist()
    tone = pick(rng, 0.0, -0.2, 0.2)
    return [
        fabric(
            [
                (a, -top + 0.01),
                (a + 0.03, -top - 0.07 - a / 4, 1),
                ((a + b) / 2 + 0.04, -top - 0.13 - b / 4, 1),
                (b + 0.03, -top - 0.1 - b / 4, 1),
                (b - 0.01, -top + 0.01),
            ],
            tone,
        )
        for a, b in pairwise(edges)
    ]


def _ankle(rng: Generator, top: float) -> Parts:
    """A strap around the ankle, held by the heel, and sometimes by a strap along the foot."""
    tall, wide, tone = between(rng, 0.25, 0.5), between(rng, 0.03, 0.06), pick(rng, 0.0, -0.2)
    loop = strap(
        wide,
        (0.95, -top - tall * 0.75),
        (0.9, -top - tall, 1),
        (0.66, -top - tall, 1),
        (0.62, -top - tall * 0.8, 1),
        (0.8, -top - tall * 0.62, 1),
        (0.95, -top - tall * 0.75),
        tone=tone,
    )
    back = fabric([(0.86, -top), (0.9, -top - tall * 0.6), (0.97, -top - tall), (0.99, -top)], tone)
    stay = strap(wide, (0.3, -top - 0.16), (0.5, -top - 0.22, 1), (0.66, -top - tall * 0.8))
    side = strap(wide, (0.52, -top), (0.6, -top - tall * 0.5, 1), (0.66, -top - tall * 0.85))
    return [back, loop, *pick(rng, [], [stay], [side], [stay, side])]


def _strapped(rng: Generator, top: float) -> Parts:
    return [*_toe_bands(rng, top), *_ankle(rng, top)]


def _gladiator(rng: Generator, top: float) -> Parts:
    rungs = []
    for x in (0.12, 0.24, 0.36, 0.48):
        y = -top - x / 3
        rungs.append(strap(0.035, (x, -top), (x + 0.08, y - 0.1, 1), (x + 0.2, y - 0.14)))
    spine = strap(0.035, (0.25, -top - 0.17), (0.5, -top - 0.24, 1), (0.7, -top - 0.32))
    return [*rungs, spine, *_ankle(rng, top)]


def _thong(rng: Generator, top: float) -> Parts:
    tall = between(rng, 0.1, 0.18)
    return [
        strap(
            between(rng, 0.025, 0.05),
            (0.2, -top),
            (0.27, -top - tall, 1),
            (0.4, -top - tall, 1),
            (0.64, -top),
            tone=pick(rng, -0.3, 0.3, 0.0),
        )
    ]


def _mule(rng: Generator, top: float) -> Parts:
    tall, end, tone = between(rng, 0.16, 0.26), between(rng, 0.42, 0.56), pick(rng, 0.0, -0.2, 0.15)
    band = fabric(
        [
            (0.12, -top + 0.01),
            (0.18, -top - tall * 0.8, 1),
            (0.34, -top - tall, 1),
            (end, -top - tall),
            (end + 0.02, -top + 0.01),
        ],
        tone,
    )
    return [band, *pick(rng, [], [disc((0.2 + end) / 2, -top - tall * 0.5, 0.035, 0.4)])]


def sandal(rng: Generator) -> Parts:
    """Heeled or flat, strapped, thonged, or slipped on."""
    lift = pick(rng, 0.0, between(rng, 0.02, 0.12), between(rng, 0.25, 0.55))
    thick = pick(rng, between(rng, 0.04, 0.07), between(rng, 0.08, 0.14)) if lift < 0.2 else 0.045
    flat = pick(rng, _thong, _mule, _gladiator, _strapped)
    tops = (_strapped if lift > 0.2 else flat)(rng, thick)
    dark = pick(rng, -0.3, -0.1, 0.15)
    return [*_heel(rng, lift, dark), *_arched([*tops, _sole(thick, dark)], lift)]
