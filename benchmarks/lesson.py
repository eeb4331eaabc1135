"""A class on one server: all its learners do the same at the same time, and the server is measured.

What one learner does is in `learner.py`, what comes of it all in `load.py`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import psutil

from benchmarks.learner import Learner, Stage, Wait
from benchmarks.processes import Peak, Server, whole
from benchmarks.sizes import Sizes
from benchmarks.ticks import Tick

TURNS = 3  # of watching and of looking away
DEADLINE = 480.0  # seconds until whoever has not ended gives up
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Span:
    """A while, and what the web process did in it."""

    began: float = 0.0  # by time.perf_counter
    seconds: float = 0.0
    cpu: float = 0.0  # seconds


def share(spans: Iterable[Span]) -> float:
    """CPU seconds per second."""
    listed = list(spans)
    return sum(one.cpu for one in listed) / (sum(one.seconds for one in listed) or 1)


@dataclass
class Lesson:
    """What came of a class on one server."""

    learners: list[Learner]
    watching: list[Span] = field(default_factory=list)  # pages did nothing but look at runs
    still: list[Span] = field(default_factory=list)  # and in between not even that
    empty_mb: float = 0.0  # the web process before anybody came
    before_mb: float = 0.0  # after one visitor has seen all pages and left
    peak_mb: float = 0.0
    after_mb: float = 0.0  # some time after all have left
    generator_cpu: float = 0.0  # seconds that the learners themselves took
    late: list[str] = field(default_factory=list)  # what the deadline found

    @property
    def ticks(self) -> list[Tick]:
        """All looks that all pages took by themselves."""
        return [tick for one in self.learners for tick in one.ticks]

    @property
    def watched(self) -> list[Tick]:
        """The looks that fell into the times in which there was nothing else."""
        return [
            tick
            for one in self.watching
            for tick in self.ticks
            if one.began <= tick.when < one.began + one.seconds
        ]

    @property
    def faults(self) -> list[str]:
        """What went wrong."""
        return [fault for one in self.learners for fault in one.faults] + self.late

    def waits(self, what: str) -> list[Wait]:
        """All waits of one kind."""
        return [wait for one in self.learners for wait in one.waits if wait.what == what]


def megabytes(process: psutil.Process) -> float:
    """Resident memory now."""
    return whole(process) / 1e6


def cpu_seconds(process: psutil.Process) -> float:
    """CPU time that a process itself has taken so far, without what it started."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def together(learners: Sequence[Learner], stage: Stage) -> None:
    """All learners do one thing at the same time."""
    await asyncio.gather(*(stage(one) for one in learners))


async def span(process: psutil.Process, seconds: float) -> Span:
    """Let a while pass."""
    began, before = time.perf_counter(), cpu_seconds(process)
    await asyncio.sleep(seconds)
    return Span(began, time.perf_counter() - began, cpu_seconds(process) - before)


async def come_first(app: Server, sizes: Sizes) -> None:
    """One visitor, the teacher say, sees every page, so that the server has read what it needs."""
    teacher = Learner(app.url, -1, replace(sizes, arrive_seconds=0))
    for stage in (Learner.arrive, Learner.tour, Learner.leave):
        await stage(teacher)
    if teacher.faults:
        raise RuntimeError(f"The first visitor could not see all pages: {teacher.faults}")


async def teach(lesson: Lesson, process: psutil.Process, sizes: Sizes) -> None:
    """The lesson, from the first learner who comes until all runs have ended."""
    await together(lesson.learners, Learner.arrive)
    log.info("%d learners are on Train", len(lesson.learners))
    await together(lesson.learners, Learner.start)
    log.info("all runs have begun")
    for _ in range(TURNS):
        lesson.watching.append(await span(process, sizes.watch_seconds / TURNS))
        for one in lesson.learners:
            one.hold(True)
        lesson.still.append(await span(process, sizes.still_seconds / TURNS))
        for one in lesson.learners:
            one.hold(False)
    await together(lesson.learners, Learner.follow)
    log.info("all runs have ended")


async def hold_lesson(app: Server, sizes: Sizes) -> Lesson:
    """A whole lesson on a server that has just been started, and the time after it."""
    learners = [Learner(app.url, number, sizes) for number in range(sizes.learners)]
    lesson = Lesson(learners, empty_mb=megabytes(app.process))
    await come_first(app, sizes)
    lesson.before_mb, own = megabytes(app.process), time.process_time()
    with Peak(app.process, whole, children=False) as peak:
        try:
            async with asyncio.timeout(DEADLINE):
                await teach(lesson, app.process, sizes)
        except TimeoutError:
            lesson.late.append(f"the lesson was not over after {DEADLINE:.0f} s")
        await together(learners, Learner.leave)
    lesson.peak_mb, lesson.generator_cpu = peak.mb, time.process_time() - own
    await asyncio.sleep(sizes.left_seconds)
    lesson.after_mb = megabytes(app.process)
    return lesson
