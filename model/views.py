"""Several views of one prepared picture: the mean of a network's answers to them is steadier.

What the views show is the same item, a little turned and mirrored. Nothing is found or cut here:
that is done before, in `preprocess.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.changes import warped

Bytes = NDArray[np.uint8]

# Degrees clockwise, and how much smaller, so that what is turned still fits. Narrower and smaller
# views, which helped a network that knew Fashion-MNIST alone, do not help one that knows drawings.
POSES = ((0.0, 1.0), (10.0, 1.08), (-10.0, 1.08))


def _map(degrees: float, smaller: float) -> NDArray[np.float32]:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return smaller * np.array([[cos, -sin, 0], [sin, cos, 0]], np.float32)


_MAPS = np.stack([_map(*pose) for pose in POSES])


def mirrored(images: Bytes) -> Bytes:
    """(2 n, 28, 28): each of the pictures, (n, 28, 28), and after it its mirror image."""
    both = np.stack([images, images[:, :, ::-1]], 1)
    return both.reshape(-1, *images.shape[1:])


def views(image: Bytes) -> Bytes:
    """(6, 28, 28): a picture, (28, 28), as it is and turned both ways, each mirrored."""
    return mirrored(warped(np.repeat(image[None], len(_MAPS), 0), _MAPS))
