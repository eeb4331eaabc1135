"""What experts watch in training: the gradient, units that are dead, how the weights are spread.

It is measured on the weights that a run kept, after each epoch say; training itself stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.networks.architectures import NETWORKS, Network, Weights
from model.networks.backward import gradients
from model.networks.forward import walk
from model.training.checkpoint import Trained

SEEN, LEARNED = 200, 32  # pictures: for which a unit is dead, and whose gradient is taken
REACH, BINS = 0.5, 25  # weights from -REACH to REACH in so many bins; the outer ones have the rest


@dataclass(frozen=True, eq=False)
class Gauge:
    """A network at one moment."""

    gradient: float  # length of the mean gradient of LEARNED training pictures, over all weights
    dead: dict[str, float]  # by layer with ReLU: share of its maps or units that are always 0
    spread: dict[str, NDArray[np.int64]]  # by layer: weights in each bin, (BINS,)


def fit_gauge(trained: Trained) -> Gauge:
    """On the training pictures of its data set; DataError where that is missing."""
    pictures = datasets.load(trained.config.data)
    images, labels = pictures.train_images[:SEEN], pictures.train_labels[:LEARNED]
    return gauge(NETWORKS[trained.network], trained.weights, images, labels)


def gauge(
    network: Network,
    weights: Weights,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
) -> Gauge:
    """For images, (n, 28, 28), of which the first have these labels, (m,)."""
    with np.errstate(all="ignore"):
        found = gradients(network, weights, images[: len(labels)], labels)
        dead = {
            step.name: float((step.given.reshape(-1, step.given.shape[-1]).max(axis=0) <= 0).mean())
            for step in walk(network, weights, images)
            if getattr(step.layer, "activation", "") == "relu"
        }
        length = float(np.sqrt(sum(float((array**2).sum()) for array in found.values())))
    return Gauge(length, dead, {name: _spread(array) for name, array in _kernels(weights).items()})


def middles() -> NDArray[np.float64]:
    """Of the bins, (BINS,)."""
    edges = np.linspace(-REACH, REACH, BINS + 1)
    return np.asarray((edges[1:] + edges[:-1]) / 2)


def _kernels(weights: Weights) -> Weights:
    return {
        name.removesuffix("/kernel"): array
        for name, array in weights.items()
        if name.endswith("/kernel")
    }


def _spread(array: NDArray[np.float32]) -> NDArray[np.int64]:
    inside = np.clip(np.nan_to_num(array.ravel()), -REACH, REACH)
    return np.histogram(inside, BINS, (-REACH, REACH))[0].astype(np.int64)
