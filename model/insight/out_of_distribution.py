"""Whether a picture looks like anything that the network learned from.

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

from model.data import datasets
from model.data.datasets import Dataset
from model.networks.architectures import NETWORKS, layer_names, output_shapes
from model.networks.forward import Floats, output, predict
from model.networks.layers import Dense, Layer, Pool
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
BATCH = 64  # pictures whose feature maps are in memory at a time
TEMPERATURES = np.geomspace(0.3, 5, 80)


@dataclass(frozen=True)
class Reference:
    """What is usual when these weights see clothes, a few kB; made by `fit_reference`."""

    mean: Floats  # (channels,) of their activity, see `_activity`
    whiten: Floats  # (channels, channels): makes distances from the mean those of Mahalanobis
    most: float  # distance from the mean; above it, a picture is strange
    temperature: float  # see `confidence`


def hidden_layer(network: str) -> str:
    """The name of a network's first dense layer."""
    return _of_kind(network, Dense)[0]


def seen_layer(network: str) -> str:
    """The name of the second pooling layer, or the only one; the first dense layer without any."""
    pools = _of_kind(network, Pool)
    return pools[:2][-1] if pools else hidden_layer(network)


def _of_kind(network: str, kind: type[Layer]) -> list[str]:
    named = zip(layer_names(NETWORKS[network]), NETWORKS[network].layers, strict=True)
    return [name for name, layer in named if isinstance(layer, kind)]


def channels(network: str) -> int:
    """How many numbers the activity of one picture has."""
    place = layer_names(NETWORKS[network]).index(seen_layer(network))
    return int(output_shapes(NETWORKS[network])[place][-1])


def _activity(trained: Trained, images: NDArray[np.uint8]) -> Floats:
    """(n, channels): the mean of each feature map of `seen_layer` for `images`, (n, 28, 28)."""
    network = NETWORKS[trained.network]
    seen = seen_layer(trained.network)
    means = []
    for start in range(0, len(images), BATCH):
        maps = output(network, trained.weights, images[start : start + BATCH], seen)
        means.append(maps.mean(axis=(1, 2)) if maps.ndim == 4 else maps)
    return np.concatenate(means)


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


def confidence(reference: Reference, values: Floats) -> float:
    """How sure to be of the winner of `values`, (10,), the mean over views: 0 to 1.

    With the temperature of these weights, of all answers that are 80 % sure about 80 % are right.
    """
    return float(_temper(values[None], reference.temperature).max())


def known_numbers(dataset: Dataset) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which training pictures to compare with, (KNOWN,), and which were held out, (HELD_OUT,)."""
    parts = batches.split(len(dataset.train_images), len(dataset.train_images), 5000)
    return np.sort(parts.train[:KNOWN]), parts.validation[:HELD_OUT]


def fit_reference(trained: Trained, dataset: Dataset) -> Reference:
    """Look at some training and some held-out pictures with these weights: a second or two."""
    known, held_out = known_numbers(dataset)
    mean, whiten = _fit_gaussian(_activity(trained, dataset.train_images[known]))
    away = _mahalanobis(mean, whiten, _activity(trained, dataset.train_images[held_out]))
    seen = held_out[:AUGMENTED_COUNT]
    looks = [augmented(image) for image in dataset.train_images[seen]]
    answers = predict(NETWORKS[trained.network], trained.weights, np.concatenate(looks))
    means = answers.reshape(len(seen), -1, answers.shape[1]).mean(axis=1)
    temperature = _temperature(means, dataset.train_labels[seen])
    most = MARGIN * float(np.quantile(away, 1 - FALSE_ALARM_RATE))
    return Reference(mean, whiten, most, temperature)


def fit_reference_on(trained: Trained, data: str) -> Reference:
    """`fit_reference` on the data set of this name, for workers; DataError where there is none."""
    return fit_reference(trained, datasets.load(data))


def distances(trained: Trained, reference: Reference, images: NDArray[np.uint8]) -> Floats:
    """(n,): how far each of `images`, (n, 28, 28), is from what is usual."""
    return _mahalanobis(reference.mean, reference.whiten, _activity(trained, images))


def is_strange(trained: Trained, reference: Reference, image: NDArray[np.uint8]) -> bool:
    """Whether `image`, (28, 28), is farther from what is usual than nearly all held-out ones."""
    return bool(distances(trained, reference, image[None])[0] > reference.most)
