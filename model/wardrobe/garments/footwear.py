"""Sneakers, ankle boots and sandals as solids: from above, from the front, alone and in pairs.

The toe is at x = 0, the heel at x = 1, the floor at z = 0; y is across. `shoes.py` has the drawings
from the side, as shops photograph shoes; these are shoes as people do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from model.wardrobe.garments.shapes import Parts, between, chance, pick
from model.wardrobe.garments.solid import Solid, Space, band, ellipse, joined, seen, skin, wall

Curve = NDArray[np.float64]
STATIONS = (1 - np.cos(np.linspace(0, np.pi, 21))) / 2  # from toe to heel, closer at both ends
_ANKLE = 15  # the station below the ankle
AROUND = np.linspace(0, np.pi, 12)  # from one edge of the sole over the foot to the other
# Half width of a foot, as a part of its widest place, from toe to heel.
_AT = (0.0, 0.03, 0.1, 0.2, 0.32, 0.5, 0.65, 0.8, 0.92, 0.98, 1.0)
_WIDE = (0.3, 0.56, 0.8, 0.95, 1.0, 0.84, 0.74, 0.76, 0.68, 0.45, 0.2)


@dataclass(frozen=True)
class Foot:
    """The measures of what a shoe stands on."""

    wide: float  # half width at the widest place
    pointed: float  # 0 for a round toe, 1 for a pointed one
    bend: float  # how far the toes turn inwards
    thick: float  # of the sole
    lift: float  # of the heel

    @property
    def half(self) -> Curve:
        """Half widths at STATIONS."""
        toe = np.clip(STATIONS / 0.3, 0.15, 1) ** (0.5 * self.pointed)
        return self.wide * np.interp(STATIONS, _AT, _WIDE) * toe

    @property
    def axis(self) -> Curve:
        """Where the middle runs, y at STATIONS."""
        return self.bend * (1 - STATIONS) ** 2

    @property
    def raised(self) -> Curve:
        """How far the foot is off the floor, at STATIONS."""
        ramp = np.clip((STATIONS - 0.25) / 0.5, 0, 1)
        return self.lift * ramp**2 * (3 - 2 * ramp)

    def loop(self, wider: float = 1.0) -> tuple[Space, Curve]:
        """Around the sole: a closed line, (n, 2), and how far it is off the floor, (n,)."""
        sides = [
            np.column_stack([STATIONS, self.axis + s * wider * self.half])[::s] for s in (1, -1)
        ]
        line = np.concatenate([*sides, sides[0][:1]])
        return line, np.concatenate([self.raised, self.raised[::-1], self.raised[:1]])


def _foot(rng: Generator, thick: float, lift: float) -> Foot:
    return Foot(
        wide=between(rng, 0.15, 0.21),
        pointed=between(rng, 0, 1) if lift > 0.1 else between(rng, 0, 0.5),
        bend=between(rng, 0.0, 0.07),
        thick=thick,
        lift=lift,
    )


def _sole(foot: Foot, tone: float, bed: float | None = None) -> list[Solid]:
    """The sole's wall, its upper side if that shows, and a heel if it is raised."""
    line, raised = foot.loop(1.05)
    parts = [wall(line, raised, raised + foot.thick, tone)]
    if bed is not None:
        edges = [
            np.column_stack([STATIONS, foot.axis + s * foot.half, foot.raised + foot.thick])
            for s in (-1, 1)
        ]
        parts.append(skin(np.stack(edges), bed))
    if foot.lift > 0.05:
        heel = ellipse(0.9, 0, min(0.09, 0.03 + foot.lift / 5), foot.wide * 0.5)
        parts.append(wall(heel, 0.0, foot.lift, tone - 0.1))
    return parts


def _upper(foot: Foot, height: Curve, tones: NDArray[np.float64]) -> Space:
    """What covers a foot: a grid, (stations, around, 3)."""
    cos, sin = np.cos(AROUND), np.sin(AROUND)
    across = np.sign(cos) * np.abs(cos) ** 0.7
    y = foot.axis[:, None] + foot.half[:, None] * across
    z = (foot.raised + foot.thick)[:, None] + height[:, None] * np.abs(sin) ** 0.8
    return np.stack([np.broadcast_to(STATIONS[:, None], y.shape), y, z], 2)


