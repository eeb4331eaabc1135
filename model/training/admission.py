"""Who may train now, and which run goes where memory holds too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from model.training.quotas import Quotas
from model.training.run import Run
from model.training.snapshot import TRAINING


class ServerFullError(RuntimeError):
    """Too many runs at once. The message tells the user what to do."""


def admit(visitor: str, training: Sequence[str], quotas: Quotas) -> None:
    """Raise ServerFullError if too many runs train: only these hold a place, paused ones none.

    `training` are the visitors of those that train. Whoever is nobody in particular, "", is not
    counted as one visitor.
    """
    if visitor and training.count(visitor) >= quotas.training_each:
        raise ServerFullError(
            f"{quotas.training_each} of your runs are training already. Pause or stop one "
            "of them, or wait until one ends."
        )
    if len(training) >= quotas.training:
        raise ServerFullError(
            f"{len(training)} runs are training on this server already. Wait until one of "
            "them ends, then try again."
        )


def least_needed(runs: Sequence[Run]) -> Run | None:
    """Of runs that do not train, one of those of whoever has most; None where all train.

    What nobody watches goes first; then what ended, before what is paused; then the oldest.
    """
    counts = Counter(run.visitor for run in runs)
    return min(
        (run for run in runs if run.status not in TRAINING),
        key=lambda run: (
            -counts[run.visitor],
            run.watched(),
            run.status == "paused",
            run.created,
        ),
        default=None,
    )
