"""Garments that hang from the shoulders, seen from the front: which measures make which class.

They are about one unit wide, with shoulders at y = 0 and the axis at x = 0. How they are put
together is in `cuts.py`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from model.wardrobe.garments.cuts import Cut, Pose, dressed, hem, hung, row
from model.wardrobe.garments.shapes import (
    Parts,
    between,
    both,
    box,
    chance,
    fabric,
    half,
    motif,
    pick,
    seam,
)


def tee(rng: Generator, pose: Pose = hung) -> Parts:
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
    cut = pose(cut, rng)
    polo = not tank and chance(rng, 0.12)
    collar = "leaves" if polo else pick(rng, "none", "rib") if not cut.vee else "none"
    return [
        *dressed(cut, rng, collar, "plain"),
        *(row(0, 0.25, 0.4, 2, -0.4) if polo else []),
        *(motif(rng) if chance(rng, 0.4) else []),
        *pick(rng, [], hem(cut)),
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


def pullover(rng: Generator, pose: Pose = hung) -> Parts:
    """A pullover, a sweatshirt, or a hooded one."""
    cut = _long_sleeved(rng, between(rng, 1.2, 1.5))
    cut = replace(cut, vee=chance(rng, 0.2))
    collars = ("rib", "rib", "none", "turtle", "hood", *(("hood",) if pose is not hung else ()))
    collar = "none" if cut.vee else pick(rng, *collars)
    cut = replace(cut, depth=between(rng, 0.25, 0.42)) if cut.vee else cut
    cut = pose(cut, rng)
    pocket = [seam((-0.2, 1.1), (-0.2, 0.95), (-0.12, 0.8), (0.12, 0.8), (0.2, 0.95), (0.2, 1.1))]
    return [
        *dressed(cut, rng, collar, "plain"),
        *(hem(cut) if chance(rng, 0.7) else []),
        *(pocket if collar == "hood" else []),
        *(motif(rng) if chance(rng, 0.3) else []),
    ]


def coat(rng: Generator, pose: Pose = hung) -> Parts:
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
    cut = pose(cut, rng)
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
    return [*dressed(cut, rng, collar, front), *trim]


def shirt(rng: Generator, pose: Pose = hung) -> Parts:
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
    cut = pose(cut, rng)
    pocket = box(0.12, 0.45, 0.27, 0.62, pick(rng, -0.12, 0.1))
    front = pick(rng, "plain", "placket") if blouse else "placket"
    collar = pick(rng, "none", "leaves") if blouse else "leaves"
    return [*dressed(cut, rng, collar, front), *([pocket] if chance(rng, 0.35) else [])]


def dress(rng: Generator, pose: Pose = hung) -> Parts:
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
    cut = pose(cut, rng)
    at = cut.belt * length
    hips, edge = cut.waist, cut.hem
    sash = half(
        [(0, at - 0.04), (hips, at - 0.04), (hips, at + 0.05), (0, at + 0.05)],
        pick(rng, -0.4, -0.2, 0.3),
    )
    pleats = both(*(seam((hips * k, at + 0.05), (edge * k, length)) for k in (0.2, 0.65)))
    waistline = seam((-hips, at), (0, at + 0.02, 1), (hips, at))
    trim = pick(rng, [], [sash], [waistline], [waistline, *pleats], [sash, *pleats], pleats)
    return [*dressed(cut, rng, pick(rng, "none", "rib"), "plain"), *trim]
