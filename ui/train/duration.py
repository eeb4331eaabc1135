"""How long a run would take on this server, said beside the button that starts it."""

from __future__ import annotations

from model import server
from model.data.datasets import DataError
from model.training.recipes import Config

NOT_KNOWN = "How long it takes is not known yet: the first run on this server measures it."
PRECISE_SECONDS = 100  # below, a time is told in seconds
PRECISE_MINUTES = 100  # below, in minutes


def sentence(config: Config) -> str:
    """An epoch and the whole run in words, as far as this server has measured; sound settings."""
    try:
        epoch = server.runs().seconds_per_epoch(config)
    except DataError:  # "Start training" tells it
        return ""
    if epoch is None:
        return NOT_KNOWN
    told = f"About {words(epoch)} an epoch here"
    if config.epochs > 1:
        may_end_early = config.patience or config.target_accuracy
        told += f", {'at most ' if may_end_early else ''}{words(epoch * config.epochs)} in all"
    return f"{told}.{_shared()}"


def _shared() -> str:
    """Whether others have the workers, so that it takes longer."""
    training = server.runs().training()
    if training < server.runs().workers:
        return ""
    others = "Another run trains" if training == 1 else f"{training} other runs train"
    return f" {others} now: beside {'it' if training == 1 else 'them'} it takes longer."


def words(seconds: float) -> str:
    """A time, no more exactly than it can be known before."""
    if seconds < PRECISE_SECONDS:
        return f"{max(1, round(seconds))}\u00a0s"
    if seconds < 60 * PRECISE_MINUTES:
        return f"{round(seconds / 60)}\u00a0min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}\u00a0h {minutes}\u00a0min"
