"""A network as a TensorFlow graph, and as a Keras model: what `trainer.py` differentiates.

It writes convolutions in two ways of its own, which give the same numbers as Keras' layers (tests
hold them within 1e-5) and make a step about twice as fast on CPUs without AVX-512, where oneDNN's
kernels for few channels are slow: see `_banded` and `_pooled`. Imported in workers, never in the
web process; nothing is trained here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import tensorflow as tf

from model.networks.architectures import INPUT_SHAPE, Network, layer_names
from model.networks.layers import (
    EPSILON,
    LEARNED,
    MOVING,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Pool,
)

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "linear": lambda x: x,
    "relu": tf.nn.relu,
    "tanh": tf.nn.tanh,
    "softmax": lambda logits: logits,  # the loss takes logits, which is more exact
}


def keras_model(network: Network) -> Any:
    """`network` as an untrained `keras.Sequential`, layers named as in `layer_names`."""
    import keras  # workers train without it

    makers: dict[type, Callable[[Any, str], Any]] = {
        Conv: lambda layer, name: keras.layers.Conv2D(
            layer.filters,
            layer.kernel,
            padding=layer.padding,
            activation=layer.activation,
            use_bias=layer.bias,
            name=name,
        ),
        Pool: lambda layer, name: getattr(keras.layers, f"{layer.kind.capitalize()}Pooling2D")(
            layer.size, name=name
        ),
        Flatten: lambda layer, name: keras.layers.Flatten(name=name),
        Dense: lambda layer, name: keras.layers.Dense(
            layer.units, activation=layer.activation, name=name
        ),
        BatchNorm: lambda layer, name: keras.Sequential(
            [
                keras.layers.BatchNormalization(epsilon=EPSILON),
                keras.layers.Activation(layer.activation),
            ],
            name=name,
        ),
        Dropout: lambda layer, name: keras.layers.Dropout(layer.rate, name=name),
    }
    layers = [
        makers[type(layer)](layer, name)
        for layer, name in zip(network.layers, layer_names(network), strict=True)
    ]
    return keras.Sequential([keras.Input(INPUT_SHAPE), *layers])


def _pad(x: Any, layer: Conv) -> Any:
    """Zeros around (n, h, w, c) where the convolution is "same"."""
    if layer.padding == "valid":
        return x
    before = (layer.kernel - 1) // 2
    pad = [before, layer.kernel - 1 - before]
    return tf.pad(x, [[0, 0], pad, pad, [0, 0]])


def _has_avx512() -> bool:
    file = Path("/proc/cpuinfo")
    return file.exists() and "avx512f" in file.read_text()


# Whether convolutions as matrix products are worth it. Without AVX-512 they halve the time of an
# epoch; with it TensorFlow's own take a third less than they do (article's recipe, 2 cores).
NARROW = not _has_avx512()


def _banded(x: Any, kernel: Any) -> Any:
    """Valid convolution of (n, h, w, c) as one matrix product per stack of rows.

    A convolution along a row is a product with a banded matrix that repeats the kernel along
    its diagonal. It wastes multiplications by zero, yet one large product beats a convolution
    with a single input channel by a factor of five. For few channels only.
    """
    size, _, channels, filters = kernel.shape
    height, width = x.shape[1] - size + 1, x.shape[2] - size + 1
    bands = np.stack([np.eye(x.shape[2], width, -i, np.float32) for i in range(size)])
    # (kernel row, c, filter, kernel column) @ (kernel column, w, w')
    rows = tf.reshape(tf.transpose(kernel, [0, 2, 3, 1]), [-1, size])
    matrix = tf.reshape(rows @ bands.reshape(size, -1), [size, channels, filters, -1, width])
    matrix = tf.reshape(tf.transpose(matrix, [0, 3, 1, 4, 2]), [-1, width * filters])
    x = tf.reshape(x, [-1, x.shape[1], x.shape[2] * channels])
    stacks = tf.concat([x[:, i : i + height] for i in range(size)], 2)  # (n, h', size * w * c)
    product = tf.reshape(stacks, [-1, stacks.shape[2]]) @ matrix
    return tf.reshape(product, [-1, height, width, filters])


def _pooled(x: Any, layer: Conv, pool: Pool, kernel: Any, bias: Any) -> Any:
    """Valid convolution, activation and pooling of (n, h, w, c) to (n, h', w', filters).

    The size * size neighbours that pooling joins become channels of one convolution with
    larger kernels and stride `size`. Average pooling is then a product with a small matrix.
    """
    size, members = pool.size, pool.size**2
    shifted = [
        tf.pad(kernel, [[i, size - 1 - i], [j, size - 1 - j], [0, 0], [0, 0]])
        for i in range(size)
        for j in range(size)
    ]
    x = tf.nn.conv2d(x, tf.concat(shifted, 3), size, "VALID")  # (n, h', w', members * filters)
    x = ACTIVATIONS[layer.activation](tf.nn.bias_add(x, tf.tile(bias, [members])))
    shape = [-1, *x.shape[1:3], layer.filters]
    if pool.kind == "max":
        return tf.reduce_max(tf.reshape(x, [-1, *x.shape[1:3], members, layer.filters]), 3)
    mean = np.tile(np.eye(layer.filters, dtype=np.float32) / members, (members, 1))
    return tf.reshape(tf.reshape(x, [-1, members * layer.filters]) @ mean, shape)


def _pool(x: Any, pool: Pool) -> Any:
    function = tf.nn.avg_pool2d if pool.kind == "average" else tf.nn.max_pool2d
    return function(x, pool.size, pool.size, "VALID")


def _divides(pool: Layer | None, x: Any, kernel: Any) -> bool:
    """Whether `pool` is a Pool that leaves no row or column over after a valid convolution."""
    outputs = [side - kernel.shape[0] + 1 for side in x.shape[1:3]]
    return isinstance(pool, Pool) and not any(side % pool.size for side in outputs)


@dataclass
class TrainingMode:
    """What is different while training: dropout by chance, and the batch's own statistics."""

    seed: Any  # (2,) int32, another for every batch
    moments: dict[str, Any] = field(default_factory=dict)  # the batch's mean and variance, by name
    dropouts: int = 0  # how many were met: each has its own chances

    def dropout(self, x: Any, rate: float) -> Any:
        """Zero a share of `x`; what is left grows, so that the sum stays as it was."""
        seed = tf.random.experimental.stateless_fold_in(self.seed, self.dropouts)
        self.dropouts += 1
        return tf.nn.experimental.stateless_dropout(x, rate, seed)

    def normalise(self, x: Any, name: str, gamma: Any, beta: Any) -> Any:
        """Batch normalisation of (n, h, w, c) with the mean and variance of this batch."""
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x, scale=gamma, offset=beta, mean=[], variance=[], epsilon=EPSILON
        )
        self.moments |= {f"{name}/mean": mean, f"{name}/variance": variance}
        return y


