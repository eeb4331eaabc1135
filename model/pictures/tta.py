"""Test-time augmentation: the mean of answers to several views of one picture is steadier.

What the views show is the same item, a little turned, and mirrored. Nothing is found or
cut here: that is done before, in `preprocess.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.pictures.augmentation import warped

Bytes = NDArray[np.uint8]

# Degrees clockwise, and by how much the item gets narrower and lower, so that it still fits.
POSES = ((0.0, 1.0, 1.0), (5.0, 1.04, 1.04), (-5.0, 1.04, 1.04))


def _map(degrees: float, narrower: float, lower: float) -> NDArray[np.float32]:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    rows, columns = (cos * lower, -sin * lower, 0), (sin * narrower, cos * narrower, 0)
    return np.array([rows, columns], np.float32)


_MAPS = np.stack([_map(*pose) for pose in POSES])


def mirrored(images: Bytes) -> Bytes:
    """(2 n, 28, 28): each of the pictures, (n, 28, 28), and after it its mirror image."""
    both = np.stack([images, images[:, :, ::-1]], 1)
    return both.reshape(-1, *images.shape[1:])


def augmented(image: Bytes) -> Bytes:
    """(6, 28, 28): a picture, (28, 28), as it is and turned both ways; each mirrored."""
    return mirrored(warped(np.repeat(image[None], len(_MAPS), 0), _MAPS))
