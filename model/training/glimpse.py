"""A glimpse of a network in training: its answers to a few pictures, and its first weights.

A worker takes one with each slice, so that a page that follows the run has nothing to compute:
for thirty learners that would be up to a fifth of a core. It is made in NumPy, and by the web
process in the same way where no slice has told yet: before the first one, or after a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.networks.architectures import CLASS_COUNT, NETWORKS, Weights
from model.networks.first_layer import first_kernels
from model.networks.forward import predict
from model.training.batches import split
from model.training.recipes import Config

NO_ANSWER = -1  # the network's numbers have grown beyond all bounds
STEPS = 127  # of a weight's size, in one byte with its sign


@dataclass(frozen=True, eq=False)
class Watched:
    """The pictures that a run is watched on, the same from its beginning to its end."""

    images: NDArray[np.uint8]  # (n, 28, 28), n is 10 unless a class has no picture there
    labels: NDArray[np.uint8]  # (n,) true classes, each once, ascending
    held_out: bool  # the network does not learn from them


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A network at one moment, in a few hundred bytes."""

    step: int  # batches trained
    answers: NDArray[np.int8]  # (n,) the class that each watched picture is taken for, or NO_ANSWER
    sure: NDArray[np.uint8]  # (n,) the probability of that class, in percent
    kernels: NDArray[np.int8]  # (m, height, width) first weights, in parts of `largest` / STEPS
    largest: float  # size of the largest of them


@dataclass(frozen=True, eq=False)
class Batch:
    """One batch as the network saw it, and what it made of it before it learned from it."""

    step: int  # batches trained, this one included
    size: int  # pictures in the batch; the first MOST_SEEN of them are told
    images: NDArray[np.uint8]  # (n, 28, 28) changed at random as the settings say
    labels: NDArray[np.uint8]  # (n,)
    answers: NDArray[np.int8]  # (n,) the likeliest class, or NO_ANSWER
    losses: NDArray[np.float32]  # (n,) each one's part of the batch's loss


MOST_SEEN = 32  # pictures of a batch


def seen_in_batch(
    config: Config,
    weights: Weights,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    step: int,
) -> Batch:
    """What `weights` make of a batch, (n, 28, 28) and (n,), of the run's batch number `step`.

    Dropout leaves out nothing here, and batch normalisation takes its averages: where a network has
    these, its training sees the batch a little differently.
    """
    network = NETWORKS[config.network]
    first, known = images[:MOST_SEEN], labels[:MOST_SEEN]
    with np.errstate(all="ignore"):
        probabilities = predict(network, weights, first)
        right = probabilities[np.arange(len(first)), known]
        losses = -np.log(np.maximum(right, np.finfo(np.float32).tiny))
    finite = np.isfinite(probabilities).all(axis=1)
    answers = np.where(finite, probabilities.argmax(axis=1), NO_ANSWER).astype(np.int8)
    return Batch(step, len(images), first, known, answers, losses.astype(np.float32))


def watched(config: Config) -> Watched:
    """One picture of each class, of those held out, or of those to learn from if none are.

    Raises DataError where the data set is not on this computer.
    """
    return _watched(config.data, config.train_images, config.validation_images)


@lru_cache(maxsize=16)
def _watched(data: str, train_images: int, validation_images: int) -> Watched:
    pictures = datasets.load(data)
    parts = split(len(pictures.train_labels), train_images, validation_images)
    held_out = len(parts.validation) > 0
    order = parts.validation if held_out else parts.train
    labels = pictures.train_labels[order]
    classes = [label for label in range(CLASS_COUNT) if (labels == label).any()]
    first = order[[int((labels == label).argmax()) for label in classes]]
    return Watched(pictures.train_images[first], pictures.train_labels[first], held_out)


def glimpse(config: Config, weights: Weights, step: int) -> Glimpse:
    """What `weights` make of the watched pictures; DataError as for `watched`."""
    network = NETWORKS[config.network]
    with np.errstate(all="ignore"):  # weights may be beyond all numbers
        probabilities = predict(network, weights, watched(config).images)
        kernels, largest = _quantised(first_kernels(network, weights))
    known = np.isfinite(probabilities).all(axis=1)
    answers = np.where(known, probabilities.argmax(axis=1), NO_ANSWER).astype(np.int8)
    percent = np.where(known, 100 * probabilities.max(axis=1), 0)
    return Glimpse(step, answers, percent.round().astype(np.uint8), kernels, largest)


def _quantised(kernels: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """Numbers in parts of the largest one; it is 0 where there is none."""
    kernels = np.nan_to_num(kernels)
    largest = float(np.abs(kernels).max(initial=0))
    parts = kernels / largest * STEPS if largest else kernels
    return parts.round().astype(np.int8), largest
