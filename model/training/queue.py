"""Whose turn it is: the jobs that wait for a worker, and nothing else. No threads, no clock.

An executor's own queue is first in, first out: one visitor's many runs would crowd out another's
single one, and a page would wait for all of them. So few jobs are handed to the executor at a
time, and the rest wait here. A job that a person waits for goes before all that train. Then turns
go by visitor, the one with the fewest jobs at work first, and of equals the one who had the
least training so far; for each visitor they go by run.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

CREDIT = 1e10  # of weight, that who comes back may be behind those who stayed: two seconds, about
MOST_KNOWN = 500  # visitors whose time is remembered

OnDone = Callable[[Any, BaseException | None], None]


@dataclass(eq=False)
class Job:
    """A function to call on a worker, and for whom."""

    work: Callable[..., object]  # importable in a worker
    arguments: tuple[object, ...]
    on_done: OnDone  # gets the result, or the error, and never both
    visitor: str = ""  # whose turn it takes
    run: str = ""  # which of the visitor's runs takes it
    interactive: bool = False  # a person waits for it
    weight: float = 0.0  # how much it computes, which is what turns are shared by
    seconds: float = 10.0  # how long it takes, about; several times as much, and its worker hangs
    tries: int = 0  # how often it failed before
    lost: int = 0  # how often it was handed in again for no fault of its own


_Lane = dict[str, dict[str, deque[Job]]]  # by visitor, then by run; who waits longest comes first


class Queue:
    """Jobs that wait, how many of each visitor are at work, and how much each had so far."""

    def __init__(self) -> None:
        self._interactive: _Lane = {}
        self._training: _Lane = {}
        self._working: Counter[str] = Counter()
        self._taken: dict[str, float] = {}  # the weight of all jobs that a visitor had
        self._owed = False  # training stood back for an interactive job, so the next turn is its

    def put(self, job: Job) -> None:
        """Have a job wait for its turn."""
        self._welcome(job.visitor)
        lane = self._interactive if job.interactive else self._training
        lane.setdefault(job.visitor, {}).setdefault(job.run, deque()).append(job)

    def _welcome(self, visitor: str) -> None:
        """Who is new begins level with those who are here, and who was away nearly so."""
        here = {*self._interactive, *self._training, *self._working} - {visitor}
        least = min((self._taken.get(one, 0.0) for one in here), default=0.0)
        taken = self._taken.pop(visitor, least)
        self._taken[visitor] = max(taken, least - CREDIT)
        while len(self._taken) > MOST_KNOWN:
            del self._taken[next(iter(self._taken))]  # who came longest ago

    def take(self) -> Job | None:
        """The job whose turn it is, which is at work from now on; None if none waits."""
        stands_back = self._owed and self._training
        lane = self._training if stands_back else self._interactive or self._training
        if not lane:
            return None
        self._owed = lane is self._interactive and bool(self._training)
        # the first one of equals
        visitor = min(lane, key=lambda one: (self._working[one], self._taken.get(one, 0.0)))
        runs = lane.pop(visitor)
        run = next(iter(runs))
        jobs = runs.pop(run)
        job = jobs.popleft()
        if jobs:
            runs[run] = jobs  # behind the visitor's other runs
        if runs:
            lane[visitor] = runs  # behind the other visitors
        self._working[visitor] += 1
        self._taken[visitor] = self._taken.get(visitor, 0.0) + job.weight
        return job

    def ended(self, job: Job) -> None:
        """A job that was taken is not at work any more."""
        self._working[job.visitor] -= 1
        if not self._working[job.visitor]:
            del self._working[job.visitor]

    def withdraw(self, run: str) -> bool:
        """Forget what waits for a run; whether anything did."""
        for lane in (self._interactive, self._training):
            for visitor, runs in lane.items():
                if runs.pop(run, None):
                    if not runs:
                        del lane[visitor]
                    return True
        return False

    def order(self) -> list[Job]:
        """The waiting jobs in the order of their turns, if none came or ended meanwhile."""
        copy = Queue()
        copy._interactive, copy._training = _copy(self._interactive), _copy(self._training)
        copy._working, copy._owed = Counter(self._working), self._owed
        copy._taken = dict(self._taken)
        return list(iter(copy.take, None))


def _copy(lane: _Lane) -> _Lane:
    return {
        visitor: {run: deque(jobs) for run, jobs in runs.items()} for visitor, runs in lane.items()
    }


class Jobs(Protocol):
    """What runs need of an engine."""

    def submit(self, job: Job) -> None:
        """Have a job done when its turn comes."""

    def withdraw(self, run: str) -> bool:
        """Forget the job of a run that waits; False if none does, or a worker has it already."""

    def ahead(self, run: str) -> int:
        """How many jobs must end before the next one of this run begins; 0 if none waits."""
