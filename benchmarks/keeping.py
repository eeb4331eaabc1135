"""What keeping runs costs: training speed with a storage and without, memory over many runs."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from benchmarks.results import Row
from benchmarks.sizes import Sizes
from benchmarks.training import engine, epoch_seconds, wait
from model import PROJECT
from model.training.engine import Engine
from model.training.recipes import RECIPES, Config
from model.training.run_store import Runs
from model.training.storage.store import Storage

NAMES = ("keeping", "many-runs")
FIRST = 20  # runs after which memory is looked at for the first time


@contextmanager
def registry(made: Engine, kept: bool) -> Iterator[Runs]:
    """The app's registry of runs, with a storage in a folder of its own, or without any."""
    with tempfile.TemporaryDirectory(prefix="lenet-bench-") as folder:
        storage = Storage(f"sqlite:///{Path(folder) / 'runs.db'}") if kept else None
        runs = Runs(made, made.workers, storage)
        try:
            yield runs
        finally:
            runs.close()


def seconds(kept: bool, sizes: Sizes) -> list[float]:
    """Seconds per epoch of two runs at once: each of two workers is busy all the time."""
    config = replace(RECIPES["article"].config, train_images=sizes.images)
    with engine() as made, registry(made, kept) as runs:
        tokens = [runs.start(replace(config, seed=seed), "article") for seed in range(2)]
        started = [run for token in tokens if (run := runs.get(token))]
        found = epoch_seconds(started, sizes.pair_epochs)
        for run in started:
            run.stop()
        wait(started)
    return found


def keeping_row(sizes: Sizes) -> Row:
    """Training with the storage, against training without."""
    with_it: list[float] = []
    without: list[float] = []
    for _ in range(sizes.rounds):
        without += seconds(False, sizes)
        with_it += seconds(True, sizes)
    return Row(
        "keeping",
        "two runs at once that are kept, against two that are not",
        statistics.median(with_it),
        "s",
        1.03,
        "Seconds until both runs have ended an epoch of the article's recipe; kept in SQLite, "
        "checkpoints every eight seconds and weights at each epoch's end included. The peer is "
        "the app itself without a storage.",
        statistics.median(without),
        detail={"kept": with_it, "not kept": without},
    )


def many(count: int) -> dict[str, Any]:
    """Resident memory, bytes, of this process after some short runs and after `count`."""
    config = Config(epochs=1, train_images=320, batch_size=32)
    sizes: list[int] = []
    with engine() as made, registry(made, True) as runs:
        for number in range(count):
            run = runs.get(runs.start(replace(config, seed=number), "custom", f"visitor {number}"))
            assert run is not None
            wait([run])
            del run
            while runs._keeper and runs._keeper.held:
                time.sleep(0.02)
            sizes.append(psutil.Process().memory_info().rss)
    return {"first": sizes[min(FIRST, count) - 1], "last": sizes[-1], "peak": max(sizes)}


def many_row(sizes: Sizes) -> Row:
    """The process that holds the runs, late against early."""
    command = [sys.executable, "-m", "benchmarks.keeping", "--runs", str(sizes.runs)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return Row(
        "many-runs",
        f"memory of the process that holds the runs, after {sizes.runs} of them",
        found["last"] / 1e6,
        "MB",
        1.05,
        f"Resident memory once all of them have ended and are kept, against after {FIRST}: runs "
        "of ten batches with their test, one after the other, each of another visitor. The "
        "process has the registry, the engine and the storage, and no pages.",
        found["first"] / 1e6,
        detail=found,
    )


def measure(wanted: AbstractSet[str], sizes: Sizes) -> list[Row]:
    """The rows that are wanted."""
    rows = [keeping_row(sizes)] if "keeping" in wanted else []
    return rows + ([many_row(sizes)] if "many-runs" in wanted else [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, required=True)
    print(json.dumps(many(parser.parse_args().runs)))
