"""The pictures of a run's batches as the network gets them: chosen, in their order, and changed.

Training takes them from here, and so do pages that show them, so both have the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.training.batches import Indices, Plan, augment, epoch_plan, split
from model.training.recipes import Config


@dataclass(frozen=True, eq=False)
class Fed:
    """Some pictures of an epoch, one after the other."""

    numbers: Indices  # (n,) which training pictures
    images: NDArray[np.uint8]  # (n, 28, 28), changed by the augmentation
    labels: NDArray[np.uint8]  # (n,)


def learned_from(config: Config) -> Indices:
    """Which training pictures the run learns from; the others are held out, or not used.

    Raises DataError where the pictures are missing.
    """
    pictures = datasets.load(config.data)
    return split(len(pictures.train_labels), config.train_images, config.validation_images).train


def feed(
    config: Config,
    epoch: int,
    first: int,
    end: int,
    plan_of: Callable[[int, str, int, int], Plan] = epoch_plan,
) -> Fed:
    """The pictures at the positions `first` to `end` of an epoch, from 0, or to its end.

    Raises DataError where the pictures are missing.
    """
    pictures, train = datasets.load(config.data), learned_from(config)
    plan = plan_of(len(train), config.augmentation, config.seed, epoch)
    numbers = train[plan.order[first:end]]
    images = augment(pictures.train_images[numbers], plan, first)
    return Fed(numbers, images, pictures.train_labels[numbers])
