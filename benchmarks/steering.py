"""How soon a run does what its visitor wants while four others train, and that it changes nothing.

The runs are the app's own, on its own engine; pages are not involved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np

from benchmarks.results import Row
from benchmarks.sizes import Sizes
from benchmarks.training import POLL_SECONDS, engine, wait
from model.training.engine import Engine
from model.training.recipes import RECIPES, Config
from model.training.run import Run

NAMES = ("control", "drift")
OTHERS = 4  # runs that train meanwhile


def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(POLL_SECONDS / 2)


def _timed(do: Callable[[], None], done: Callable[[], bool]) -> float:
    started = time.perf_counter()
    do()
    _until(done)
    return time.perf_counter() - started


def _round(run: Run) -> dict[str, float]:
    """Seconds from each wish to its effect; the run is paused before and after."""
    here = run.snapshot().step
    step = _timed(run.one_batch, lambda: run.snapshot().step > here)
    _until(lambda: not run.outstanding)
    here = run.snapshot().step
    slow = _timed(run.slow_motion, lambda: run.snapshot().step > here)
    run.pause()
    _until(lambda: not run.outstanding)
    here = run.snapshot().step
    resume = _timed(run.resume, lambda: run.snapshot().step > here)
    rate = run.snapshot().config.learning_rate * 0.99
    changed = len(run.snapshot().changes)
    change = _timed(
        lambda: run.change(learning_rate=rate), lambda: len(run.snapshot().changes) > changed
    )
    pause = _timed(run.pause, lambda: not run.outstanding)
    return {"step": step, "slow": slow, "resume": resume, "change": change, "pause": pause}


def control_row(made: Engine, config: Config, rounds: int) -> Row:
    """The slowest twentieth of all wishes while others train."""
    others = [
        Run(replace(config, seed=seed), "article", made, f"visitor {seed}")
        for seed in range(OTHERS)
    ]
    run = Run(replace(config, seed=OTHERS), "article", made, "me")
    run.pause()
    _until(lambda: not run.outstanding and all(other.snapshot().step for other in others))
    found = [_round(run) for _ in range(rounds)]
    for one in (run, *others):
        one.stop()
    wait([run, *others])
    by_wish = {name: [one[name] for one in found] for name in found[0]}
    every = [seconds for times in by_wish.values() for seconds in times]
    slowest = ", ".join(
        f"{name} {np.percentile(times, 95):.2f} s" for name, times in by_wish.items()
    )
    return Row(
        "control",
        f"from a wish to its effect while {OTHERS} runs train, 95 %",
        float(np.percentile(every, 95)),
        "s",
        1.0,
        "A batch that was wanted is trained, slow motion has its first batch, a run that was "
        "resumed has its first slice, a changed learning rate counts, a paused run is still. All "
        f"runs train the article's recipe, each of another visitor. 95 % each: {slowest}.",
        detail=by_wish,
    )


def drift_row(made: Engine, config: Config) -> Row:
    """Weights of a run that was stepped and slowed, against one that nobody touched."""
    short = replace(config, train_images=3_200, epochs=2)
    plain = Run(short, "article", made)
    run = Run(short, "article", made)
    run.pause()
    for _ in range(5):
        here = run.snapshot().step
        run.one_batch()
        _until(lambda here=here: run.snapshot().step > here)  # type: ignore[misc]
    here = run.snapshot().step
    run.slow_motion()
    _until(lambda: run.snapshot().step >= here + 3)
    run.one_epoch()
    _until(lambda: run.status == "paused")
    run.resume()
    wait([plain, run])
    ours, theirs = run.trained().weights, plain.trained().weights
    differing = sum(int((ours[name] != theirs[name]).sum()) for name in ours)
    return Row(
        "drift",
        "weights that differ after steps, slow motion and single epochs",
        float(differing),
        "",
        0.0,
        "Of all weights of the article's LeNet after two epochs of 3,200 pictures, against a run "
        "that went through without a stop: bit for bit.",
    )


def measure(wanted: AbstractSet[str], sizes: Sizes) -> list[Row]:
    """The rows that are wanted."""
    config = replace(RECIPES["article"].config, train_images=sizes.images)
    found: list[Row] = []
    with engine() as made:
        if "control" in wanted:
            found.append(control_row(made, config, sizes.wishes))
        if "drift" in wanted:
            found.append(drift_row(made, config))
    return found