def _sneaker(rng: Generator) -> list[Solid]:
    foot = _foot(rng, between(rng, 0.05, 0.11), between(rng, 0, 0.04))
    light = pick(rng, 0.5, 0.4, 0.6, -0.4, 0.0)
    throat, high = between(rng, 0.46, 0.58), between(rng, 0.2, 0.34)
    height = np.interp(STATIONS, (0, 0.08, 0.25, throat, 1), (0.05, 0.1, 0.16, high, high * 1.05))
    tones = np.zeros((len(STATIONS) - 1, len(AROUND) - 1))
    middle = np.abs(np.cos((AROUND[1:] + AROUND[:-1]) / 2)) < 0.62
    at = (STATIONS[1:] + STATIONS[:-1]) / 2
    tongue = (at > between(rng, 0.24, 0.32)) & (at < throat)
    tones[np.ix_(tongue, middle)] = pick(rng, -0.2, 0.0, 0.2)
    tones[np.ix_(tongue & (np.arange(len(at)) % 2 == 0), middle)] = light
    tones[at < 0.12] += pick(rng, 0.0, 0.0, 0.4, -0.2)
    tones[at > 0.85] += pick(rng, 0.0, 0.3, -0.3)
    sides = np.ix_((at > 0.45) & (at < between(rng, 0.55, 0.7)), ~middle)
    tones[sides] += pick(rng, 0.0, 0.0, 0.4, -0.3)
    grid = _upper(foot, height, tones)
    inside = np.ix_(
        (throat < STATIONS) & (STATIONS < 0.93), np.abs(np.cos(AROUND)) < between(rng, 0.6, 0.8)
    )
    grid[..., 2][inside] -= 0.14
    hole = np.ix_((at > throat) & (at < 0.93), middle)
    tones[hole] = pick(rng, -0.6, -0.5, -0.3, 0.2)
    return [*_sole(foot, light), skin(grid, tones)]


def _boot(rng: Generator) -> list[Solid]:
    lift = pick(rng, 0.0, between(rng, 0.02, 0.1), between(rng, 0.12, 0.35))
    foot = _foot(rng, between(rng, 0.03, 0.1), lift)
    dark = pick(rng, -0.4, -0.2, 0.3, 0.0)
    height = np.interp(STATIONS, (0, 0.08, 0.3, 0.5, 1), (0.06, 0.12, 0.2, 0.34, 0.3))
    grid = _upper(foot, height, np.zeros(0))
    base, tall = float(foot.raised[_ANKLE]) + foot.thick, between(rng, 0.45, 0.85)
    levels = np.linspace(base + 0.08, base + tall, 7)
    lean, flare = between(rng, -0.05, 0.1), between(rng, 0.85, 1.15)
    rings = []
    for k, level in enumerate(levels):
        share = k / 6
        half = foot.wide * 0.85 * (1 - 0.15 * np.sin(np.pi * share)) * (1 + (flare - 1) * share)
        ring = ellipse(0.74 + lean * share, 0, 0.24 - 0.04 * share, half)
        rings.append(np.column_stack([ring, np.full(len(ring), level)]))
    shaft = np.stack(rings)
    tones = np.zeros((6, shaft.shape[1] - 1))
    trim = pick(rng, "laces", "fur", "gore", "plain", "plain")
    if trim == "laces":
        tones[::2, [0, 1, -2, -1]] = 0.45
    elif trim == "fur":
        tones[-2:] = 0.45
    elif trim == "gore":
        tones[1:, [6, 7, -8, -7]] = -0.35
    lid = rings[-1] * (1, 1, 1) - (0, 0, 0.05)
    middle = np.broadcast_to(lid.mean(0) - (0, 0, 0.1), lid.shape)
    opening = skin(np.stack([lid, middle]), pick(rng, -0.6, -0.4, 0.3))
    return [*_sole(foot, dark), skin(grid), skin(shaft, tones), opening]


def _arc(foot: Foot, start: float, end: float, height: float, reach: float = 1.0) -> Space:
    """From one edge of the sole, at x = start, over the foot to the other, at x = end."""
    x = np.linspace(start, end, len(AROUND))
    ground = np.interp(x, STATIONS, foot.raised) + foot.thick
    y = np.interp(x, STATIONS, foot.axis) + reach * np.cos(AROUND) * np.interp(
        x, STATIONS, foot.half
    )
    return np.column_stack([x, y, ground + height * np.sin(AROUND)])


def _thong(foot: Foot, rng: Generator, tone: float) -> list[Solid]:
    post, end, wide = between(rng, 0.14, 0.22), between(rng, 0.45, 0.65), between(rng, 0.04, 0.09)
    tops = []
    for side in (-1, 1):
        x = np.linspace(post, end, 8)
        y = np.interp(x, STATIONS, foot.axis) + side * np.linspace(0, 1, 8) ** 0.7 * np.interp(
            x, STATIONS, foot.half
        )
        rise = np.array([0, 0.06, 0.09, 0.1, 0.09, 0.07, 0.04, 0])
        z = np.interp(x, STATIONS, foot.raised) + foot.thick + rise
        tops.append(band(np.column_stack([x, y, z]), (wide, side * wide * 0.3, 0), tone))
    return tops


