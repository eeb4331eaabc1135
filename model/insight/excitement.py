"""Which pictures excite a filter most, and where in them: what it looks for, by example.

The strongest place of each map, for every test picture, is computed in a worker, some pictures at a
time; what is kept are the best few for each filter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.networks.architectures import NETWORKS
from model.networks.forward import walk
from model.training.checkpoint import Trained

MOST = 12  # pictures for each filter
BATCH = 50  # pictures at a time: 4 MB of maps where there are 16 of 28 x 28


@dataclass(frozen=True, eq=False)
class Excitement:
    """For each filter of one layer the test pictures that excite it most, the strongest first."""

    pictures: NDArray[np.int32]  # (filters, MOST) numbers among the test pictures
    values: NDArray[np.float32]  # (filters, MOST) what the filter gives at its strongest place
    places: NDArray[np.int16]  # (filters, MOST, 2) row and column of that place in its map


def fit_excitement_on(trained: Trained, data: str, layer: str) -> Excitement:
    """Look through the test pictures of a data set, a key of `datasets.NAMES`."""
    return excitement(trained, datasets.load(data).test_images, layer)


def excitement(trained: Trained, images: NDArray[np.uint8], layer: str) -> Excitement:
    """The same for any pictures, (n, 28, 28). Raises KeyError where no layer has this name."""
    values, places = zip(
        *(
            _strongest(trained, images[at : at + BATCH], layer)
            for at in range(0, len(images), BATCH)
        ),
        strict=True,
    )
    strongest, place = np.concatenate(values), np.concatenate(places)
    order = np.argsort(-strongest, axis=0, kind="stable")[:MOST]  # (MOST, filters)
    filters = np.arange(strongest.shape[1])
    return Excitement(
        order.T.astype(np.int32),
        strongest[order, filters].T.astype(np.float32),
        place[order, filters].transpose(1, 0, 2).astype(np.int16),
    )


def _strongest(
    trained: Trained, images: NDArray[np.uint8], layer: str
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Of every map its largest number, (n, filters), and where that is, (n, filters, 2)."""
    for step in walk(NETWORKS[trained.network], trained.weights, images):
        if step.name == layer:
            n, _, width, filters = step.given.shape
            flat = step.given.reshape(n, -1, filters)
            at = flat.argmax(axis=1)
            return flat.max(axis=1), np.stack([at // width, at % width], axis=-1)
    raise KeyError(layer)