def logits(
    network: Network, weights: dict[str, Any], images: Any, mode: TrainingMode | None = None
) -> Any:
    """Images (n, 28, 28), uint8, to logits (n, 10); in training mode if there is a `mode`."""
    x = tf.reshape(tf.cast(images, tf.float32) / 255, [-1, *INPUT_SHAPE])
    layers = list(zip(layer_names(network), network.layers, strict=True))
    while layers:
        name, layer = layers.pop(0)
        follower = layers[0][1] if layers else None
        if isinstance(layer, Conv):
            x = _pad(x, layer)
            kernel = weights[f"{name}/kernel"]
            bias = weights[f"{name}/bias"] if layer.bias else tf.zeros(layer.filters)
            joined = NARROW and x.shape[3] > 1 and _divides(follower, x, kernel)
            if joined and isinstance(follower, Pool):
                x = _pooled(x, layer, follower, kernel, bias)
                layers.pop(0)
            else:
                convolve = _banded if NARROW and x.shape[3] == 1 else _plain
                x = ACTIVATIONS[layer.activation](tf.nn.bias_add(convolve(x, kernel), bias))
        else:
            x = _apply(layer, name, x, weights, mode)
    return x


def _apply(
    layer: Layer, name: str, x: Any, weights: dict[str, Any], mode: TrainingMode | None
) -> Any:
    """Any layer but a convolution."""
    match layer:
        case Pool():
            return _pool(x, layer)
        case Flatten():
            return tf.reshape(x, [-1, prod(x.shape[1:])])
        case Dense(_, activation):
            product = x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
            return ACTIVATIONS[activation](product)
        case Dropout(rate):
            return mode.dropout(x, rate) if mode else x
        case BatchNorm(activation):
            gamma, beta, mean, variance = (weights[f"{name}/{k}"] for k in (*LEARNED, *MOVING))
            if mode:
                y = mode.normalise(x, name, gamma, beta)
            else:
                y = tf.nn.batch_normalization(x, mean, variance, beta, gamma, EPSILON)
            return ACTIVATIONS[activation](y)


def _plain(x: Any, kernel: Any) -> Any:
    return tf.nn.conv2d(x, kernel, 1, "VALID")
