"""How much of the server runs may take, all of them and one visitor's; whoever hosts may set it."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, fields

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Quotas:
    """Each may be set by the variable of its name: LENET_RUNS_EACH for `runs_each`, and so on."""

    runs: int = 5_000  # kept on the server; of those that do not train, the oldest go first
    runs_each: int = 100  # kept of one visitor; likewise
    days: int = 90  # after which a run goes that nobody has looked at since
    training: int = 64  # runs that train at the same time
    training_each: int = 3  # of them, of one visitor
    epochs: int = 100  # of one run
    megabytes: int = 4_000  # of all runs' weights; the oldest lose those of earlier epochs first


def quotas() -> Quotas:
    """What the environment says; where that is no whole number from 1 up, the default."""
    found = {}
    for field in fields(Quotas):
        name = f"LENET_{field.name.upper()}"
        if value := os.environ.get(name, ""):
            if value.isascii() and value.isdigit() and int(value) > 0:
                found[field.name] = int(value)
            else:
                log.warning("%s is no whole number from 1 up; it is taken as its default.", name)
    return Quotas(**found)
