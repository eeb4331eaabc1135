"""Which training pictures a picture looks like to the network: the closest ones by its features.

Features are what the first dense layer makes of a picture, as a row of length 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.data.datasets import Dataset
from model.insight.out_of_distribution import hidden_layer, known_numbers
from model.networks.architectures import NETWORKS
from model.networks.forward import Floats, output
from model.training.checkpoint import Trained


@dataclass(frozen=True)
class Neighbours:
    """Training pictures to compare with, about a megabyte; made by `fit_neighbours`."""

    numbers: NDArray[np.intp]  # (n,) which training pictures
    features: Floats  # (n, units), each row of length 1


@dataclass(frozen=True)
class Likeness:
    """What a picture looks like to the network."""

    numbers: NDArray[np.intp]  # the closest training pictures, closest first
    similarities: Floats  # cosine, -1 to 1


def _features(trained: Trained, images: NDArray[np.uint8]) -> Floats:
    """(n, units), each row of length 1, for `images`, (n, 28, 28)."""
    hidden = hidden_layer(trained.network)
    features = output(NETWORKS[trained.network], trained.weights, images, hidden)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-9))


def fit_neighbours(trained: Trained, dataset: Dataset) -> Neighbours:
    """Look at some training pictures with these weights: about a second."""
    numbers, _ = known_numbers(dataset)
    return Neighbours(numbers, _features(trained, dataset.train_images[numbers]))


def fit_neighbours_on(trained: Trained, data: str) -> Neighbours:
    """`fit_neighbours` on the data set of this name, for workers; DataError where there is none."""
    return fit_neighbours(trained, datasets.load(data))


def closest(
    trained: Trained, neighbours: Neighbours, image: NDArray[np.uint8], count: int = 6
) -> Likeness:
    """The `count` training pictures that `image`, (28, 28), is closest to."""
    similarities = neighbours.features @ _features(trained, image[None])[0]
    order = np.argsort(-similarities)[:count]
    return Likeness(neighbours.numbers[order], similarities[order])


def similarities(trained: Trained, neighbours: Neighbours, images: NDArray[np.uint8]) -> Floats:
    """(n,): how close each of `images`, (n, 28, 28), comes to its fifth closest training picture.

    Another measure of what is strange (Sun and others, "Out-of-distribution detection with deep
    nearest neighbors", 2022), to compare with; from -1 to 1.
    """
    close = _features(trained, images) @ neighbours.features.T
    return np.asarray(np.partition(close, -5, axis=1)[:, -5])
