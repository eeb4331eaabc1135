"""The ten kinds of Fashion-MNIST clothes as shapes: what is drawn, not how.

Each builder in GARMENTS takes a random generator and returns the parts of one garment, from back
to front. Units are free, because the renderer fits a garment into its box. Nothing here knows
pixels, colours or styles: that is wardrobe.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numpy.random import Generator

from model.garments.bags import bag
from model.garments.clothes import coat, dress, pullover, shirt, tee, trousers
from model.garments.shapes import Parts
from model.garments.shoes import boot, sandal, sneaker


@dataclass(frozen=True)
class Garment:
    """One of the ten classes."""

    name: str  # as Fashion-MNIST calls the class
    build: Callable[[Generator], Parts]
    textures: tuple[str, ...]  # names in wardrobe.TEXTURES; one that stands twice is likelier


_KNIT = ("plain", "plain", "melange", "stripes", "gradient", "blocks", "print")
_LEATHER = ("plain", "plain", "melange", "gradient")

GARMENTS: dict[int, Garment] = {
    0: Garment("T-shirt/top", tee, (*_KNIT, "plain")),
    1: Garment("Trouser", trousers, ("plain", "plain", "melange", "gradient", "pinstripes")),
    2: Garment("Pullover", pullover, _KNIT),
    3: Garment("Dress", dress, ("plain", "plain", "print", "stripes", "gradient", "blocks")),
    4: Garment("Coat", coat, ("plain", "plain", "plain", "melange", "gradient")),
    5: Garment("Sandal", sandal, _LEATHER),
    6: Garment("Shirt", shirt, ("plain", "plain", "checks", "pinstripes", "print")),
    7: Garment("Sneaker", sneaker, _LEATHER),
    8: Garment("Bag", bag, (*_LEATHER, "print", "stripes", "checks")),
    9: Garment("Ankle boot", boot, _LEATHER),
}
