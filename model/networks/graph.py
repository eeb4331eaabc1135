"""A network as a TensorFlow graph, and as a Keras model: what `trainer.py` differentiates.

It writes convolutions in ways of its own, which give the same numbers as Keras' layers (tests hold
them within 1e-5) and take a third to a half of a step's time away. Which ways pay depends on the
processor. Without AVX-512 oneDNN's kernels for few channels are slow: see `_banded` and `_pooled`.
With it they are quick, but not for one channel, and not backwards: see `_folded` and `_plain`.
Imported in workers, never in the web process; nothing is trained here.
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


def _shifted(kernel: Any, size: int) -> Any:
    """(k, k, c, filters) as (k + size - 1, same, c, size * size * filters).

    Each of the size * size neighbours that pooling joins has filters of its own, shifted to it.
    """
    shifted = [
        tf.pad(kernel, [[i, size - 1 - i], [j, size - 1 - j], [0, 0], [0, 0]])
        for i in range(size)
        for j in range(size)
    ]
    return tf.concat(shifted, 3)


def _join(x: Any, layer: Conv, pool: Pool, bias: Any) -> Any:
    """Bias, activation and pooling of what `_shifted` filters give: (n, h, w, filters).

    Average pooling is then a product with a small matrix.
    """
    members = pool.size**2
    x = ACTIVATIONS[layer.activation](_add_bias(x, tf.tile(bias, [members])))
    shape = [-1, *x.shape[1:3], layer.filters]
    if pool.kind == "max":
        return tf.reduce_max(tf.reshape(x, [-1, *x.shape[1:3], members, layer.filters]), 3)
    mean = np.tile(np.eye(layer.filters, dtype=np.float32) / members, (members, 1))
    return tf.reshape(tf.reshape(x, [-1, members * layer.filters]) @ mean, shape)


def _pooled(x: Any, layer: Conv, pool: Pool, kernel: Any, bias: Any) -> Any:
    """Valid convolution, activation and pooling of (n, h, w, c) to (n, h', w', filters).

    The neighbours that pooling joins become channels of one convolution with larger kernels and
    stride `size`.
    """
    x = tf.nn.conv2d(x, _shifted(kernel, pool.size), pool.size, "VALID")
    return _join(x, layer, pool, bias)


def _folded(x: Any, layer: Conv, pool: Pool, kernel: Any, bias: Any) -> Any:
    """The same, where `_folds`: squares of `size` x `size` pixels are folded into channels first.

    The convolution then has a smaller kernel, no stride, and channels enough to keep the processor
    busy: with one channel it takes two and a half times as long.
    """
    size, kernel = pool.size, _shifted(kernel, pool.size)
    side, _, channels, members = kernel.shape
    side //= size
    kernel = tf.reshape(kernel, [side, size, side, size, channels, members])
    kernel = tf.transpose(kernel, [0, 2, 1, 3, 4, 5])
    kernel = tf.reshape(kernel, [side, side, size * size * channels, members])
    x = tf.nn.conv2d(_squares(x, size), kernel, 1, "VALID")
    return _join(x, layer, pool, bias)


def _squares(x: Any, size: int) -> Any:
    """(n, h, w, c) to (n, h / size, w / size, size * size * c): a square's pixels as channels.

    As tf.nn.space_to_depth, which takes four times as long.
    """
    _, height, width, channels = x.shape
    height, width = height // size, width // size
    x = tf.reshape(x, [-1, height, size, width, size * channels])
    x = tf.transpose(x, [0, 1, 3, 2, 4])
    return tf.reshape(x, [-1, height, width, size * size * channels])


def _pool(x: Any, pool: Pool) -> Any:
    function = tf.nn.avg_pool2d if pool.kind == "average" else tf.nn.max_pool2d
    return function(x, pool.size, pool.size, "VALID")


def _divides(pool: Layer | None, x: Any, kernel: Any) -> bool:
    """Whether `pool` is a Pool that leaves no row or column over after a valid convolution."""
    outputs = [side - kernel.shape[0] + 1 for side in x.shape[1:3]]
    return isinstance(pool, Pool) and not any(side % pool.size for side in outputs)


def _folds(pool: Layer | None, x: Any, kernel: Any) -> bool:
    """Whether picture and shifted kernel are whole squares of the pooling's size."""
    if not (isinstance(pool, Pool) and _divides(pool, x, kernel)):
        return False
    return not any(side % pool.size for side in (*x.shape[1:3], kernel.shape[0] - 1 + pool.size))


def _joined(pool: Layer | None, x: Any, kernel: Any) -> Callable[..., Any] | None:
    """The way to take a convolution of the padded `x` together with the pooling after it."""
    if NARROW:
        return _pooled if x.shape[3] > 1 and _divides(pool, x, kernel) else None
    return _folded if x.shape[3] == 1 and _folds(pool, x, kernel) else None


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
            kernel = weights[f"{name}/kernel"]
            bias = weights[f"{name}/bias"] if layer.bias else tf.zeros(layer.filters)
            padded = _pad(x, layer)
            if joined := _joined(follower, padded, kernel):
                x = joined(padded, layer, follower, kernel, bias)
                layers.pop(0)
            else:
                narrow = NARROW and x.shape[3] == 1
                x = _banded(padded, kernel) if narrow else _plain(x, kernel, layer.padding)
                x = ACTIVATIONS[layer.activation](_add_bias(x, bias))
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


def _plain(x: Any, kernel: Any, padding: str) -> Any:
    """TensorFlow's convolution; its gradient to `x` is a forward convolution, too.

    That one has the kernel turned by half a circle, and takes half the time of TensorFlow's.
    """
    beyond = kernel.shape[0] - 1
    before = beyond // 2 if padding == "same" else 0
    back = [beyond - before, before if padding == "same" else beyond]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def convolve(x: Any, kernel: Any) -> Any:
        def gradient(upstream: Any) -> tuple[Any, Any]:
            turned = tf.transpose(kernel[::-1, ::-1], [0, 1, 3, 2])
            to_kernel = tf.raw_ops.Conv2DBackpropFilter(
                input=x,
                filter_sizes=kernel.shape,
                out_backprop=upstream,
                strides=[1, 1, 1, 1],
                padding=padding.upper(),
            )
            to_x = tf.nn.conv2d(upstream, turned, 1, [[0, 0], back, back, [0, 0]])
            return to_x, to_kernel

        return tf.nn.conv2d(x, kernel, 1, padding.upper()), gradient

    return convolve(x, kernel)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _add_bias(x: Any, bias: Any) -> Any:
    """`x` + `bias`; the bias' gradient as a product with a row of ones, which is much quicker."""

    def gradient(upstream: Any) -> tuple[Any, Any]:
        rows = tf.reshape(upstream, [-1, upstream.shape[-1]])
        return upstream, tf.reshape(tf.ones([1, tf.shape(rows)[0]]) @ rows, [-1])

    return tf.nn.bias_add(x, bias), gradient
