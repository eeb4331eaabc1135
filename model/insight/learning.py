"""One step of learning from one picture: what each weight is told, and what becomes of the answer.

It is plain gradient descent, the simplest rule there is; the optimizers that train do a little more
with the same gradients. Nothing is kept: the network in use stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.networks.architectures import Network, Weights
from model.networks.backward import Backward, backward
from model.networks.forward import Floats, predict

RATES = (0.0, 1.0)  # learning rates: above the lowest, at most the highest


@dataclass(frozen=True, eq=False)
class Lesson:
    """The network before and after it learned from one picture, once."""

    told: Backward
    after: Weights
    answer: Floats  # (10,) probabilities after the step


def learn(
    network: Network, weights: Weights, image: NDArray[np.uint8], label: int, rate: float
) -> Lesson:
    """Weights minus `rate` times their gradients. Raises ValueError for a rate out of range, and
    OverflowError where the weights give numbers that are not finite."""
    if not RATES[0] < rate <= RATES[1]:
        raise ValueError("The learning rate must be above 0, and 1 at most.")
    told = backward(network, weights, image, label)
    step = np.float32(rate)
    after = {
        name: array - step * told.gradients[name] if name in told.gradients else array
        for name, array in weights.items()
    }
    return Lesson(told, after, predict(network, after, image[None])[0])
