"""Which pictures a run sees, in which order, and how they are changed (augmentation).

Everything follows from the settings and the epoch's number alone, so a run can be cut into
slices anywhere and still sees the same pictures. Knows nothing of networks or TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Augmentation:
    """One entry of AUGMENTATIONS: random changes that leave a picture's class as it was."""

    label: str
    flip: bool = False  # mirror every second picture, left to right
    shift: int = 0  # move by up to this many pixels in each direction
    erase: int = 0  # blank a square of up to this many pixels a side


AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation("None"),
    "flip": Augmentation("Mirror", flip=True),
    "flip and shift": Augmentation("Mirror and shift", flip=True, shift=2),
    "flip, shift and erase": Augmentation("Mirror, shift and erase", flip=True, shift=2, erase=8),
}


@dataclass(frozen=True)
class Split:
    """Indices into the training pictures: those to learn from, those held out."""

    train: Indices
    validation: Indices


def split(available: int, train_images: int, validation_images: int) -> Split:
    """Share out `available` pictures; the same pictures are held out whatever the seed.

    At most a twelfth is held out (5,000 of 60,000), so that small data sets keep enough to
    learn from.
    """
    order = np.random.default_rng(1998).permutation(available)
    held_out = min(validation_images, available // 12)
    rest = order[: available - held_out]
    return Split(rest[:train_images], order[available - held_out :])


def steps_per_epoch(images: int, batch_size: int) -> int:
    """Batches in one epoch; the last one may be smaller."""
    return -(-images // batch_size)


@dataclass(frozen=True)
class Plan:
    """One epoch: position i of each array belongs to the i-th picture that is seen."""

    order: Indices  # (n,) which training picture
    flip: NDArray[np.bool_]  # (n,) mirrored?
    shift: NDArray[np.intp]  # (n, 2) rows and columns moved, -shift to shift
    erase: NDArray[np.intp]  # (n, 3) row, column and side of the blank square


@lru_cache(maxsize=8)
def epoch_plan(images: int, augmentation: str, seed: int, epoch: int) -> Plan:
    """The order and the random changes of one epoch over `images` pictures."""
    rng = np.random.default_rng((seed, epoch))
    change = AUGMENTATIONS[augmentation]
    order = rng.permutation(images)
    flip = rng.random(images) < 0.5 if change.flip else np.zeros(images, np.bool_)
    shift = rng.integers(-change.shift, change.shift + 1, (images, 2))
    side = rng.integers(0, change.erase + 1, images)
    corner = (rng.random((images, 2)) * (29 - side[:, None])).astype(np.intp)
    return Plan(order, flip, shift, np.column_stack([corner, side]))


def augment(images: Bytes, plan: Plan, first: int) -> Bytes:
    """Change `images`, (n, 28, 28), as the plan says for positions `first` to `first + n`."""
    here = slice(first, first + len(images))
    flip, shift, erase = plan.flip[here], plan.shift[here], plan.erase[here]
    images = np.where(flip[:, None, None], images[:, :, ::-1], images)
    if shift.any():
        margin = int(np.abs(shift).max())
        padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
        windows = sliding_window_view(padded, (28, 28), axis=(1, 2))
        images = windows[np.arange(len(images)), margin - shift[:, 0], margin - shift[:, 1]]
    if erase[:, 2].any():
        for image, (row, column, side) in zip(images, erase, strict=True):
            image[row : row + side, column : column + side] = 0
    return images
