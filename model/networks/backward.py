"""A network's backward pass in NumPy, for one step of learning that people can follow.

It trains nothing: that is `graph.py`, which is far quicker. Batch normalisation and dropout are as
they are when the network answers, so that one picture is enough. Tests hold it equal to Keras.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from model.networks.architectures import Network, Weights
from model.networks.forward import Floats, Step, framed, walk
from model.networks.layers import EPSILON, BatchNorm, Conv, Dense, Flatten, Pool


@dataclass(frozen=True, eq=False)
class Backward:
    """What one picture says of the weights."""

    loss: float  # cross-entropy: minus the logarithm of the true class's probability
    probabilities: Floats  # (10,)
    errors: Floats  # (10,) gradient of the loss by the logits: probabilities minus one-hot label
    gradients: Weights  # of the loss by each weight that is learned, by name


def backward(
    network: Network, weights: Weights, image: NDArray[np.generic], label: int
) -> Backward:
    """The loss for one picture, (28, 28) with values 0 to 255, and its gradients.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors",
    1986. Raises OverflowError where the weights give numbers that are not finite.
    """
    steps = list(walk(network, weights, image[None]))
    probabilities = steps[-1].given[0]
    errors = probabilities - np.eye(len(probabilities), dtype=np.float32)[label]
    logits = steps[-1].sums[0]
    top = float(logits.max())
    loss = top + float(np.log(np.exp(logits - top).sum())) - float(logits[label])
    if not np.isfinite(loss):
        raise OverflowError("These weights give no finite numbers.")
    return Backward(loss, probabilities, errors, _back(steps, errors[None], weights))


def gradients(
    network: Network,
    weights: Weights,
    images: NDArray[np.generic],
    labels: NDArray[np.integer],
) -> Weights:
    """The gradient of the mean loss of some pictures, (n, 28, 28) and (n,), by each weight."""
    steps = list(walk(network, weights, images))
    probabilities = steps[-1].given
    right = np.eye(probabilities.shape[1], dtype=np.float32)[labels]
    return _back(steps, (probabilities - right) / np.float32(len(images)), weights)


def _back(steps: list[Step], errors: Floats, weights: Weights) -> Weights:
    """From the gradient by the logits, (n, 10), to those by the weights, summed over pictures."""
    found: Weights = {}
    flow = errors
    for step in reversed(steps):
        flow = _through_activation(step, flow)
        flow = _through(step, flow, weights, found)
    return found


def _through_activation(step: Step, flow: Floats) -> Floats:
    """From the gradient by what a layer gives to that by its sums. Softmax is done already."""
    match getattr(step.layer, "activation", "linear"):
        case "relu":
            return flow * (step.sums > 0)
        case "tanh":
            return flow * (1 - step.given**2)
    return flow


def _through(step: Step, flow: Floats, weights: Weights, gradients: Weights) -> Floats:
    """From the gradient by a layer's sums to that by what it takes; notes that by its weights."""
    name, x = step.name, step.taken
    match step.layer:
        case Conv():
            return _through_convolution(step, step.layer, flow, weights, gradients)
        case Pool(kind, size):
            return _through_pool(step, kind, size, flow)
        case Flatten():
            return flow.reshape(x.shape)
        case Dense():
            gradients[f"{name}/kernel"] = x.T @ flow
            gradients[f"{name}/bias"] = flow.sum(axis=0)
            return flow @ weights[f"{name}/kernel"].T
        case BatchNorm():
            spread = np.sqrt(weights[f"{name}/variance"] + np.float32(EPSILON))
            normal = (x - weights[f"{name}/mean"]) / spread
            gradients[f"{name}/gamma"] = (flow * normal).sum(axis=(0, 1, 2))
            gradients[f"{name}/beta"] = flow.sum(axis=(0, 1, 2))
            return np.asarray(flow * weights[f"{name}/gamma"] / spread)
    return flow


def _through_convolution(
    step: Step, layer: Conv, flow: Floats, weights: Weights, gradients: Weights
) -> Floats:
    """(n, h', w', filters) to (n, h, w, c)."""
    size, kernel = layer.kernel, weights[f"{step.name}/kernel"]
    x = framed(step.taken, size) if layer.padding == "same" else step.taken
    windows = sliding_window_view(x, (size, size), axis=(1, 2))  # (n, h', w', c, size, size)
    # of every number of a kernel: the sum over all places that it was multiplied at
    gradients[f"{step.name}/kernel"] = np.einsum("nhwcij,nhwf->ijcf", windows, flow, optimize=True)
    if layer.bias:
        gradients[f"{step.name}/bias"] = flow.sum(axis=(0, 1, 2))
    back = np.zeros_like(x)
    height, width = flow.shape[1:3]
    for i in range(size):
        for j in range(size):
            back[:, i : i + height, j : j + width] += flow @ kernel[i, j].T
    before, (_, rows, columns, _) = (size - 1) // 2, step.taken.shape
    if layer.padding == "same":
        back = back[:, before : before + rows, before : before + columns]
    return back


def _through_pool(step: Step, kind: str, size: int, flow: Floats) -> Floats:
    """Each square's gradient goes to its pixels alike, or to the first of its largest."""
    back = np.zeros_like(step.taken)
    n, height, width, channels = flow.shape
    squares = step.taken[:, : height * size, : width * size].reshape(
        n, height, size, width, size, channels
    )
    parts = squares.transpose(0, 1, 3, 5, 2, 4).reshape(n, height, width, channels, -1)
    if kind == "average":
        shares = np.full_like(parts, 1 / size**2)
    else:
        shares = np.eye(size**2, dtype=np.float32)[parts.argmax(axis=-1)]
    spread = (shares * flow[..., None]).reshape(n, height, width, channels, size, size)
    spread = spread.transpose(0, 1, 4, 2, 5, 3).reshape(n, height * size, width * size, channels)
    back[:, : height * size, : width * size] = spread
    return back
