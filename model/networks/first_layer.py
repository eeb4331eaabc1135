"""The weights that meet the picture itself, as little pictures. Deeper ones cannot be seen so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.networks.architectures import INPUT_SHAPE, Network, Weights, layer_names
from model.networks.layers import Conv, Dense, Layer

MOST_FILTERS = 16
MOST_UNITS = 6  # each as large as the picture
JOINED = 2  # rows and columns of a unit's weights that become one: it is seen better, and smaller


def first_layer(network: Network) -> tuple[str, Layer]:
    """Name and record of the first layer that looks at pixels: a Conv or a Dense."""
    layers = zip(layer_names(network), network.layers, strict=True)
    return next((name, layer) for name, layer in layers if isinstance(layer, Conv | Dense))


def first_kernels(network: Network, weights: Weights) -> NDArray[np.float64]:
    """How the first layer weighs pixels, (n, height, width), of its first filters or units.

    A convolution's filters are as they are. A dense layer's unit weighs the whole picture; of its
    weights each square of JOINED x JOINED is shown as its mean. (0, 1, 1) where that makes no
    picture, because there is something else before the layer.
    """
    name, layer = first_layer(network)
    kernel = weights[f"{name}/kernel"].astype(np.float64)
    height, width, channels = INPUT_SHAPE
    if isinstance(layer, Conv) and kernel.shape[2] == channels:
        return kernel[:, :, 0, :MOST_FILTERS].transpose(2, 0, 1)
    if isinstance(layer, Dense) and len(kernel) == height * width:
        squares = (height // JOINED, JOINED, width // JOINED, JOINED)
        return np.asarray(kernel[:, :MOST_UNITS].T.reshape(-1, *squares).mean(axis=(2, 4)))
    return np.zeros((0, 1, 1))
