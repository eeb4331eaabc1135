"""Where the network looked: what is lost when a part of the picture is covered.

After Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2013. It needs
only the forward pass, and knows neither pages nor colours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.networks.architectures import NETWORKS
from model.networks.forward import Floats, predict
from model.training.checkpoint import Trained

PATCH = 6  # pixels a side that are covered at once
STRIDE = 2  # pixels from one cover to the next


def occlusion(trained: Trained, image: NDArray[np.uint8], label: int) -> Floats:
    """How much of the probability of `label` each pixel of `image`, (28, 28), carries.

    (28, 28), from -1 to 1: the mean fall of the probability, in shares of 1, over all covers that
    hide the pixel. Covers are black, as the ground of the data set is, so hiding ground costs
    nothing. Below 0 the class gets likelier without the pixel.
    """
    height, width = image.shape
    corners = [
        (row, column)
        for row in range(1 - STRIDE, height, STRIDE)
        for column in range(1 - STRIDE, width, STRIDE)
    ]
    hidden = np.zeros((len(corners), height, width), np.bool_)
    for mask, (row, column) in zip(hidden, corners, strict=True):
        mask[max(row, 0) : row + PATCH, max(column, 0) : column + PATCH] = True
    touched = (hidden & (image > 0)).any(axis=(1, 2))  # the others change nothing
    images = np.concatenate([image[None], np.where(hidden[touched], 0, image)])
    values = predict(NETWORKS[trained.network], trained.weights, images)[:, label]
    falls = np.zeros(len(corners), np.float32)
    falls[touched] = values[0] - values[1:]
    total = np.tensordot(falls, hidden, axes=1)
    return np.asarray(total / hidden.sum(axis=0), np.float32)
