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

from model.pictures.augmentation import LIT, PLAIN, TONES, noisy, relit, warped

Bytes = NDArray[np.uint8]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Augmentation:
    """One entry of AUGMENTATIONS: random changes that leave a picture's class as it was."""

    label: str
    flip: bool = False  # mirror every second picture, left to right
    shift: int = 0  # move by up to this many pixels in each direction
    erase: int = 0  # blank a square of up to this many pixels a side
    turn: float = 0.0  # degrees; this and the next three are standard deviations
    zoom: float = 0.0  # of the logarithm of the size
    stretch: float = 0.0  # of the logarithm of the ratio of width to height
    shear: float = 0.0  # how far the picture leans, in its heights
    light: float = 0.0  # share of pictures with another contrast and brightness
    negative: float = 0.0  # share of pictures whose item is its negative
    grain: float = 0.0  # noise on the item, in steps of brightness, at most


AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation("None"),
    "flip": Augmentation("Mirror", flip=True),
    "flip and shift": Augmentation("Mirror and shift", flip=True, shift=2),
    "flip, shift and erase": Augmentation("Mirror, shift and erase", flip=True, shift=2, erase=8),
    "everyday": Augmentation(
        "Mirror, turn, stretch and light",
        flip=True,
        shift=1,
        turn=6,
        zoom=0.04,
        stretch=0.1,
        shear=0.06,
        light=0.2,
        negative=0.02,
        grain=6,
    ),
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


def batch_sizes(images: int, batch_size: int, first: int, end: int) -> Indices:
    """Pictures in each of a run's batches `first` to `end`, (end - first,), for means of them."""
    per_epoch = steps_per_epoch(images, batch_size)
    last = np.arange(first, end) % per_epoch == per_epoch - 1
    return np.where(last, images - (per_epoch - 1) * batch_size, batch_size)


@dataclass(frozen=True)
class Plan:
    """One epoch: position i of each array belongs to the i-th picture that is seen."""

    order: Indices  # (n,) which training picture
    flip: NDArray[np.bool_]  # (n,) mirrored?
    shift: NDArray[np.intp]  # (n, 2) rows and columns moved, -shift to shift
    erase: NDArray[np.intp]  # (n, 3) row, column and side of the blank square
    maps: NDArray[np.float32]  # (n, 2, 3) as `changes.warped` takes them, or (0, 2, 3)
    tones: NDArray[np.intp]  # (n,) rows of `changes.TONES`, or (0,)
    grain: NDArray[np.intp]  # (n, 2) which of GRAINS, and how strong in steps of brightness


# (256, 28, 28): noise of one step of brightness in 64; taken in turns, as drawing new is slow
GRAINS = np.random.default_rng(28).normal(0, 64, (256, 28, 28)).astype(np.int16)


def new_plan(images: int, augmentation: str, seed: int, epoch: int) -> Plan:
    """The order and the random changes of one epoch over `images` pictures."""
    rng = np.random.default_rng((seed, epoch))
    change = AUGMENTATIONS[augmentation]
    order = rng.permutation(images)
    flip = rng.random(images) < 0.5 if change.flip else np.zeros(images, np.bool_)
    shift = rng.integers(-change.shift, change.shift + 1, (images, 2))
    side = rng.integers(0, change.erase + 1, images)
    corner = (rng.random((images, 2)) * (29 - side[:, None])).astype(np.intp)
    erase = np.column_stack([corner, side])
    maps, tones = _maps(rng, images, change), _tones(rng, images, change)
    grains = rng.integers(0, len(GRAINS), images), rng.random(images) ** 2 * change.grain
    return Plan(
        order, flip, shift, erase, maps, tones, np.column_stack(grains).round().astype(np.intp)
    )


# Slices of one epoch share its plan, 4 to 11 MB.
epoch_plan = lru_cache(maxsize=8)(new_plan)


def _maps(rng: np.random.Generator, images: int, change: Augmentation) -> NDArray[np.float32]:
    """(n, 2, 3): from rows and columns of the new pictures to those of the old; no moves."""
    spreads = np.array([change.turn, change.zoom, change.stretch, change.shear])
    if not spreads.any():
        return np.zeros((0, 2, 3), np.float32)
    turn, zoom, stretch, shear = (rng.standard_normal((images, 4)) * spreads).T
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    tall, wide = np.exp(zoom + stretch / 2), np.exp(zoom - stretch / 2)
    zero = np.zeros(images)
    rows = np.stack([cos * tall, -sin * tall, zero], 1)
    columns = np.stack([(sin + shear * cos) * wide, (cos - shear * sin) * wide, zero], 1)
    return np.stack([rows, columns], 1).astype(np.float32)


def _tones(rng: np.random.Generator, images: int, change: Augmentation) -> NDArray[np.intp]:
    """(n,): which table of brightness each picture gets, mostly the one that changes nothing."""
    if not change.light and not change.negative:
        return np.zeros(0, np.intp)
    which = rng.random(images)
    lit = rng.integers(PLAIN, LIT, images)
    negative = rng.integers(LIT, len(TONES), images)
    other = which < change.light + change.negative
    return np.where(which < change.negative, negative, np.where(other, lit, 0))


def augment(images: Bytes, plan: Plan, first: int) -> Bytes:
    """Change `images`, (n, 28, 28), as the plan says for positions `first` to `first + n`."""
    here = slice(first, first + len(images))
    flip, shift, erase = plan.flip[here], plan.shift[here], plan.erase[here]
    images = np.where(flip[:, None, None], images[:, :, ::-1], images)
    if len(plan.maps):
        maps = plan.maps[here].copy()
        maps[:, :, 2] -= (maps[:, :, :2] @ shift[:, :, None].astype(np.float32))[..., 0]
        images = warped(images, maps)
    elif shift.any():
        images = _shifted(images, shift)
    if len(plan.tones):
        images = relit(images, plan.tones[here])
    which, strength = plan.grain[here].T
    if strength.any():
        images = noisy(images, GRAINS[which] * strength[:, None, None].astype(np.int16) // 64)
    if erase[:, 2].any():
        for image, (row, column, side) in zip(images, erase, strict=True):
            image[row : row + side, column : column + side] = 0
    return images


def _shifted(images: Bytes, shift: NDArray[np.intp]) -> Bytes:
    margin = int(np.abs(shift).max())
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    windows = sliding_window_view(padded, (28, 28), axis=(1, 2))
    return windows[np.arange(len(images)), margin - shift[:, 0], margin - shift[:, 1]]
