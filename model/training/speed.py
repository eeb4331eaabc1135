"""How long training takes on this server, told before a run begins: from runs that trained here.

What is measured is a worker's time for one picture, by network and batch size. Where a network was
not measured yet, another one is, and its time grows with the products that a picture takes. Waiting
for workers is not in it: see `together`.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.networks.architectures import NETWORKS, multiplications
from model.training.batches import split
from model.training.recipes import Config

SCORING = 1 / 3  # of the time of training with a picture is for its answer alone


class Speeds:
    """What was measured on one server; of each kind of run the newest counts. For any thread."""

    def __init__(self) -> None:
        self._per_picture: dict[tuple[str, int], float] = {}  # seconds, by network and batch size

    def note(self, config: Config, per_batch: float) -> None:
        """A worker takes so many seconds for a batch of a run with these settings."""
        key = config.network, config.batch_size
        self._per_picture[key] = per_batch / config.batch_size

    def per_picture(self, config: Config) -> float | None:
        """Seconds that training with one picture takes a worker; None while nothing is known."""
        known = dict(self._per_picture)
        if not known:
            return None

        def distance(key: tuple[str, int]) -> tuple[bool, float, int]:
            # The network matters most; batches of 32 and of 128 differ by a third.
            network, batch_size = key
            other = abs(_products(network) - _products(config.network))
            return network != config.network, other, abs(batch_size - config.batch_size)

        nearest = min(known, key=distance)
        return known[nearest] * _products(config.network) / _products(nearest[0])

    def per_epoch(self, config: Config, pictures: int) -> float | None:
        """Seconds of a worker for an epoch, measuring its validation pictures included.

        `pictures` are all that there are to learn from. None while nothing is known.
        """
        one = self.per_picture(config)
        if one is None:
            return None
        parts = split(pictures, config.train_images, config.validation_images)
        return one * (len(parts.train) + SCORING * len(parts.validation))


def _products(network: str) -> int:
    return multiplications(NETWORKS[network])


def together(seconds: Sequence[float], workers: int) -> float:
    """How long runs take side by side that would take so many seconds each, if nobody else trains.

    Each has one worker at a time.
    """
    return max(*seconds, sum(seconds) / workers) if len(seconds) > 1 else sum(seconds)


def in_words(seconds: float) -> str:
    """A time as people say it, no more exactly than it is worth."""
    if seconds < 100:
        return _counted(max(1, round(seconds)), "second")
    if seconds < 100 * 60:
        return _counted(round(seconds / 60), "minute")
    return f"{seconds / 3600:.1f} hours"


def roughly(seconds: float) -> str:
    """The same for an estimate, which changes with every look."""
    step = 1 if seconds < 10 else 5 if seconds < 30 else 10
    return in_words(step * round(seconds / step))


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit if count == 1 else f'{unit}s'}"