def _slide(foot: Foot, rng: Generator, tone: float) -> list[Solid]:
    start, wide = between(rng, 0.24, 0.34), between(rng, 0.16, 0.3)
    slant = between(rng, -0.05, 0.05)
    arc = _arc(foot, start + slant, start - slant, between(rng, 0.1, 0.18))
    bow = band(_arc(foot, start, start, 0.2, 0.5), (wide * 0.4, 0, 0), tone + 0.3)
    return [band(arc, (wide, 0, 0), tone), *pick(rng, [], [], [bow])]


def _straps(foot: Foot, rng: Generator, tone: float) -> list[Solid]:
    tops = []
    for start in np.linspace(0.18, between(rng, 0.3, 0.5), int(rng.integers(1, 4))).tolist():
        slant = pick(rng, 0.0, between(rng, -0.1, 0.1))
        arc = _arc(foot, start + slant, start - slant, between(rng, 0.1, 0.16))
        tops.append(band(arc, (between(rng, 0.03, 0.1), 0, 0), tone))
    if chance(rng, 0.3):
        cross = ((0.22, 0.45), (0.45, 0.22))
        tops += [band(_arc(foot, a, b, 0.14), (0.05, 0, 0), tone) for a, b in cross]
    return tops


def _ankle(foot: Foot, rng: Generator, tone: float) -> list[Solid]:
    """A strap around the ankle, held up at the heel."""
    ground, tall = float(foot.raised[_ANKLE]) + foot.thick, between(rng, 0.12, 0.35)
    ring = ellipse(0.83, 0, between(rng, 0.12, 0.17), foot.wide * 0.75)
    loop = np.column_stack([ring, np.full(len(ring), ground + tall)])
    wide = between(rng, 0.03, 0.07)
    back = loop[len(loop) // 2 - 2 : len(loop) // 2 + 3, :2]
    return [band(loop, (0, 0, wide), tone), wall(back, ground, ground + tall, tone)]


def _sandal(rng: Generator) -> list[Solid]:
    lift = pick(rng, 0.0, 0.0, between(rng, 0.02, 0.1), between(rng, 0.15, 0.45))
    foot = _foot(rng, between(rng, 0.03, 0.1) if lift < 0.2 else 0.03, lift)
    tone = pick(rng, -0.5, -0.3, 0.4, 0.0, 0.2)
    tops = pick(rng, _thong, _slide, _straps, _straps)
    ankle = _ankle(foot, rng, tone) if tops is _straps and chance(rng, 0.8) else []
    sole = _sole(foot, pick(rng, -0.3, 0.0, 0.2), pick(rng, 0.0, 0.25, -0.3, 0.1))
    return [*sole, *tops(foot, rng, tone), *ankle]


def _pair(shoe: Solid, rng: Generator) -> Solid:
    """Two shoes side by side, as they are put down or kicked off."""
    left = shoe.turned(between(rng, -0.12, 0.12), 0, between(rng, 0.15, 0.3))
    messy = chance(rng, 0.25)
    yaw, x = (between(rng, -0.6, 0.6), between(rng, -0.4, 0.4)) if messy else (0, 0)
    yaw, x = yaw + between(rng, -0.12, 0.12), x + between(rng, -0.08, 0.08)
    right = shoe.mirrored().turned(yaw, x, -between(rng, 0.15, 0.36))
    return joined([left, right])


def _shown(solids: list[Solid], rng: Generator, *heights: tuple[float, float]) -> Parts:
    """From a side that people photograph shoes from, and mostly two of them.

    One of the ranges of heights is taken: radians above the floor, as in `solid.seen`.
    """
    shoe = joined(solids)
    shoe = shoe.mirrored() if chance(rng, 0.5) else shoe
    if chance(rng, 0.7):
        shoe = _pair(shoe, rng)
    elevation = between(rng, *pick(rng, *heights))
    # toes to the left, or, from above, to anywhere and most often up or down
    along, ahead = pick(rng, 0.0, np.pi), pick(rng, 1.0, -1.0) * np.pi / 2
    yaw = along if elevation < 0.6 else pick(rng, along, ahead, ahead)
    yaw += between(rng, -0.6, 0.6)
    return seen(shoe.turned(yaw, 0, 0), elevation)


# From the side, from where a standing person sees them, and from right above.
SIDE, STANDING, ABOVE = (0.05, 0.6), (0.5, 1.2), (1.1, 1.57)


def sneaker_around(rng: Generator) -> Parts:
    """One or two sneakers from anywhere above the floor."""
    return _shown(_sneaker(rng), rng, SIDE, STANDING, STANDING, ABOVE)


def boot_around(rng: Generator) -> Parts:
    """One or two ankle boots; rarely from right above, where they would hide their shafts."""
    return _shown(_boot(rng), rng, SIDE, SIDE, STANDING, STANDING, (0.5, 1.4))


def sandal_around(rng: Generator) -> Parts:
    """One or two sandals, slides or flip-flops; mostly from above, as they are flat."""
    return _shown(_sandal(rng), rng, SIDE, STANDING, STANDING, ABOVE, ABOVE)
