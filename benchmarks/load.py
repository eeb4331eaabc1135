"""A class that trains at once on one server: `python -m benchmarks.load`, or `make load`.

Thirty learners without a browser, each a visitor of their own: they open the app, choose the
article's recipe with fewer pictures and epochs, start together when the teacher says so, watch, and
look at other pages meanwhile. What they wait for is measured in their windows, what the server
needs from outside. It takes some five minutes, two of which wait for what the class leaves behind.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.learner import Learner, Wait, step_at
from benchmarks.lesson import Lesson, hold_lesson, share
from benchmarks.processes import server
from benchmarks.results import Paper, Row, can_begin, described, machine, table, write
from benchmarks.sizes import FULL, SMOKE, Sizes
from model.command import run
from model.training.snapshot import ENDED

RESULTS = Path(__file__).resolve().parent / "results"
MOST = 60  # learners; a server takes 64 runs at a time


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def median(values: Iterable[float]) -> float:
    """The usual value; 0 of nothing."""
    listed = list(values)
    return statistics.median(listed) if listed else 0.0


def by_page(waits: Iterable[Wait]) -> dict[str, list[float]]:
    """Seconds of waits by the page on which they were."""
    found: dict[str, list[float]] = {}
    for wait in waits:
        found.setdefault(wait.where or "home", []).append(wait.seconds)
    return found


def slowest(waits: Iterable[Wait]) -> str:
    """The longest wait and its page, as text."""
    parts = [(max(seconds), page) for page, seconds in by_page(waits).items()]
    return f"the slowest {max(parts)[0]:.2f} s, on {max(parts)[1]}" if parts else "none"


def steps_at_first_end(learners: Sequence[Learner]) -> list[float]:
    """The step of every run at the moment when the first page said that its run had ended."""
    ends = [look.when for one in learners for look in one.looks if look.status in ENDED]
    return [step_at(one.looks, min(ends)) for one in learners] if ends else []


def seconds_to_end(learners: Sequence[Learner]) -> list[float]:
    """From each press until the page said that the run had ended."""
    return [one.looks[-1].when - one.pressed for one in learners if one.ended]


def tick_row(lesson: Lesson) -> Row:
    """How long a page waits for what it asks by itself."""
    seconds = [tick.seconds for tick in lesson.ticks]
    return Row(
        "tick",
        "a look that an open page takes at its run, 95th percentile",
        percentile(seconds, 0.95),
        "s",
        1.0,
        "From the request of the page, which makes it by itself, until all of the answer has come. "
        f"{len(seconds)} looks; median {median(seconds):.3f} s, the slowest "
        f"{max(seconds, default=0):.2f} s. One that the opening of another page overtakes is not "
        "counted.",
        fault="" if seconds else "none was taken",
        detail={"seconds": seconds},
    )


def page_row(waits: list[Wait]) -> Row:
    """Opening pages."""
    seconds = [wait.seconds for wait in waits]
    meanwhile = [wait.seconds for wait in waits if wait.training]
    return Row(
        "page",
        "opening a page, 95th percentile",
        percentile(seconds, 0.95),
        "s",
        1.0,
        "From the request until the page's script has ended and all that it draws has come; what a "
        f"browser then needs to fetch and draw is not in it. {len(waits)} pages, the first ones of "
        f"each learner included; median {median(seconds):.2f} s, {slowest(waits)}. After the start "
        f"of the own run: {len(meanwhile)}, 95th percentile {percentile(meanwhile, 0.95):.2f} s.",
        fault="" if waits else "none was opened",
        detail=by_page(waits),
    )


def setting_row(waits: list[Wait]) -> Row:
    """Changing settings."""
    meanwhile = [wait for wait in waits if wait.training]
    seconds = [wait.seconds for wait in meanwhile]
    before = [wait.seconds for wait in waits if not wait.training]
    return Row(
        "setting",
        "a changed setting, median",
        median(seconds),
        "s",
        0.5,
        "The same from a changed widget, while the own run trains: classes on Dataset, weights on "
        f"the other pages. {len(seconds)} times; 95th percentile {percentile(seconds, 0.95):.2f} "
        f"s, {slowest(meanwhile)}. On Train before the start, {len(before)} times, median "
        f"{median(before):.2f} s.",
        fault="" if meanwhile else "none was changed",
        detail=by_page(meanwhile) | {"before the start": before},
    )


def first_point_row(lesson: Lesson) -> Row:
    """How soon a run is seen to move."""
    first = [one.first_point for one in lesson.learners if one.first_point is not None]
    return Row(
        "first-point",
        "from the press on Start to the first point, the slowest learner",
        max(first, default=0),
        "s",
        6.0,
        "Until the page told of progress beyond batch 0. All press within two seconds. "
        f"Median {median(first):.1f} s.",
        fault="" if len(first) == len(lesson.learners) else "not all saw one",
        detail={"seconds": first},
    )


def fairness_row(lesson: Lesson) -> Row:
    """Whether those who started together go on together."""
    steps, ends = steps_at_first_end(lesson.learners), seconds_to_end(lesson.learners)
    fair = bool(steps) and min(steps) > 0
    return Row(
        "fairness",
        "the fastest run's progress against the slowest's",
        max(steps) / min(steps) if fair else 0.0,
        "",
        1.3,
        "Steps of all runs at the moment when the first page said that its run had ended; between "
        "two looks of a page, a straight line. From the press to that word it took "
        f"{min(ends, default=0):.0f} to {max(ends, default=0):.0f} s.",
        fault="" if fair else "some run had not begun",
        detail={"steps": steps, "seconds": ends},
    )


def tick_cpu_row(lesson: Lesson) -> Row:
    """What a look costs the web process."""
    ticks = len(lesson.watched)
    watching, still = share(lesson.watching), share(lesson.still)
    seconds = sum(one.seconds for one in lesson.watching)
    return Row(
        "tick-cpu",
        "CPU time of the web process per look",
        (watching - still) * seconds / ticks if ticks else 0.0,
        "s",
        0.010,
        f"In {seconds:.0f} s, in {len(lesson.watching)} parts, pages did nothing but look at their "
        f"runs, {ticks} times, and the web process took {watching:.3f} of a core; after each part "
        f"they looked away, runs trained on, and it took {still:.3f}: handing out and keeping the "
        "training. The difference is what looks cost.",
        fault="" if ticks else "none was taken in that time",
        detail={
            "watching": [vars(one) for one in lesson.watching],
            "still": [vars(one) for one in lesson.still],
            "ticks": ticks,
        },
    )


def tick_bytes_row(lesson: Lesson) -> Row:
    """What a look sends to the browser."""
    sizes = [tick.size for tick in lesson.ticks]
    return Row(
        "tick-bytes",
        "bytes per look",
        statistics.mean(sizes) if sizes else 0.0,
        "bytes",
        1000,
        "The mean size of an answer without what HTTP and websockets add; what the browser still "
        "has is sent as a name alone, as it is to a browser. The largest: "
        f"{max(sizes, default=0):,}.",
        fault="" if sizes else "none was taken",
        detail={"bytes": sizes},
    )


def memory_rows(lesson: Lesson, sizes: Sizes) -> list[Row]:
    """What the web process held."""
    return [
        Row(
            "web-peak",
            "memory of the web process, highest",
            lesson.peak_mb,
            "MB",
            300.0,
            "Resident memory (RSS, shared libraries counted fully), without workers, from the "
            "first learner to the last.",
        ),
        Row(
            "web-after",
            f"the same, {sizes.left_seconds:.0f} s after all have left",
            lesson.after_mb,
            "MB",
            1.1,
            "The peer is the same process before the class came, when one visitor had seen every "
            "page and left: data and weights are read then, once for all. Before that one it was "
            f"{lesson.empty_mb:.0f} MB.",
            lesson.before_mb,
        ),
    ]


def rows(lesson: Lesson, sizes: Sizes) -> list[Row]:
    """All rows; where anything went wrong, none of them counts."""
    faults = lesson.faults
    wrong = f"{len(faults)} errors" if faults else ""
    errors = Row(
        "errors",
        "errors",
        len(faults),
        "",
        0,
        "Exceptions and errors shown in a page, lost sockets, refused requests, learners who gave "
        f"up. {'; '.join(faults[:5]) or 'None'}.",
        detail={"faults": faults},
    )
    found = [
        page_row(lesson.waits("page")),
        setting_row(lesson.waits("setting")),
        tick_row(lesson),
        first_point_row(lesson),
        fairness_row(lesson),
        tick_cpu_row(lesson),
        tick_bytes_row(lesson),
        *memory_rows(lesson, sizes),
        errors,
    ]
    return [replace(row, fault=row.fault or wrong) for row in found]


def paper(lesson: Lesson) -> Paper:
    """How the results are called and to be read."""
    return Paper(
        "load",
        "A class that trains at once",
        f"{len(lesson.learners)} learners without a browser on the same machine, whose own CPU "
        f"time was {lesson.generator_cpu:.1f} s. Where there is no peer, the aim is for the figure "
        "itself.",
    )


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument(
        "--learners", type=int, choices=range(1, MOST + 1), metavar="N", help=f"1 to {MOST}"
    )
    parser.add_argument(
        "--smoke", action="store_true", help="only try the measuring: no real figures"
    )
    parser.add_argument(
        "--out", type=Path, help="folder for load.md and load.json, also with other sizes"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; exit status 1 if anything went wrong, 2 without Fashion-MNIST."""
    options = parse(arguments)
    if not can_begin():
        return 2
    sizes = SMOKE if options.smoke else FULL
    sizes = replace(sizes, learners=options.learners or sizes.learners)
    about, began = machine(), time.perf_counter()
    with server() as app:
        lesson = asyncio.run(hold_lesson(app, sizes))
    about["minutes"] = round((time.perf_counter() - began) / 60, 1)
    found, called = rows(lesson, sizes), paper(lesson)
    print(f"{described(about, called)}\n\n{table(found)}")
    if folder := options.out or (RESULTS if sizes == FULL else None):
        write(folder, found, about, called)
    return int(bool(lesson.faults))


if __name__ == "__main__":
    sys.exit(run(main))
