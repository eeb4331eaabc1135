"""Whether a picture looks like anything that the network learned from, and like what.

Softmax compares ten classes and cannot say "none of them". What the pooling layers see can: in
pictures of clothes each filter is as active as usual, and in digits, faces or scribbles it is not.
So a picture is strange if the means of its pooled feature maps are far from those of training
pictures, by Mahalanobis distance (after Lee and others, "A simple unified framework for detecting
out-of-distribution samples", 2018). How well, and how much better than by the closest training
pictures, energy or the highest probability, `python -m benchmarks.unknown` tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data.datasets import Dataset
from model.networks.architectures import NETWORKS, layer_names
from model.networks.forward import Floats, forward, predict
from model.networks.layers import Dense, Pool
from model.pictures.tta import augmented
from model.training import batches
from model.training.checkpoint import Trained

KNOWN = 2500  # training pictures to compare with; more find hardly closer ones, but take longer
HELD_OUT = 1000  # validation pictures that tell what a usual distance is
AUGMENTED_COUNT = 125  # of them, those that tell how sure the mean over views may be
FALSE_ALARM_RATE = 0.02  # share of held-out pictures that lie farther off than is usual
# Farther than this times the usual is strange: pictures from outside are never quite like the data
# set, and people's plain drawings least. It warns of 7 % of 90 real pictures, in place of 37 %, and
# still of 79 % of what shows no clothes.
MARGIN = 1.3
BATCH = 64  # pictures at a time
TEMPERATURES = np.geomspace(0.3, 5, 80)


@dataclass(frozen=True)
class Reference:
    """What a network makes of pictures whose class is known; made by `fit_reference`."""

    trained: Trained
    numbers: NDArray[np.intp]  # (n,) which training pictures
    features: Floats  # (n, units), each of length 1
    mean: Floats  # (channels,) of their activity, see `_read`
    whiten: Floats  # (channels, channels): makes distances from the mean those of Mahalanobis
    most: float  # distance from the mean; above it, a picture is strange
    temperature: float  # see `confidence`


@dataclass(frozen=True)
class Likeness:
    """What a picture looks like to the network."""

    numbers: NDArray[np.intp]  # the closest training pictures, closest first
    similarities: Floats  # cosine, -1 to 1
    distance: float  # from what is usual, see `distances`
    out_of_distribution: bool  # farther from it than nearly all held-out pictures


def _read(trained: Trained, images: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Features and activity of pictures: (n, units), each row of length 1, and (n, channels).

    Features are the first dense layer. Activity is the mean of each feature map of the second
    pooling layer; a network without any has its features in their place.
    """
    network = NETWORKS[trained.network]
    named = list(zip(layer_names(network), network.layers, strict=True))
    hidden = next(name for name, layer in named if isinstance(layer, Dense))
    pools = [name for name, layer in named if isinstance(layer, Pool)]
    pooled = pools[min(1, len(pools) - 1)] if pools else None
    rows, means = [], []
    for start in range(0, len(images), BATCH):
        outputs = forward(network, trained.weights, images[start : start + BATCH])
        rows.append(outputs[hidden])
        means.append(outputs[pooled].mean(axis=(1, 2)) if pooled else outputs[hidden])
    features = np.concatenate(rows)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-9)), np.concatenate(means)


def _fit_gaussian(activity: Floats) -> tuple[Floats, Floats]:
    """The mean of rows (n, channels), and the matrix that gives differences from it unit spread."""
    cover = np.cov(activity, rowvar=False)
    size = len(cover)
    # Filters that are never active have no spread, and some weights have no other filters.
    cover += (1e-3 * np.trace(cover) / size + 1e-20) * np.eye(size)
    return activity.mean(axis=0), np.linalg.cholesky(np.linalg.inv(cover)).astype(np.float32)


def _mahalanobis(mean: Floats, whiten: Floats, activity: Floats) -> Floats:
    """(n,): Mahalanobis distance of each row of `activity`, (n, channels)."""
    return np.asarray(np.linalg.norm((activity - mean) @ whiten, axis=1))


def _temper(values: Floats, temperature: float) -> Floats:
    """Probabilities, (n, 10), as if the logits had been divided by the temperature."""
    powers = np.maximum(values, 1e-12) ** (1 / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _temperature(values: Floats, labels: NDArray[np.integer]) -> float:
    """The temperature with the least cross-entropy (Guo and others, 2017)."""
    rows = np.arange(len(labels))

    def loss(temperature: float) -> float:
        return -float(np.log(_temper(values, temperature)[rows, labels]).mean())

    return float(min(TEMPERATURES, key=loss))


def confidence(memory: Reference, values: Floats) -> float:
    """How sure to be of the winner of `values`, (10,), the mean over views: 0 to 1.

    With the temperature of these weights, of all answers that are 80 % sure about 80 % are right.
    """
    return float(_temper(values[None], memory.temperature).max())


def fit_reference(trained: Trained, dataset: Dataset) -> Reference:
    """Look at some training and some held-out pictures with these weights: a second or two."""
    parts = batches.split(len(dataset.train_images), len(dataset.train_images), 5000)
    known, held_out = np.sort(parts.train[:KNOWN]), parts.validation[:HELD_OUT]
    features, activity = _read(trained, dataset.train_images[known])
    mean, whiten = _fit_gaussian(activity)
    away = _mahalanobis(mean, whiten, _read(trained, dataset.train_images[held_out])[1])
    seen = held_out[:AUGMENTED_COUNT]
    looks = [augmented(image) for image in dataset.train_images[seen]]
    answers = predict(NETWORKS[trained.network], trained.weights, np.concatenate(looks))
    means = answers.reshape(len(seen), -1, answers.shape[1]).mean(axis=1)
    temperature = _temperature(means, dataset.train_labels[seen])
    most = MARGIN * float(np.quantile(away, 1 - FALSE_ALARM_RATE))
    return Reference(trained, known, features, mean, whiten, most, temperature)


def likeness(memory: Reference, image: NDArray[np.uint8], count: int = 6) -> Likeness:
    """The `count` training pictures that `image`, (28, 28), is closest to, and whether it is like
    any."""
    features, activity = _read(memory.trained, image[None])
    similarities = memory.features @ features[0]
    order = np.argsort(-similarities)[:count]
    away = float(_mahalanobis(memory.mean, memory.whiten, activity)[0])
    return Likeness(memory.numbers[order], similarities[order], away, away > memory.most)


def distances(memory: Reference, images: NDArray[np.uint8]) -> Floats:
    """(n,): how far each of `images`, (n, 28, 28), is from what is usual."""
    return _mahalanobis(memory.mean, memory.whiten, _read(memory.trained, images)[1])


def similarities(memory: Reference, images: NDArray[np.uint8]) -> Floats:
    """(n,): how close each of `images`, (n, 28, 28), comes to its fifth closest training picture.

    Another measure of what is strange (Sun and others, "Out-of-distribution detection with deep
    nearest neighbors", 2022), to compare with; from -1 to 1.
    """
    close = _read(memory.trained, images)[0] @ memory.features.T
    return np.asarray(np.partition(close, -5, axis=1)[:, -5])
