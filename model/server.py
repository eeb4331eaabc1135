"""What lives as long as the server, one of each for all visitors: runs, data, memories.

Streamlit would offer its caches for this; but any visitor can empty them with one message, and
then runs would train on that nobody can stop.
"""

from __future__ import annotations

from model.cache import Kept
from model.data import datasets
from model.data.datasets import Dataset
from model.insight.out_of_distribution import Reference, fit_reference
from model.training.checkpoint import Trained
from model.training.engine import Engine, make_engine
from model.training.quotas import quotas
from model.training.run_store import Runs
from model.training.storage.database import usual_url
from model.training.storage.store import Storage

MOST_MEMORIES = 12  # of what weights make of known pictures, a few megabytes each

_runs: Kept[str, Runs] = Kept(1)
_engines: Kept[str, Engine] = Kept(1)
_warm: Kept[str, bool] = Kept(1)
_searches: Kept[str, bool] = Kept(1)
_memories: Kept[tuple[str, str], Reference] = Kept(MOST_MEMORIES)


def runs() -> Runs:
    """The registry of this server; runs that were training when it ended go on from here."""
    return _runs.get("runs", _start)


def _start() -> Runs:
    engine = _engine()
    return Runs(engine, engine.workers, Storage(usual_url()), quotas())


def _engine() -> Engine:
    return _engines.get("engine", make_engine)


def warm_up() -> None:
    """Start a worker, once: somebody is about to train, and TensorFlow takes seconds to import."""
    _warm.get("worker", _start_worker)


def _start_worker() -> bool:
    _engine().warm_up()
    return True


def searched() -> bool:
    """Whether `search` would answer at once."""
    return "search" in _searches


def search() -> bool:
    """Look for Fashion-MNIST, and download it, once; whether it was found.

    Whoever hosts the app need not: the first visit does it.
    """
    return _searches.get("search", lambda: datasets.reload(download=True).dataset is not None)


def knows(weights: str, dataset: Dataset) -> bool:
    """Whether `memory` would answer at once."""
    return (weights, dataset.name) in _memories


def memory(trained: Trained, weights: str, dataset: Dataset) -> Reference:
    """What these weights make of known pictures, two seconds' work; `weights` names them."""
    return _memories.get((weights, dataset.name), lambda: fit_reference(trained, dataset))
