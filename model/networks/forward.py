"""A network's forward pass in NumPy, layer by layer.

The web process predicts and looks inside networks with this module, so that it never has to
import TensorFlow. It cannot train. Tests hold it equal to Keras within 1e-5.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from model.networks.architectures import INPUT_SHAPE, Network, Weights, layer_names
from model.networks.layers import EPSILON, BatchNorm, Conv, Dense, Dropout, Flatten, Layer, Pool

Floats = NDArray[np.float32]
BATCH = 8  # pictures at a time: their patches, 4 MB at most, fit a cache better than those of 32


def softmax(logits: Floats) -> Floats:
    """Probabilities (n, classes) from logits (n, classes); every row sums to 1."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "softmax": softmax,
}


def framed(x: Floats, size: int) -> Floats:
    """(n, h, w, c) with zeros around, so that each pixel is the middle of a patch of this size."""
    n, height, width, channels = x.shape
    before = (size - 1) // 2
    framed = np.zeros((n, height + size - 1, width + size - 1, channels), x.dtype)
    framed[:, before : before + height, before : before + width] = x
    return framed


def _convolve(x: Floats, layer: Conv, kernel: Floats) -> Floats:
    """(n, h, w, c) to (n, h', w', filters): every patch as a row, times the kernels."""
    if layer.padding == "same":
        x = framed(x, layer.kernel)
    windows = sliding_window_view(x, (layer.kernel, layer.kernel), axis=(1, 2))
    patches = windows.transpose(0, 1, 2, 4, 5, 3)  # (n, h', w', kernel, kernel, c)
    rows = patches.reshape(-1, kernel[..., 0].size)
    product: Floats = rows @ kernel.reshape(-1, layer.filters)
    return product.reshape(*patches.shape[:3], layer.filters)


def _pool(x: Floats, layer: Pool) -> Floats:
    """(n, h, w, c) to (n, h // size, w // size, c); rows and columns left over are dropped."""
    size = layer.size
    height, width = x.shape[1] // size * size, x.shape[2] // size * size
    join = np.add if layer.kind == "average" else np.maximum
    # Each part has one pixel of every square: to join a few of them is quicker than squares.mean.
    parts = [x[:, i:height:size, j:width:size] for i in range(size) for j in range(size)]
    pooled: Floats = functools.reduce(join, parts)
    return pooled * np.float32(1 / size**2) if layer.kind == "average" else pooled


def _apply(layer: Layer, name: str, x: Floats, weights: Weights) -> Floats:
    """One layer without its activation."""
    match layer:
        case Conv():
            x = _convolve(x, layer, weights[f"{name}/kernel"])
            return x + weights[f"{name}/bias"] if layer.bias else x
        case Pool():
            return _pool(x, layer)
        case Flatten():
            return x.reshape(len(x), -1)
        case Dense():
            return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
        case BatchNorm():
            return _normalise(x, name, weights)
        case Dropout():
            return x


def _normalise(x: Floats, name: str, weights: Weights) -> Floats:
    """Channels of (n, h, w, c) shifted and stretched as training found it best."""
    spread = np.sqrt(weights[f"{name}/variance"] + np.float32(EPSILON))
    factor = weights[f"{name}/gamma"] / spread
    normal: Floats = x * factor + (weights[f"{name}/beta"] - weights[f"{name}/mean"] * factor)
    return normal


def scale(images: NDArray[np.generic]) -> Floats:
    """What every network is fed: (n, 28, 28) with values 0 to 255, as (n, 28, 28, 1) in 0 to 1."""
    return images.astype(np.float32)[..., None] / np.float32(255)


@dataclass(frozen=True, eq=False)
class Step:
    """One layer on its way through the network."""

    name: str
    layer: Layer
    taken: Floats  # (n, ...) what goes in
    sums: Floats  # (n, ...) before the activation; the same as `given` where a layer has none
    given: Floats  # (n, ...) what comes out


def walk(network: Network, weights: Weights, images: NDArray[np.generic]) -> Iterator[Step]:
    """Each layer in order, for `images`, (n, 28, 28) with values from 0 to 255."""
    x = scale(images)
    for name, layer in zip(layer_names(network), network.layers, strict=True):
        sums = given = _apply(layer, name, x, weights)
        if isinstance(layer, Conv | Dense | BatchNorm):
            given = ACTIVATIONS[layer.activation](sums)
        yield Step(name, layer, x, sums, given)
        x = given


def _walk(
    network: Network, weights: Weights, images: NDArray[np.generic]
) -> Iterator[tuple[str, Floats]]:
    """Each layer's name and output in order; what nobody keeps of them is let go at once."""
    yield "input", scale(images)
    for step in walk(network, weights, images):
        if step.name == layer_names(network)[-1]:
            yield "logits", step.sums
        yield step.name, step.given


def forward(network: Network, weights: Weights, images: NDArray[np.generic]) -> dict[str, Floats]:
    """Every layer's output for `images`, (n, 28, 28) with values from 0 to 255.

    Keys are "input" (n, 28, 28, 1), the layers' names in order, and "logits" (n, 10), the last
    layer before its softmax.
    """
    return dict(_walk(network, weights, images))


def largest(network: Network, weights: Weights) -> float:
    """No number in the forward pass of any picture is larger than this; infinite, or NaN, where
    that cannot be told.

    Every layer's output is largest for a white picture and weights that all point the same way.
    """
    same = {name: -abs(array) if "/mean" in name else abs(array) for name, array in weights.items()}
    with np.errstate(all="ignore"):
        outputs = forward(network, same, np.full((1, *INPUT_SHAPE[:2]), 255, np.uint8))
    return float(max(output.max() for output in outputs.values()))


def output(
    network: Network, weights: Weights, images: NDArray[np.generic], name: str, batch: int = BATCH
) -> Floats:
    """The output, (n, ...), of the layer of this name for `images`, (n, 28, 28) and n > 0.

    Goes through `batch` pictures at a time and no farther than that layer, so that memory stays
    small for any n.
    """
    parts = []
    for start in range(0, len(images), batch):
        walk = _walk(network, weights, images[start : start + batch])
        parts.append(next(x for layer, x in walk if layer == name))
    return np.concatenate(parts)


def predict(
    network: Network, weights: Weights, images: NDArray[np.generic], batch: int = BATCH
) -> Floats:
    """Probabilities (n, 10) for `images`, (n, 28, 28) with values from 0 to 255; see `output`."""
    if not len(images):
        return np.zeros((0, 10), np.float32)
    return output(network, weights, images, layer_names(network)[-1], batch)
