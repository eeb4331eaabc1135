"""The kinds of layers, as plain data: what each is called, and the shape that it makes.

A new kind has an entry here, in `architectures.weight_shapes` if it learns, and its arithmetic in
`forward.py` (NumPy) and `graph.py` (TensorFlow).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

Shape = tuple[int, ...]
Activation = Literal["linear", "relu", "tanh", "softmax"]


@dataclass(frozen=True)
class Conv:
    """Convolution with stride 1 and square kernels."""

    filters: int
    kernel: int
    padding: Literal["same", "valid"]
    activation: Activation
    bias: bool = True  # a number per filter; BatchNorm takes it away again, so none before it


@dataclass(frozen=True)
class Pool:
    """Pooling over squares that do not overlap."""

    kind: Literal["average", "max"]
    size: int = 2


@dataclass(frozen=True)
class Flatten:
    """Height x width x channels as one long row of numbers."""


@dataclass(frozen=True)
class Dense:
    """Every input joined to every unit."""

    units: int
    activation: Activation


@dataclass(frozen=True)
class BatchNorm:
    """Brings every channel of (height, width, channels) to mean 0 and spread 1, then to what it
    learns to be best (Ioffe and Szegedy, "Batch normalization", 2015)."""

    activation: Activation


@dataclass(frozen=True)
class Dropout:
    """While training, sets this share of the numbers to zero by chance, and none afterwards
    (Srivastava and others, "Dropout", 2014)."""

    rate: float


Layer = Conv | Pool | Flatten | Dense | BatchNorm | Dropout
EPSILON = 1e-3  # added to a variance before its root is taken, as in Keras
# Weights of BatchNorm, a number per channel each: those that gradients change, and averages of
# what came along while training, which are no parameters to learn.
LEARNED, MOVING = ("gamma", "beta"), ("mean", "variance")


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """The shape that `layer` makes of one input of `shape` (both without the batch axis)."""
    match layer:
        case Conv(filters, kernel, padding):
            lost = kernel - 1 if padding == "valid" else 0
            return (shape[0] - lost, shape[1] - lost, filters)
        case Pool(_, size):
            return (shape[0] // size, shape[1] // size, shape[2])
        case Flatten():
            return (prod(shape),)
        case Dense(units):
            return (units,)
        case BatchNorm() | Dropout():
            return shape


def keras_line(layer: Layer) -> str:
    """One layer as a line of Keras code."""
    match layer:
        case Conv(filters, kernel, padding, activation, bias):
            without = "" if bias else ", use_bias=False"
            return (
                f'Conv2D({filters}, {kernel}, padding="{padding}", activation="{activation}"'
                f"{without})"
            )
        case Pool(kind, size):
            return f"{kind.capitalize()}Pooling2D({size})"
        case Flatten():
            return "Flatten()"
        case Dense(units, activation):
            return f'Dense({units}, activation="{activation}")'
        case BatchNorm(activation):
            return f'BatchNormalization(),\n    layers.Activation("{activation}")'
        case Dropout(rate):
            return f"Dropout({rate})"
