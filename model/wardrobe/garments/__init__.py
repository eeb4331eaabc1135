"""The ten kinds of Fashion-MNIST clothes as shapes: what is drawn, not how.

Each builder in GARMENTS takes a random generator and returns the parts of one garment, from back
to front. Units are free, because the renderer fits a garment into its box. Nothing here knows
pixels, colours or styles: that is draw.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from numpy.random import Generator

from model.wardrobe.garments.bags import bag, luggage
from model.wardrobe.garments.clothes import coat, dress, pullover, shirt, tee
from model.wardrobe.garments.cuts import laid
from model.wardrobe.garments.footwear import boot_around, sandal_around, sneaker_around
from model.wardrobe.garments.shapes import Parts
from model.wardrobe.garments.shoes import boot, sandal, sneaker
from model.wardrobe.garments.trousers import trousers

Builder = Callable[[Generator], Parts]


@dataclass(frozen=True)
class Garment:
    """One of the ten classes."""

    name: str  # as Fashion-MNIST calls the class
    build: Builder  # as shops photograph it, and Fashion-MNIST shows it
    textures: tuple[str, ...]  # names in textures.TEXTURES; one that stands twice is likelier
    lying: Builder  # as it lies on a bed or a floor
    around: Builder | None = None  # as a solid, from any side; without lines

    def everyday(self, solid: bool) -> Builder:
        """The garment as people have it before them; as a solid, where there is one."""
        return self.around if solid and self.around else self.lying


_KNIT = ("plain", "plain", "melange", "stripes", "gradient", "blocks", "print")
_LEATHER = ("plain", "plain", "melange", "gradient")
_PLAIN = ("plain", "plain")
_lying_trousers = partial(trousers, shorts=0.25, apart=0.45)

GARMENTS: dict[int, Garment] = {
    0: Garment("T-shirt/top", tee, (*_KNIT, "plain"), partial(tee, pose=laid)),
    1: Garment(
        "Trouser", trousers, (*_PLAIN, "melange", "gradient", "pinstripes"), _lying_trousers
    ),
    2: Garment("Pullover", pullover, _KNIT, partial(pullover, pose=laid)),
    3: Garment(
        "Dress",
        dress,
        (*_PLAIN, "print", "stripes", "gradient", "blocks"),
        partial(dress, pose=laid),
    ),
    4: Garment("Coat", coat, (*_PLAIN, "plain", "melange", "gradient"), partial(coat, pose=laid)),
    5: Garment("Sandal", sandal, _LEATHER, sandal, sandal_around),
    6: Garment(
        "Shirt", shirt, (*_PLAIN, "checks", "pinstripes", "print"), partial(shirt, pose=laid)
    ),
    7: Garment("Sneaker", sneaker, _LEATHER, sneaker, sneaker_around),
    8: Garment("Bag", bag, (*_LEATHER, "print", "stripes", "checks"), luggage),
    9: Garment("Ankle boot", boot, _LEATHER, boot, boot_around),
}
