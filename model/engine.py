"""Where slices of training run: worker processes of this machine, or a cluster.

The engine takes slices in and hands results out; what a run is, it does not know. Each run has
one slice outstanding, so the executor's queue, first in, first out, is a fair round over all
runs. Workers start when first needed, and end when nothing has trained for a while.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import psutil
from loky import cpu_count, get_reusable_executor
from loky.process_executor import BrokenProcessPool, TerminatedWorkerError

from model.checkpoint import Checkpoint
from model.recipes import Config
from model.results import Slice

WORKER_BYTES = 450_000_000  # a worker's own memory at its largest batch, measured
WEB_BYTES = 500_000_000  # kept free for the web process and the system
IDLE_SECONDS = 600  # a worker that did nothing for so long ends and gives its memory back
# TensorFlow imports these where they are installed; training needs none of them, and without them
# a worker has 100 MB less. Keras builds models for tests and for learners, not for training.
UNUSED = ("keras", "h5py", "pandas")
ORPHAN_SECONDS = 3  # how often a worker looks whether its web process is still there
WORKER_LOST = (BrokenProcessPool, TerminatedWorkerError)

OnDone = Callable[[Slice | None, BaseException | None], None]
log = logging.getLogger(__name__)


def train_slice(checkpoint: Checkpoint, config: Config, steps: int, last: bool) -> Slice:
    """`training.advance`, in a worker: imports TensorFlow there and not in the web process."""
    from model.training import advance

    return advance(checkpoint, config, steps, last)


def import_training() -> int:
    """Have a worker import TensorFlow now, so that the first slice need not wait for it."""
    import model.training  # noqa: F401

    return os.getpid()


def memory_limit() -> int:
    """Bytes that this process and its workers may use: the machine's, or its container's."""
    total = int(psutil.virtual_memory().total)
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else "max"
    return min(total, int(text)) if text.isdigit() else total


def worker_count() -> int:
    """LENET_WORKERS, or as many as cores and memory allow; at least one."""
    if wished := os.environ.get("LENET_WORKERS", ""):
        if not wished.isdigit() or int(wished) < 1:
            raise ValueError(f"LENET_WORKERS is {wished!r}; it must be a whole number from 1 up.")
        return int(wished)
    by_memory = (memory_limit() - WEB_BYTES) // WORKER_BYTES
    return max(1, min(int(cpu_count()), by_memory))


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


def leave(mailbox: str, job: Callable[..., object], arguments: tuple[object, ...]) -> str:
    """In a worker: do the job, leave the result in a file, give the file's path.

    Loky's workers send results through one pipe. One that is killed halfway through a megabyte
    leaves its reader waiting for the rest for ever; a path goes in one piece or not at all.
    """
    file = Path(mailbox, uuid.uuid4().hex)
    file.write_bytes(pickle.dumps(job(*arguments)))
    return str(file)


def collect(file: str) -> Any:
    """What `leave` left; the file goes."""
    path = Path(file)
    try:
        return pickle.loads(path.read_bytes())  # noqa: S301 - our own worker's, on this machine
    finally:
        path.unlink(missing_ok=True)


class Engine:
    """Takes slices from any thread, and gives each result to a callback on a thread of its own.

    One thread makes all calls into the executor: a broken loky executor must not be replaced
    from its own callbacks, and page scripts must not wait for workers to start. With `mailbox`,
    results come as files in a folder that workers of this machine share with us.
    """

    def __init__(
        self,
        workers: int,
        executor: Callable[[], Executor],
        mailbox: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self.workers = workers
        self._executor = executor
        self._mailbox = mailbox
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")

    def submit(
        self, checkpoint: Checkpoint, config: Config, steps: int, last: bool, on_done: OnDone
    ) -> None:
        """Queue one slice. `on_done` gets the slice, or the error, and never both."""
        self._thread.submit(self._start, train_slice, (checkpoint, config, steps, last), on_done)

    def warm_up(self) -> None:
        """Start a worker and have it import TensorFlow, without waiting for it."""
        self._thread.submit(self._start, import_training, (), lambda _result, _error: None)

    def _start(
        self, job: Callable[..., object], arguments: tuple[object, ...], done: OnDone
    ) -> None:
        try:
            executor: Any = self._executor()
            if self._mailbox:
                future = executor.submit(leave, self._mailbox.name, job, arguments)
            else:
                future = executor.submit(job, *arguments)
        except (*WORKER_LOST, OSError, RuntimeError) as error:
            log.warning("A slice could not be handed to a worker: %s", error)
            done(None, error)
            return
        future.add_done_callback(lambda ended: self._thread.submit(self._finish, ended, done))

    def _finish(self, future: Future[Any], done: OnDone) -> None:
        error = future.exception()
        if error:
            done(None, error)
            return
        try:
            result = collect(future.result()) if self._mailbox else future.result()
        except OSError as lost:
            done(None, lost)
        else:
            done(result, None)


def make_engine() -> Engine:
    """The engine that LENET_CLUSTER and LENET_WORKERS ask for; by default, this machine's."""
    if address := os.environ.get("LENET_CLUSTER"):
        cluster = cluster_executor(address)
        return Engine(int(os.environ.get("LENET_WORKERS", "4")), lambda: cluster)
    workers = worker_count()
    mailbox = tempfile.TemporaryDirectory(prefix="lenet-", ignore_cleanup_errors=True)
    return Engine(workers, lambda: local_executor(workers), mailbox)
