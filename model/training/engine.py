"""Where jobs run: worker processes of this machine, or a cluster.

The engine takes jobs in and hands results out; what a run is, it does not know. Whose turn it is,
`queue.py` decides: at most as many jobs are with the executor as there are workers. A worker that
hangs is ended and its job handed in again. Workers start when first needed, and end when nothing
has been done for a while.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, cast

import psutil
from loky import get_reusable_executor
from loky.process_executor import (
    BrokenProcessPool,
    ShutdownExecutorError,
    TerminatedWorkerError,
)

from model.training import mailbox
from model.training.limits import worker_count
from model.training.mailbox import HandoverError, Mailbox
from model.training.queue import Job, Queue
from model.training.tasks import import_training

IDLE_SECONDS = 600  # a worker that did nothing for so long ends and gives its memory back
# TensorFlow imports these where they are installed; training needs none of them, and without them
# a worker has 100 MB less. Keras builds models for tests and for learners, not for training.
UNUSED = ("keras", "h5py", "pandas")
ORPHAN_SECONDS = 3  # how often a worker looks whether its web process is still there
POOL_LOST = (BrokenProcessPool, TerminatedWorkerError, ShutdownExecutorError)
MOST_LOST = 10  # times that a job is handed in again for no fault of its own

# When a worker counts as hung. Generous: one that is only slow, on a machine with other work, must
# not be ended. What is ended for nothing is done again, with twice the time.
TICK_SECONDS = 0.5  # how often the engine looks
START_SECONDS = 45  # for a worker to take a job up
PATIENCE = 6  # times the seconds that a job usually takes, but never less than:
LEAST_SECONDS = 60
DYING_SECONDS = 2  # a worker's end is seen by its closed files, a moment before it is gone
LOADING_SECONDS = 90  # more for a worker's first job: it may import TensorFlow

log = logging.getLogger(__name__)


def _serve(parent: int) -> None:
    """In a new worker: let the web process, `parent`, go first, and end when it ends.

    A worker that the web process starts while it is being ended itself would stay for ever.
    """
    if hasattr(os, "nice"):
        os.nice(10)
    for name in UNUSED:
        sys.modules[name] = cast(ModuleType, None)  # importing it then fails at once
    threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: int) -> None:
    while psutil.pid_exists(parent):
        time.sleep(ORPHAN_SECONDS)
    mailbox.sweep()  # the web process was killed and could not do it
    os._exit(1)


def local_executor(workers: int) -> Executor:
    """Loky's executor: clean interpreters; after a worker is killed, a new one."""
    executor: Executor = get_reusable_executor(
        max_workers=workers,
        timeout=IDLE_SECONDS,
        initializer=_serve,
        initargs=(os.getpid(),),
        env={"TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    return executor


def cluster_executor(address: str) -> Executor:
    """A dask scheduler's workers, on any number of machines that have this project installed."""
    from distributed import Client

    executor: Executor = Client(address).get_executor()
    return executor


@dataclass(eq=False)
class _Attempt:
    """A job that is with the executor."""

    job: Job
    letter: str  # where its result will lie; empty on a cluster
    worker: int = 0  # process id, once one took the job up
    waited: float = 0.0  # seconds since then; before, since it was handed in
    pardoned: bool = False  # its worker is ended for no fault of the job

    def took_up(self) -> None:
        """Look whether a worker took the job up."""
        if self.letter and not self.worker and (worker := mailbox.worker_of(self.letter)):
            self.worker, self.waited = worker, 0.0

    def fell(self) -> bool:
        """Whether the worker that took the job up is gone, and not because we ended all."""
        self.took_up()
        return bool(self.worker) and not self.pardoned and not _lives(self.worker)


class Engine:
    """Takes jobs from any thread, and gives each result to a callback on a thread of its own.

    One thread makes all calls into the executor: a broken loky executor must not be replaced
    from its own callbacks, and page scripts must not wait for workers to start. With `letters`,
    results come as files in a folder that workers of this machine share with us.
    """

    def __init__(
        self, workers: int, executor: Callable[[], Executor], letters: Mailbox | None = None
    ) -> None:
        self.workers = workers
        self._executor = executor
        self._letters = letters
        self._queue = Queue()
        self._lock = threading.Lock()  # of the queue; all else belongs to the thread
        self._attempts: set[_Attempt] = set()
        self._warm: set[int] = set()  # workers that have ended a job
        self._looked = time.monotonic()
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Have a job done when its turn comes."""
        with self._lock:
            self._queue.put(job)
        self._inbox.put(lambda: None)  # wakes the thread up

    def warm_up(self) -> None:
        """Start a worker and have it import TensorFlow, without waiting for it."""
        self.submit(Job(import_training, (), lambda _result, _error: None))

    def withdraw(self, run: str) -> bool:
        """Forget the job of a run that waits; False if none does, or a worker has it already."""
        with self._lock:
            return self._queue.withdraw(run)

    def ahead(self, run: str) -> int:
        """How many jobs must end before the next one of this run begins; 0 if none waits."""
        with self._lock:
            order = self._queue.order()
        return next((place for place, job in enumerate(order, 1) if job.run == run), 0)

    def close(self) -> None:
        """End, and the workers with it, also those that hang. What they were doing is lost."""
        self._inbox.put(self._close)
        self._thread.join()

    def _close(self) -> None:
        self._closed = True
        self._end_workers()

    def _end_workers(self) -> None:
        for worker in list(getattr(self._executor(), "_processes", {})):  # by process id
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(worker).kill()

    def _serve(self) -> None:
        while not self._closed:
            self._hand_in()
            try:
                event = self._inbox.get(timeout=TICK_SECONDS if self._attempts else None)
            except queue.Empty:
                pass
            else:
                event()
            self._look_after()

    def _hand_in(self) -> None:
        """Give the executor as many jobs as there are workers."""
        while len(self._attempts) < self.workers:
            with self._lock:
                job = self._queue.take()
            if job is None:
                return
            self._try(job)

    def _try(self, job: Job) -> None:
        try:
            letter = self._letters.letter() if self._letters else ""
            executor: Any = self._executor()
            if letter:
                future = executor.submit(mailbox.leave, letter, job.work, job.arguments)
            else:
                future = executor.submit(job.work, *job.arguments)
        except (*POOL_LOST, OSError, RuntimeError) as error:
            self._leave_off(job)
            self._lost(job, error)
            return
        attempt = _Attempt(job, letter)
        self._attempts.add(attempt)
        future.add_done_callback(lambda ended: self._ended(attempt, ended))

    def _ended(self, attempt: _Attempt, future: Future[Any]) -> None:
        """On a thread of the executor: hand over to our own.

        When a worker ends, the pool fails all jobs and only then ends the other workers: now is
        the time to see whose worker it was.
        """
        broken = not future.cancelled() and isinstance(future.exception(), POOL_LOST)
        end = time.monotonic() + DYING_SECONDS
        while broken and time.monotonic() < end:
            if any(other.fell() for other in (attempt, *self._attempts)):
                break
            time.sleep(TICK_SECONDS / 50)
        self._inbox.put(partial(self._finish, attempt, future, broken and attempt.fell()))

    def _finish(self, attempt: _Attempt, future: Future[Any], fell: bool) -> None:
        if attempt not in self._attempts:
            return  # given up before; the job was handed in again
        self._attempts.discard(attempt)
        self._leave_off(attempt.job)
        error = CancelledError() if future.cancelled() else future.exception()
        result = None
        if not error:
            self._warm.add(attempt.worker)
            try:
                result = mailbox.collect(attempt.letter) if attempt.letter else future.result()
            except HandoverError as lost:
                error = lost
        if attempt.letter:
            mailbox.clear(attempt.letter)
        if _blameless(error, fell):
            self._lost(attempt.job, error)
        else:
            _tell(attempt.job, result, error)

    def _leave_off(self, job: Job) -> None:
        with self._lock:
            self._queue.ended(job)

    def _lost(self, job: Job, error: BaseException | None) -> None:
        """Hand a job in again that is not to blame, unless that happens too often."""
        job.lost += 1
        log.warning("A job was lost with its pool, time %d: %r", job.lost, error)
        if job.lost > MOST_LOST:
            _tell(job, None, error)
        else:
            self.submit(job)

    def _look_after(self) -> None:
        """End workers that hang.

        A look counts two ticks at most: this process may itself have been stopped for long.
        """
        passed = time.monotonic() - self._looked
        if passed < TICK_SECONDS:
            return
        self._looked += passed
        for attempt in list(self._attempts):
            attempt.took_up()
            attempt.waited += min(passed, 2 * TICK_SECONDS)
            if attempt.waited > self._deadline(attempt):
                attempt.waited = 0.0
                self._give_up(attempt)

    def _deadline(self, attempt: _Attempt) -> float:
        """Seconds after which an attempt counts as hung."""
        job = attempt.job
        if attempt.letter and not attempt.worker:
            return START_SECONDS * 2.0**job.lost
        loading = 0 if attempt.worker in self._warm else LOADING_SECONDS
        return (loading + max(LEAST_SECONDS, PATIENCE * job.seconds)) * 2.0**job.tries

    def _give_up(self, attempt: _Attempt) -> None:
        log.warning("A job hangs: worker %s, %s", attempt.worker, attempt.job.work)
        if attempt.worker:
            for child in psutil.Process().children():
                if child.pid == attempt.worker:
                    child.kill()  # the pool breaks; see `_finish`
        elif attempt.letter:
            # Nobody takes the job up: all workers hang, or the one that holds the pool's queue.
            for other in self._attempts:
                other.pardoned = True
            self._end_workers()
        else:
            self._attempts.discard(attempt)
            self._leave_off(attempt.job)
            _tell(attempt.job, None, TimeoutError("a worker of the cluster does not answer"))


def _lives(process: int) -> bool:
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _blameless(error: BaseException | None, fell: bool) -> bool:
    """Whether a job failed through no fault of its own: its worker is alive, or a file is gone."""
    if isinstance(error, HandoverError):
        return not error.no_room
    return isinstance(error, POOL_LOST) and not fell


def _tell(job: Job, result: Any, error: BaseException | None) -> None:
    try:
        job.on_done(result, error)
    except Exception:  # of one run; the others go on
        log.exception("What a job led to failed")


def make_engine() -> Engine:
    """The engine that LENET_CLUSTER and LENET_WORKERS ask for; by default, this machine's."""
    if address := os.environ.get("LENET_CLUSTER"):
        cluster = cluster_executor(address)
        return Engine(int(os.environ.get("LENET_WORKERS", "4")), lambda: cluster)
    workers = worker_count()
    return Engine(workers, lambda: local_executor(workers), Mailbox())
