"""Looking through a data set: which pictures a selection holds, one picture, class averages.

A picture's number counts through both parts: the training pictures first, then the test pictures.
"""

from __future__ import annotations

import functools
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.data.datasets import CLASSES, Dataset

PIECE = 2000  # pictures at a time: converted, 6 MB


def labels_of(dataset: Dataset, split: str) -> NDArray[np.uint8]:
    """The labels of "Training", "Test" or "Both", in the order of the picture numbers."""
    parts = {"Training": dataset.train_labels, "Test": dataset.test_labels}
    return parts[split] if split in parts else np.concatenate(list(parts.values()))


def select(
    dataset: Dataset, split: str, classes: Collection[int], shuffle: bool
) -> NDArray[np.intp]:
    """The numbers of the pictures of a split and of some classes; no class at all means every one.

    Numbers count through both parts: the training pictures come first, then the test pictures.
    """
    labels = labels_of(dataset, split)
    chosen = np.flatnonzero(np.isin(labels, list(classes))) if classes else np.arange(len(labels))
    if shuffle:
        np.random.default_rng(0).shuffle(chosen)
    return chosen + (len(dataset.train_images) if split == "Test" else 0)


def look_up(dataset: Dataset, number: int) -> tuple[NDArray[np.uint8], int, str]:
    """One picture, (28, 28), its label, and the part it is in: "Training" or "Test"."""
    first_test = len(dataset.train_images)
    if number < first_test:
        return dataset.train_images[number], int(dataset.train_labels[number]), "Training"
    number -= first_test
    return dataset.test_images[number], int(dataset.test_labels[number]), "Test"


@functools.lru_cache(maxsize=2)
def averages(name: str) -> NDArray[np.uint8]:
    """The average training picture of each class of a data set, (10, 28, 28).

    Goes through the pictures in pieces, and leaves none of them in memory.
    """
    dataset = datasets.load(name)
    sums = np.zeros((len(CLASSES), 28 * 28))
    for start in range(0, len(dataset.train_images), PIECE):
        piece = dataset.train_images[start : start + PIECE].reshape(-1, 28 * 28)
        is_of = np.arange(len(CLASSES))[:, None] == dataset.train_labels[start : start + PIECE]
        sums += is_of.astype(np.float32) @ piece.astype(np.float32)  # whole numbers below 2**24
        dataset.release()
    counts = np.bincount(dataset.train_labels, minlength=len(CLASSES))
    means = sums / np.maximum(counts, 1)[:, None]
    return means.round().astype(np.uint8).reshape(-1, 28, 28)
