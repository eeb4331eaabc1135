"""What lives as long as the server, one of each for all: runs, data, what visitors left.

Streamlit would offer its caches for this; but any visitor can empty them with one message, and
then runs would train on that nobody can stop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from model import PROJECT
from model.belongings import Belongings
from model.cache import Kept
from model.data import datasets
from model.data.datasets import Dataset
from model.insight import reference_file
from model.insight.excitement import Excitement, fit_excitement_on
from model.insight.gauges import Gauge, fit_gauge
from model.insight.neighbours import Neighbours, fit_neighbours_on
from model.insight.out_of_distribution import Reference, fit_reference_on
from model.made import Made
from model.training import rate_finder
from model.training.checkpoint import CheckpointError, Trained, fingerprint
from model.training.engine import Engine, make_engine
from model.training.quotas import quotas
from model.training.rate_finder import Sweep
from model.training.recipes import Config
from model.training.run_store import Runs
from model.training.storage.database import usual_url
from model.training.storage.store import Storage
from model.training.tasks import sweep_rates

MOST_REFERENCES = 100  # of what is usual for weights, a few kilobytes each
MOST_NEIGHBOURS = 4  # of the features of training pictures, a megabyte each
MOST_GAUGES = 4_000  # of runs at one moment each, two kilobytes each
MOST_EXCITEMENTS = 200  # of what excites the filters of a layer, ten kilobytes each
MOST_SWEEPS = 500  # through learning rates, a kilobyte each

_runs: Kept[str, Runs] = Kept(1)
_engines: Kept[str, Engine] = Kept(1)
_warm: Kept[str, bool] = Kept(1)
_searches: Kept[str, bool] = Kept(1)
_belongings: Kept[str, Belongings] = Kept(1)
_shipped: Kept[str, dict[reference_file.Key, Reference]] = Kept(1)
_references: Made[reference_file.Key, Reference] = Made(MOST_REFERENCES, lambda: _engine())
_neighbours: Made[reference_file.Key, Neighbours] = Made(MOST_NEIGHBOURS, lambda: _engine())
_gauges: Made[tuple[str, int], Gauge] = Made(MOST_GAUGES, lambda: _engine())
_excitements: Made[tuple[str, str, str], Excitement] = Made(MOST_EXCITEMENTS, lambda: _engine())
_sweeps: Made[Config, Sweep | str] = Made(
    MOST_SWEEPS, lambda: _engine(), rate_finder.SECONDS, rate_finder.failed
)

log = logging.getLogger(__name__)


def runs() -> Runs:
    """The registry of this server; runs that were training when it ended go on from here."""
    return _runs.get("runs", _start)


def _start() -> Runs:
    engine = _engine()
    return Runs(engine, engine.workers, Storage(usual_url()), quotas())


def belongings() -> Belongings:
    """What visitors left here for a while."""
    return _belongings.get("belongings", Belongings)


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


def reference(trained: Trained, dataset: Dataset) -> Reference | None:
    """What is usual for these weights; None while a worker works it out, for some seconds."""
    key = fingerprint(trained), dataset.name
    shipped = _shipped.get("references", _read_references).get(key)
    return shipped or _references.get(key, fit_reference_on, trained, dataset.name)


def _read_references() -> dict[reference_file.Key, Reference]:
    """What is usual for the weights that ship with the app."""
    found = {}
    for file in sorted((PROJECT / "assets").glob(f"*{reference_file.ENDING}")):
        try:
            key, one = reference_file.read(file)
        except (OSError, CheckpointError) as error:
            log.warning("assets/%s cannot be used; it is worked out anew: %s", file.name, error)
        else:
            found[key] = one
    return found


def neighbours(trained: Trained, dataset: Dataset) -> Neighbours | None:
    """What these weights make of training pictures; None while a worker works it out."""
    key = fingerprint(trained), dataset.name
    return _neighbours.get(key, fit_neighbours_on, trained, dataset.name)


def gauge(run: str, step: int, weights: Callable[[], Trained]) -> Gauge | None:
    """How a run's network was after `step` batches; None while a worker measures it.

    `weights` are called only where it was not measured yet; what they raise is the caller's.
    """
    return _gauges.prepared((run, step), fit_gauge, lambda: (weights(),))


def excitement(trained: Trained, dataset: Dataset, layer: str) -> Excitement | None:
    """Which test pictures excite a layer's filters; None while a worker looks through them."""
    key = fingerprint(trained), dataset.name, layer
    return _excitements.get(key, fit_excitement_on, trained, dataset.name, layer)


def sweep(config: Config) -> Sweep | str | None:
    """What learning rates do with these settings; None while a worker tries them.

    A sentence where it could not. Of `config` counts what `rate_finder.about` leaves.
    """
    key = rate_finder.about(config)
    return _sweeps.get(key, sweep_rates, key)


def sweep_again(config: Config) -> None:
    """Have the next call of `sweep` try anew."""
    _sweeps.forget(rate_finder.about(config))
