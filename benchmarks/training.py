"""Training side by side: one run, two runs at once, and recipe quick, against the script.

Our runs are the app's own (`model.run.Run` on `model.engine.make_engine()`), so TensorFlow is in
worker processes and never in this one. Pages are not involved; see `strokes.py` for those.
"""

from __future__ import annotations

import itertools
import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from benchmarks.processes import script
from benchmarks.results import Row
from benchmarks.sizes import Sizes
from model.training.engine import Engine, make_engine
from model.training.recipes import RECIPES, Config
from model.training.run import Run
from model.training.snapshot import ENDED

ARTICLE_EPOCHS = 30
ARTICLE_ACCURACY = 0.9067  # on the test set
POLL_SECONDS = 0.01
NAMES = ("epoch", "pair", "quick")

log = logging.getLogger(__name__)


class RunFailedError(RuntimeError):
    """A run of ours failed; the message is the run's own."""


@contextmanager
def engine() -> Iterator[Engine]:
    """The app's engine with every worker started and TensorFlow imported; ended afterwards."""
    made = make_engine()
    # Another network: tracing LeNet belongs to the first epoch, as it does in the script.
    tiny = replace(RECIPES["article"].config, network="mlp", epochs=1, train_images=320)
    try:
        warm = [Run(replace(tiny, seed=seed), "article", made) for seed in range(made.workers)]
        wait(warm)
        yield made
    finally:
        made.close()


def wait(runs: Sequence[Run]) -> None:
    """Until all of them have ended."""
    while not all(run.status in ENDED for run in runs):
        time.sleep(POLL_SECONDS)
    for run in runs:
        if run.status == "failed":
            raise RunFailedError(run.snapshot().message)


def epoch_seconds(runs: Sequence[Run], epochs: int) -> list[float]:
    """How long each of the first epochs took, by the clock, until every run had ended it."""
    ends = [time.perf_counter()]
    while len(ends) <= epochs:
        if any(run.status in ENDED for run in runs):
            wait(runs)
        if all(len(run.snapshot().epochs) >= len(ends) for run in runs):
            ends.append(time.perf_counter())
        else:
            time.sleep(POLL_SECONDS)
    return [after - before for before, after in itertools.pairwise(ends)]


def together(count: int, epochs: int, images: int) -> list[float]:
    """Seconds per epoch of `count` runs at once; they are stopped after `epochs` of their 30."""
    config = replace(RECIPES["article"].config, train_images=images)
    with engine() as made:
        runs = [Run(replace(config, seed=seed), "article", made) for seed in range(count)]
        seconds = epoch_seconds(runs, epochs)
        for run in runs:
            run.stop()
        wait(runs)
    return seconds


def to_the_end(config: Config) -> tuple[float, float]:
    """Seconds from the start of a run until its test accuracy is known, and that accuracy."""
    with engine() as made:
        began = time.perf_counter()
        run = Run(config, "quick", made)
        wait([run])
        seconds = time.perf_counter() - began
    test = run.snapshot().test
    if test is None:
        raise RunFailedError("The run ended without a test accuracy.")
    return seconds, test.accuracy


@dataclass
class Turns:
    """What came of the rounds: seconds per epoch of the script, of one run, of two at once."""

    scripts: list[dict[str, Any]] = field(default_factory=list)
    single: list[float] = field(default_factory=list)
    pair: list[float] = field(default_factory=list)

    @property
    def script_seconds(self) -> list[float]:
        """All epochs of all runs of the script."""
        return [seconds for one in self.scripts for seconds in one["epoch_seconds"]]

    @property
    def script_median(self) -> float:
        """The script's usual seconds per epoch."""
        return statistics.median(self.script_seconds)


def rounded(seconds: list[float]) -> str:
    """Seconds per epoch, for a line of progress."""
    return ", ".join(f"{one:.2f} s" for one in seconds)


def take_turns(wanted: AbstractSet[str], sizes: Sizes) -> Turns:
    """Script, one run, two runs; and again."""
    turns = Turns()
    for _ in range(sizes.rounds):
        turns.scripts.append(script(sizes))
        log.info("script: %s", rounded(turns.scripts[-1]["epoch_seconds"]))
        if "epoch" in wanted:
            turns.single += together(1, sizes.epochs, sizes.images)
            log.info("one run, all rounds: %s", rounded(turns.single))
        if "pair" in wanted:
            turns.pair += together(2, sizes.pair_epochs, sizes.images)
            log.info("two runs, all rounds: %s", rounded(turns.pair))
    return turns


def epoch_row(turns: Turns) -> Row:
    """One run, against the script."""
    return Row(
        "epoch",
        "seconds per epoch, article's recipe, one run",
        statistics.median(turns.single),
        "s",
        0.55,
        "Wall clock from one epoch's end to the next, queue and handing over of the state "
        "included, workers started before; the script's by a Keras callback. First epochs count "
        "on both sides; importing TensorFlow and testing on neither.",
        turns.script_median,
        detail={"ours": turns.single, "script": turns.script_seconds},
    )


def pair_row(turns: Turns) -> Row:
    """Two runs, against the script run twice."""
    return Row(
        "pair",
        "the same, two runs at once, together",
        statistics.median(turns.pair),
        "s",
        0.40,
        "Seconds until both runs have ended an epoch, against two times the script's epoch, "
        "which is what training one after the other would take.",
        2 * turns.script_median,
        detail={"ours": turns.pair, "script": turns.script_seconds},
    )


def quick_row(turns: Turns, sizes: Sizes) -> Row:
    """Recipe quick to its test accuracy, against the script's 30 epochs."""
    usual = RECIPES["quick"].config
    epochs = sizes.quick_epochs or usual.epochs
    config = replace(usual, epochs=epochs, train_images=min(usual.train_images, sizes.images))
    seconds, accuracy = to_the_end(config)
    short = accuracy < ARTICLE_ACCURACY
    return Row(
        "quick",
        f"time to 90.67 % on the test set, recipe quick (reached {100 * accuracy:.2f} %)",
        seconds,
        "s",
        0.10,
        "One whole run, validation after each epoch and the test at the end included, the worker "
        "started before as a visit to Train does; against 30 times the script's median epoch, "
        "without its import and its test (30 epochs are not run).",
        ARTICLE_EPOCHS * turns.script_median,
        f"only {100 * accuracy:.2f} % on the test set" if short else "",
        {"accuracy": accuracy, "script_epoch": turns.script_median, "config": asdict(config)},
    )


def measure(wanted: AbstractSet[str], sizes: Sizes, turns: Turns) -> list[Row]:
    """The rows that are wanted, from turns that were taken for them."""
    rows = []
    if "epoch" in wanted:
        rows.append(epoch_row(turns))
    if "pair" in wanted:
        rows.append(pair_row(turns))
    if "quick" in wanted:
        rows.append(quick_row(turns, sizes))
    return rows
