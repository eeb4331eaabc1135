"""The networks, each described once, as plain data.

From a description come the shapes and parameter counts that pages show, the NumPy forward
pass (`forward.py`), the Keras model and the training graph (`graph.py`) and the Keras code that
a learner can copy (`keras_code`). This module does no arithmetic on pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from model.networks.layers import (
    LEARNED,
    MOVING,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Pool,
    Shape,
    keras_line,
    output_shape,
)

Weights = dict[str, NDArray[np.float32]]

INPUT_SHAPE: Shape = (28, 28, 1)  # height, width, channels
CLASS_COUNT = 10


@dataclass(frozen=True)
class Network:
    """One entry of NETWORKS. The last layer is Dense with softmax over the ten classes."""

    label: str
    story: str
    layers: tuple[Layer, ...]


def _modern(filters: int) -> tuple[Conv, BatchNorm]:
    return Conv(filters, 3, "same", "linear", bias=False), BatchNorm("relu")


def _pair(filters: int) -> tuple[Conv, Conv, Pool]:
    return Conv(filters, 3, "same", "relu"), Conv(filters, 3, "same", "relu"), Pool("max")


NETWORKS: dict[str, Network] = {
    "lenet": Network(
        "LeNet",
        "The article's LeNet: two convolutions find edges and textures, pooling shrinks the "
        "picture, three dense layers decide.",
        (
            Conv(6, 5, "same", "relu"),
            Pool("average"),
            Conv(16, 5, "same", "relu"),
            Pool("average"),
            Flatten(),
            Dense(120, "relu"),
            Dense(84, "relu"),
            Dense(10, "softmax"),
        ),
    ),
    "lenet-1998": Network(
        "LeNet-5 (1998)",
        "Closer to the original of 1998: tanh instead of ReLU, and a second convolution "
        "without padding, so there are fewer weights.",
        (
            Conv(6, 5, "same", "tanh"),
            Pool("average"),
            Conv(16, 5, "valid", "tanh"),
            Pool("average"),
            Flatten(),
            Dense(120, "tanh"),
            Dense(84, "tanh"),
            Dense(10, "softmax"),
        ),
    ),
    "lenet-modern": Network(
        "Modern LeNet",
        (
            "LeNet as it might be built today, with fewer weights: more layers with small "
            "kernels, max pooling, batch normalisation (it keeps the numbers between "
            "layers in a good range) and dropout (the network practises with some numbers "
            "missing). It trains more slowly, and is better at pictures from outside the "
            "data set."
        ),
        (
            *_modern(16),
            *_modern(16),
            Pool("max"),
            *_modern(32),
            *_modern(32),
            Pool("max"),
            *_modern(48),
            *_modern(48),
            Pool("max"),
            Flatten(),
            Dropout(0.3),
            Dense(120, "relu"),
            Dropout(0.3),
            Dense(10, "softmax"),
        ),
    ),
    "vgg-small": Network(
        "Small VGG",
        "Built like VGG-16 of 2014, for 28 × 28 pixels: pairs of 3 × 3 convolutions, each pair "
        "followed by max pooling. VGG-16 itself has 138 million parameters.",
        (
            *_pair(16),
            *_pair(32),
            *_pair(64),
            Flatten(),
            Dense(128, "relu"),
            Dropout(0.3),
            Dense(10, "softmax"),
        ),
    ),
    "mlp": Network(
        "Plain neural network",
        "No convolutions: LeNet's three dense layers look at all 784 pixels at once. Train it "
        "to see what the convolutions are worth.",
        (Flatten(), Dense(120, "relu"), Dense(84, "relu"), Dense(10, "softmax")),
    ),
}


def layer_names(network: Network) -> tuple[str, ...]:
    """A name per layer, counted per kind: conv1, pool1, conv2, ..., flatten1, dense1, ..."""
    names: list[str] = []
    for layer in network.layers:
        kind = type(layer).__name__.lower()
        names.append(f"{kind}{sum(name.startswith(kind) for name in names) + 1}")
    return tuple(names)


def output_shapes(network: Network) -> tuple[Shape, ...]:
    """The output shape of every layer, in order, without the batch axis."""
    shapes: list[Shape] = []
    for layer in network.layers:
        shapes.append(output_shape(layer, shapes[-1] if shapes else INPUT_SHAPE))
    return tuple(shapes)


def weight_shapes(network: Network) -> dict[str, Shape]:
    """Shapes of all weights by name, in the order of the layers.

    Kernels are (height, width, channels in, filters) or (inputs, units), as in Keras.
    """
    shapes: dict[str, Shape] = {}
    inputs = (INPUT_SHAPE, *output_shapes(network))
    for name, layer, shape in zip(layer_names(network), network.layers, inputs, strict=False):
        match layer:
            case Conv(filters, kernel, _, _, bias):
                shapes[f"{name}/kernel"] = (kernel, kernel, shape[2], filters)
                if bias:
                    shapes[f"{name}/bias"] = (filters,)
            case Dense(units):
                shapes[f"{name}/kernel"] = (shape[0], units)
                shapes[f"{name}/bias"] = (units,)
            case BatchNorm():
                names = (*LEARNED, *MOVING)
                shapes |= {f"{name}/{part}": shape[-1:] for part in names}
    return shapes


def parameter_counts(network: Network) -> dict[str, int]:
    """The number of trainable parameters of every layer, by layer name."""
    counts = dict.fromkeys(layer_names(network), 0)
    for name, shape in weight_shapes(network).items():
        layer, part = name.split("/")
        counts[layer] += prod(shape) * (part not in MOVING)
    return counts


@lru_cache
def multiplications(network: Network) -> int:
    """How many products one picture's forward pass takes: each kernel's weights, at each place."""
    shapes = weight_shapes(network)
    places = zip(layer_names(network), output_shapes(network), strict=True)
    kernels = ((f"{name}/kernel", prod(shape[:-1])) for name, shape in places)
    return sum(prod(shapes[name]) * count for name, count in kernels if name in shapes)


def initial_weights(network: Network, seed: int) -> Weights:
    """Weights before training: Keras' defaults (Glorot uniform kernels, zero biases).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", 2010.
    """
    rng = np.random.default_rng((seed, 0x1E7E7))
    weights: Weights = {}
    for name, shape in weight_shapes(network).items():
        area = prod(shape[:-2])  # how many pixels a kernel covers; 1 for a dense layer
        limit = np.sqrt(6 / (area * sum(shape[-2:]))) if name.endswith("kernel") else 0.0
        weights[name] = rng.uniform(-limit, limit, shape).astype(np.float32)
        if name.endswith(("gamma", "variance")):
            weights[name] += 1
    return weights


def to_vector(weights: Weights) -> NDArray[np.float32]:
    """All weights as one row of numbers, (parameters,), in the order of their names' layers."""
    return np.concatenate([array.ravel() for array in weights.values()])


def from_vector(network: Network, vector: NDArray[np.float32]) -> Weights:
    """The inverse of `to_vector`: views into `vector`, (parameters,), by name."""
    shapes = weight_shapes(network)
    ends = np.cumsum([prod(shape) for shape in shapes.values()])
    parts = np.split(vector, ends[:-1])
    return {name: part.reshape(shapes[name]) for name, part in zip(shapes, parts, strict=True)}


def keras_code(network: Network) -> str:
    """A complete Keras script that builds, trains and tests `network` on Fashion-MNIST.

    It can be pasted into any notebook; it needs nothing of this project.
    """
    layers = "\n".join(f"    layers.{keras_line(layer)}," for layer in network.layers)
    return f"""\
import keras
from keras import layers

(train_images, train_labels), (test_images, test_labels) = keras.datasets.fashion_mnist.load_data()
train_images, test_images = train_images / 255.0, test_images / 255.0

model = keras.Sequential([
    keras.Input(shape={INPUT_SHAPE}),
{layers}
])
model.summary()
model.compile(
    optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
model.fit(train_images[..., None], train_labels, batch_size=32, epochs=30)
model.evaluate(test_images[..., None], test_labels)
"""
