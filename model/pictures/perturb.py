"""Changes to a 28 x 28 picture that a network may or may not survive: turned, moved, blurred ...

Each is a plain function of the picture and an amount, so that a learner sees one thing change.
Training has its own random changes in `batches.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Bytes = NDArray[np.uint8]

TURNS = np.arange(-180, 181, 10)  # degrees, clockwise: the plot's points


@dataclass(frozen=True)
class Perturbation:
    """What is done to a picture; the defaults do nothing."""

    rotation: int = 0  # degrees, clockwise
    right: int = 0  # pixels
    down: int = 0  # pixels
    scale: float = 1.0  # times the size
    blur: float = 0.0  # standard deviation, pixels
    noise: int = 0  # standard deviation, grey values from 0 to 255
    contrast: float = 1.0  # times the distance from black


UNCHANGED = Perturbation()


def perturb(image: Bytes, how: Perturbation) -> Bytes:
    """The picture, (28, 28), grey on black, after all that `how` says; black moves in."""
    if how == UNCHANGED:
        return image
    picture = _moved(Image.fromarray(image), how)
    if how.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(how.blur))
    values = np.asarray(picture, np.float32) * how.contrast
    if how.noise:
        values = values + np.random.default_rng(0).normal(0, how.noise, values.shape)
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _moved(picture: Image.Image, how: Perturbation) -> Image.Image:
    """Turned and scaled around the middle, then moved."""
    middle_x, middle_y = picture.width / 2, picture.height / 2
    angle = radians(how.rotation)
    across, along = cos(angle) / how.scale, sin(angle) / how.scale
    # Pillow asks for the way back: from a pixel of the result to its place in the picture.
    x, y = middle_x + how.right, middle_y + how.down
    matrix = (
        *(across, along, middle_x - across * x - along * y),
        *(-along, across, middle_y + along * x - across * y),
    )
    return picture.transform(
        picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=0
    )


def turns(how: Perturbation) -> list[Perturbation]:
    """The same at every angle of TURNS."""
    return [replace(how, rotation=int(angle)) for angle in TURNS]
