"""Measures this project beside a plain Keras script: `python -m benchmarks`, or `make bench`.

Everything is measured in one run, script and app in turns. The table is printed, and written with
all single figures as JSON under `benchmarks/results/` when nothing was left out.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from benchmarks import keeping, memory, network, pages, pictures, steering, strokes, training
from benchmarks.results import Row, can_begin, described, machine, number, table, write
from benchmarks.sizes import FULL, SMOKE, Sizes
from model.command import run

RESULTS = Path(__file__).resolve().parent / "results"
NAMES = (
    *training.NAMES,
    *memory.NAMES,
    *pages.NAMES,
    *strokes.NAMES,
    *pictures.NAMES,
    *network.NAMES,
    *steering.NAMES,
    *keeping.NAMES,
)
log = logging.getLogger("benchmarks")


def rows(wanted: AbstractSet[str], sizes: Sizes) -> Iterator[list[Row]]:
    """Measure what is wanted; rows come as soon as they are known."""
    scripts: list[dict[str, Any]] = []
    if wanted & {*training.NAMES, *memory.NAMES}:
        turns = training.take_turns(wanted, sizes)
        scripts = turns.scripts
        yield training.measure(wanted, sizes, turns)
    if wanted & {*memory.NAMES}:
        yield memory.measure(scripts, sizes)
    others: tuple[tuple[tuple[str, ...], Callable[[], list[Row]]], ...] = (
        (pages.NAMES, lambda: pages.measure(wanted, sizes)),
        (strokes.NAMES, lambda: strokes.measure(sizes)),
        (pictures.NAMES, lambda: pictures.measure(sizes)),
        (network.NAMES, lambda: network.measure(sizes)),
        (steering.NAMES, lambda: steering.measure(wanted, sizes)),
        (keeping.NAMES, lambda: keeping.measure(wanted, sizes)),
    )
    for names, measured in others:
        if wanted & {*names}:
            yield measured()


def measure(wanted: AbstractSet[str], sizes: Sizes) -> list[Row]:
    """All rows; each is also told as it comes, since the next one takes a minute."""
    found: list[Row] = []
    for group in rows(wanted, sizes):
        for row in group:
            log.info("%s: %s, ratio %s", row.what, number(row.ours, row.unit), number(row.ratio))
        found += group
    return found


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=NAMES, action="append", help="may be given repeatedly")
    parser.add_argument(
        "--smoke", action="store_true", help="only try the measuring: short runs, no real figures"
    )
    parser.add_argument(
        "--out", type=Path, help="folder for latest.md and latest.json, also with --only or --smoke"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; exit status 1 if a figure is void, 2 without Fashion-MNIST."""
    options = parse(arguments)
    if not can_begin():
        return 2
    about, began = machine(), time.perf_counter()
    found = measure(set(options.only or NAMES), SMOKE if options.smoke else FULL)
    about["minutes"] = round((time.perf_counter() - began) / 60, 1)
    print(f"{described(about)}\n\n{table(found)}")
    whole = not (options.only or options.smoke)
    if folder := options.out or (RESULTS if whole else None):
        write(folder, found, about)
    return int(any(row.fault for row in found))


if __name__ == "__main__":
    sys.exit(run(main))
