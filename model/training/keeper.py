"""Keeps runs while they change: one thread that brings what is new to the storage.

A run calls `changed` on any thread and never waits. Where the storage does not answer, runs stay
in memory, `fault` says why, and it is tried again.
"""

from __future__ import annotations

import logging
import math
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from model.training.run import Run
from model.training.storage.database import StorageError
from model.training.storage.rows import TakenError
from model.training.storage.store import Storage

EVERY_SECONDS = 8.0  # a run that trains is kept; so at most that, and a slice, is lost
LEASE_SECONDS = 40.0  # after its process fell silent for so long, another may go on with a run
SILENT_SECONDS = 12.0  # after which a round that is under way tells that nothing answers
MOST_PAST = 4  # weights of the past that wait in memory for a storage that does not answer

log = logging.getLogger(__name__)


def identity() -> str:
    """Tells a keeper from all others, also from one of a process that had the same id before."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())} {secrets.token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Whether an identity was of a process of this machine that is gone."""
    try:
        host, process, started, _ = owner.split(" ")
        return host == socket.gethostname() and _started(int(process)) != started
    except psutil.NoSuchProcess:
        return True
    except (psutil.Error, OSError, ValueError):
        return False


def _started(process: int) -> str:
    """When a process started, by a clock that nobody sets, where the system tells."""
    if sys.platform != "linux":
        return f"{psutil.Process(process).create_time():.0f}"
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        raise psutil.NoSuchProcess(process) from None


class Keeper:
    """Saves the runs that changed. `held` are those that memory alone has, or that train."""

    def __init__(self, storage: Storage, each_round: Callable[[], None]) -> None:
        """`each_round` is called before every round of saving; it may raise StorageError."""
        self._storage = storage
        self._each_round = each_round
        self.owner = identity()
        self.held: dict[str, Run] = {}
        self._fault = ""  # a sentence, while runs cannot be kept
        self._began = math.inf  # when the round that is under way began
        self._touched: set[str] = set()  # runs that somebody looked at, which is still to be noted
        self._changes: dict[str, int] = {}  # by name: how often a held run changed
        self._lock = threading.Lock()  # of `held`
        self._saving = threading.Lock()  # one round at a time
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="keeper", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        """Why runs are not kept now, a sentence; empty while they are."""
        if time.monotonic() - self._began > SILENT_SECONDS:
            return "The database of runs does not answer."
        return self._fault

    def touch(self, name: str) -> None:
        """Have it noted that somebody looks at this run."""
        self._touched.add(name)

    def changed(self, run: Run) -> None:
        """Have a run kept soon: in a moment where its status is new, else in the next round."""
        with self._lock:
            new = run.name not in self.held
            self.held[run.name] = run
            self._changes[run.name] = self._changes.get(run.name, 0) + 1
        if new or run.at_rest:
            self._wake.set()

    def forget(self, name: str) -> None:
        """Do not keep this run any more."""
        with self._lock:
            self._drop(name)

    def remove(self, name: str) -> None:
        """Have nothing of a run kept; StorageError where that cannot be done."""
        with self._saving:  # a round that saves it now would bring it back
            self.forget(name)
            self._storage.forget([name])

    def _drop(self, name: str) -> None:
        for known in (self.held, self._changes):
            known.pop(name, None)

    def close(self) -> None:
        """Keep what is new a last time, and end."""
        self._closed = True
        self._wake.set()
        self._thread.join()
        self._round()

    def _serve(self) -> None:
        last = 0.0
        while not self._closed:
            self._wake.wait(max(0.1, last + EVERY_SECONDS - time.monotonic()))
            self._wake.clear()
            whole = time.monotonic() - last >= EVERY_SECONDS
            if whole:
                last = time.monotonic()
            try:
                self._round(whole)
            except Exception:  # a fault of ours in one run must not leave all others unkept
                log.exception("A round of keeping runs failed")
                self._fault = "A fault in this app keeps them from the disk; its log says which."
            time.sleep(0.1)  # so that many changes at once are one round

    def _round(self, whole: bool = True) -> None:
        """Keep what changed: everything, or only what is new or does not train."""
        with self._saving:
            self._began = time.monotonic()
            try:
                self._each_round()
                with self._lock:
                    held = list(self.held.values())
                still = []
                for run in held:
                    if whole or run.at_rest or run.kept[0] < 0:
                        self._keep(run)
                        still.append(run.name)
                        self._began = time.monotonic()  # something answers
                self._storage.renew(still, self.owner, time.time() + LEASE_SECONDS)
                if looked := {*self._touched}:
                    self._storage.touch(looked, time.time())
                    self._touched -= looked
                self._fault = ""
            except StorageError as error:
                if not self._fault:
                    log.warning("Runs are not kept now: %s", error)
                self._fault = str(error)
                self._drop_past()
            finally:
                self._began = math.inf

    def _keep(self, run: Run) -> None:
        changes = self._changes.get(run.name)
        record = run.record()
        version, step, _ = run.kept
        if record.snapshot.version != version:
            try:
                self._storage.save(record, step, self.owner, time.time() + LEASE_SECONDS)
            except TakenError:
                run.pause("Another server of this app goes on with this run.")
                self.forget(run.name)
                return
            run.let_go([moment for moment, _ in record.past])
            run.kept = (record.snapshot.version, record.snapshot.step, record.revision + 1)
        with self._lock:
            idle = run.at_rest and not run.outstanding
            if idle and self._changes.get(run.name) == changes:  # nothing came since
                self._drop(run.name)

    def _drop_past(self) -> None:
        """A full disk loses the pictures of the past, never the run."""
        with self._lock:
            held = list(self.held.values())
        for run in held:
            waiting = [step for step, _ in run.record().past]
            run.let_go(waiting[:-MOST_PAST])
