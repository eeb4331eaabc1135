"""Which learning rate to begin with: what a sweep through many of them showed, read.

A sweep trains on some batches, the rate a little higher for each (Smith, "Cyclical learning rates
for training neural networks", 2017, section 3.3). Where the loss falls most steeply, steps are
large and still lead down; that rate is suggested, as fastai's `lr_find` does by the name "steep".
Training itself is in `sweep.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.networks.architectures import NETWORKS, multiplications
from model.training.faults import why
from model.training.recipes import Config

LOWEST, HIGHEST = 1e-5, 1.0  # rates that are tried
MOST, LEAST = 120, 40  # batches of a sweep
WORK = 1e11  # products forwards, half a minute, beyond which a sweep has fewer batches
SECONDS = 60.0  # that one takes with the largest network, about
RECENT = 5  # batches whose mean tells that it is over
TOO_HIGH = 4.0  # times the lowest such mean
WIDTH = 0.125  # of the smoothing, a standard deviation, in powers of ten of the rate
FALL = 0.95  # a loss that stays above this share of its first has not fallen

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep showed, in its order."""

    rates: Floats  # (n,) rising
    losses: Floats  # (n,) mean cross-entropy of each batch before its step, all finite


def about(config: Config) -> Config:
    """The settings that a sweep depends on; the others, its own rate above all, as is usual.

    Settings with the same answer have the same sweep.
    """
    plain = Config()
    return replace(
        config,
        epochs=plain.epochs,
        learning_rate=plain.learning_rate,
        schedule=plain.schedule,
        averaging=plain.averaging,
        target_accuracy=plain.target_accuracy,
        patience=plain.patience,
    )


def rates(config: Config) -> Floats:
    """The rates that are tried, (n,), evenly in the logarithm."""
    one = multiplications(NETWORKS[config.network]) * config.batch_size
    return np.geomspace(LOWEST, HIGHEST, int(np.clip(WORK / one, LEAST, MOST))).astype(np.float32)


def over(losses: Floats) -> int | None:
    """After how many batches a sweep with these losses is over; None where it goes on."""
    lowest = np.inf
    for end in range(1, len(losses) + 1):
        if not np.isfinite(losses[end - 1]):
            return end - 1
        recent = float(losses[max(0, end - RECENT) : end].mean())
        lowest = min(lowest, recent)
        if recent > TOO_HIGH * lowest:
            return end
    return None


def smoothed(sweep: Sweep) -> NDArray[np.float64]:
    """The losses, (n,), each a mean of those at rates nearby, on both sides alike.

    A running mean would lag behind, and the steepest place of its curve lie at too high a rate.
    """
    places = np.log10(sweep.rates.astype(np.float64))
    weights = np.exp(-(((places[:, None] - places) / WIDTH) ** 2) / 2)
    means: NDArray[np.float64] = weights @ sweep.losses / weights.sum(axis=1)
    return means


def suggestion(sweep: Sweep) -> float | None:
    """The rate where the smoothed loss falls most steeply on its way to the lowest; one digit.

    None where it does not fall.
    """
    if len(sweep.rates) < 2:
        return None
    smooth = smoothed(sweep)
    lowest = int(smooth.argmin())
    if smooth[lowest] > FALL * smooth[0]:
        return None
    slopes = np.gradient(smooth, np.log10(sweep.rates.astype(np.float64)))
    return float(f"{sweep.rates[int(slopes[: lowest + 1].argmin())]:.0e}")


def failed(error: BaseException) -> str:
    """Why there is no sweep, in words for who asked for one."""
    return f"The learning rates could not be tried{why(error)}"
