"""Whether a picture looks like anything that the network learned from, and like what.

Softmax compares ten classes and cannot say "none of them". The first dense layer can: pictures of
clothes lie close to training pictures there, and digits, faces or scribbles do not (Sun and others,
"Out-of-distribution detection with deep nearest neighbors", 2022). How well, and how much better
than by energy or by the highest probability, `python -m benchmarks.unknown` tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model import batches
from model.checkpoint import Trained
from model.data import Dataset
from model.forward import Floats, forward, predict
from model.networks import NETWORKS, Dense, layer_names
from model.views import views

KNOWN = 4000  # training pictures to compare with; more find hardly closer ones, but take longer
HELD_OUT = 1000  # validation pictures that tell what a usual distance is
VIEWED = 250  # of them, those that tell how sure the mean over views may be
RANK = 5  # the similarity to the so many closest training picture counts
ALARMS = 0.01  # share of held-out pictures that are called strange
TEMPERATURES = np.geomspace(0.3, 5, 80)


@dataclass(frozen=True)
class Memory:
    """What a network makes of pictures whose class is known; made by `remember`."""

    trained: Trained
    numbers: NDArray[np.intp]  # (n,) which training pictures
    features: Floats  # (n, units), each of length 1
    least: float  # similarity to the fifth closest training picture; below it, one is strange
    temperature: float  # see `sureness`


@dataclass(frozen=True)
class Likeness:
    """What a picture looks like to the network."""

    numbers: NDArray[np.intp]  # the closest training pictures, closest first
    similarities: Floats  # cosine, -1 to 1
    strange: bool  # farther from them than nearly all held-out pictures


def _read(trained: Trained, images: NDArray[np.uint8]) -> Floats:
    """The first dense layer, (n, units), each row of length 1."""
    network = NETWORKS[trained.network]
    named = zip(layer_names(network), network.layers, strict=True)
    hidden = next(name for name, layer in named if isinstance(layer, Dense))
    parts = [
        forward(network, trained.weights, images[start : start + 256])[hidden]
        for start in range(0, len(images), 256)
    ]
    features = np.concatenate(parts)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-9))


def _closeness(known: Floats, features: Floats) -> Floats:
    """(n,): cosine of each row of `features`, (n, units), to the fifth closest of `known`."""
    return np.asarray(np.partition(features @ known.T, -RANK, axis=1)[:, -RANK])


def _tempered(values: Floats, temperature: float) -> Floats:
    """Probabilities, (n, 10), as if the logits had been divided by the temperature."""
    powers = np.maximum(values, 1e-12) ** (1 / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _temperature(values: Floats, labels: NDArray[np.integer]) -> float:
    """The temperature with the least cross-entropy (Guo and others, 2017)."""
    rows = np.arange(len(labels))

    def loss(temperature: float) -> float:
        return -float(np.log(_tempered(values, temperature)[rows, labels]).mean())

    return float(min(TEMPERATURES, key=loss))


def sureness(memory: Memory, values: Floats) -> float:
    """How sure to be of the winner of `values`, (10,), the mean over views: 0 to 1.

    With the temperature of these weights, of all answers that are 80 % sure about 80 % are right.
    """
    return float(_tempered(values[None], memory.temperature).max())


def remember(trained: Trained, dataset: Dataset) -> Memory:
    """Look at some training and some held-out pictures with these weights: about a second."""
    parts = batches.split(len(dataset.train_images), len(dataset.train_images), 5000)
    known, held_out = np.sort(parts.train[:KNOWN]), parts.validation[:HELD_OUT]
    features = _read(trained, dataset.train_images[known])
    usual = _closeness(features, _read(trained, dataset.train_images[held_out]))
    seen = held_out[:VIEWED]
    looks = [views(image) for image in dataset.train_images[seen]]
    answers = predict(NETWORKS[trained.network], trained.weights, np.concatenate(looks))
    means = answers.reshape(len(seen), -1, answers.shape[1]).mean(axis=1)
    temperature = _temperature(means, dataset.train_labels[seen])
    return Memory(trained, known, features, float(np.quantile(usual, ALARMS)), temperature)


def likeness(memory: Memory, image: NDArray[np.uint8], count: int = 6) -> Likeness:
    """The `count` training pictures that `image`, (28, 28), is closest to, and whether that is
    close at all."""
    similarities = memory.features @ _read(memory.trained, image[None])[0]
    order = np.argsort(-similarities)[: max(count, RANK)]
    nearest = similarities[order]
    strange = bool(nearest[RANK - 1] < memory.least)
    return Likeness(memory.numbers[order[:count]], nearest[:count], strange)


def similarities(memory: Memory, images: NDArray[np.uint8]) -> Floats:
    """(n,): how close each of `images`, (n, 28, 28), comes to training pictures; cosine."""
    return _closeness(memory.features, _read(memory.trained, images))
