"""Trousers, seen from the front: the waist at y = 0, the axis at x = 0."""

from __future__ import annotations

from numpy.random import Generator

from model.wardrobe.garments.shapes import Parts, between, box, chance, disc, fabric, pick, seam


def trousers(rng: Generator, shorts: float = 0.07, apart: float = 0.12) -> Parts:
    """Jeans, leggings, wide trousers, or, with this probability, shorts; legs up to `apart`."""
    waist = between(rng, 0.26, 0.36)
    hip = waist + between(rng, 0.02, 0.07)
    length = between(rng, 0.85, 1.1) if chance(rng, shorts) else between(rng, 1.7, 2.1)
    crotch = between(rng, 0.5, 0.66)
    leg = pick(rng, between(rng, 0.14, 0.2), between(rng, 0.18, 0.26), between(rng, 0.25, 0.38))
    leg = max(leg, 0.28) if length < 1.2 else leg

    def one(side: int) -> Parts:
        out = between(rng, -0.02, apart)
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
