"""Textures of cloth and grounds: brightness around 1 over a picture.

Each function in TEXTURES takes x and y, which run from -0.5 to 0.5 across the picture, and a random
generator. Colours and shapes are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from model.wardrobe.garments.shapes import between, pick

Pixels = NDArray[Any]  # float32 in use; the stubs take sums with Python's floats for float64


def _wave(x: Pixels, rng: Generator, low: float, high: float) -> Pixels:
    """Bands of 1 and -1 with between low and high periods, softly edged."""
    wave = np.sin(x * (2 * np.pi * between(rng, low, high)) + between(rng, 0, 6))
    return np.clip(wave * 2.5 + between(rng, -0.5, 0.5), -1, 1)


def _plain(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    return np.ones_like(x)


def _stripes(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    return 1 + between(rng, 0.15, 0.5) * _wave(y, rng, 3, 8)


def _pinstripes(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    return 1 + between(rng, 0.1, 0.3) * _wave(x, rng, 6, 11)


def _checks(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    size = between(rng, 4, 9)
    bands = _wave(x, rng, size, size) + _wave(y, rng, size, size)
    return 1 + between(rng, 0.1, 0.25) * bands


def _print(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    spots = np.zeros_like(x)
    for angle in np.pi * rng.random(4):
        along = np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y
        spots += np.sin(along * (2 * np.pi * between(rng, 4, 9)) + between(rng, 0, 6))
    return 1 + pick(rng, -0.4, -0.25, 0.3) * np.clip(spots, 0, 1)


def _melange(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    return 1 + between(rng, 0.04, 0.12) * rng.standard_normal(x.shape, dtype=np.float32)


def _gradient(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    return 1 + between(rng, -0.7, 0.7) * y + between(rng, -0.4, 0.4) * x


def _blocks(x: Pixels, y: Pixels, rng: Generator) -> Pixels:
    lower = np.clip((y - between(rng, -0.25, 0.2)) * 40, -1, 1)
    return 1 + between(rng, -0.35, 0.35) * lower


TEXTURES: dict[str, Callable[[Pixels, Pixels, Generator], Pixels]] = {
    "plain": _plain,
    "stripes": _stripes,
    "pinstripes": _pinstripes,
    "checks": _checks,
    "print": _print,
    "melange": _melange,
    "gradient": _gradient,
    "blocks": _blocks,
}


@lru_cache(maxsize=8)
def _grid(size: int) -> tuple[Pixels, Pixels]:
    line = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    x, y = np.meshgrid(line, line)
    x.setflags(write=False)
    y.setflags(write=False)
    return x, y


def texture(name: str, size: int, angle: float, rng: Generator) -> Pixels:
    """Brightness around 1, (size, size), turned with a garment by angle in degrees."""
    x, y = _grid(size)
    cos, sin = np.float32(np.cos(np.radians(angle))), np.float32(np.sin(np.radians(angle)))
    return TEXTURES[name](cos * x + sin * y, cos * y - sin * x, rng)


def folds(size: int, rng: Generator) -> Pixels:
    """Soft, mostly vertical light and shade of cloth that hangs, (size, size)."""
    line = _grid(size)[0][:1].T
    slope, period, phase, strength = rng.random((4, 3))
    period = 2 * np.pi * (1 + 4 * period)
    strength = 0.02 + 0.05 * strength
    across = period * line + 6 * phase  # (size, 3)
    down = period * (slope - 0.5) * line
    # sin(across + down), as products of what varies across and what varies down
    waves = (strength * np.cos(down)) @ np.sin(across).T
    waves += (strength * np.sin(down)) @ np.cos(across).T
    light: Pixels = 1 + waves.astype(np.float32)
    return light
