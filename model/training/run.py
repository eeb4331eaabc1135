"""A run: one network being trained for one user. Play, pause, step, stop; its history.

A run decides which slice comes next and keeps what came back; where slices run is the engine's
matter (`engine.py`), and what happens in one is `trainer.py`'s. All methods may be called from
any thread. Pages read `snapshot()`, which never changes once it is made.
"""

from __future__ import annotations

import csv
import io
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.networks.architectures import Weights
from model.training.batches import split, steps_per_epoch
from model.training.checkpoint import Checkpoint, Trained, final_weights, start
from model.training.mailbox import NO_ROOM
from model.training.metrics import Score
from model.training.queue import Job
from model.training.recipes import Config, check
from model.training.results import Slice
from model.training.tasks import train_slice

Status = Literal["running", "paused", "stopping", "stopped", "finished", "failed"]
ENDED: tuple[Status, ...] = ("stopped", "finished", "failed")
TRAINING: tuple[Status, ...] = ("running", "stopping")

SLICE_SECONDS = 0.6  # long enough that handing the state over costs little, short enough to watch
FIRST_STEPS = 5  # the first slice is short, so that the charts soon show something
MAX_TRIES = 3  # of one slice, before the run fails
FORGOTTEN_SECONDS = 30 * 60  # a run that nobody looks at for so long pauses
UNKNOWN_SECONDS = 20.0  # that a slice takes, about, before the pace is known
MEASURING_SECONDS = 5.0  # that the validation or test set takes, about

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EpochResult:
    """What is known at the end of one epoch."""

    epoch: int  # from 1
    loss: float  # mean over the epoch's batches, while the weights were still changing
    accuracy: float
    validation: Score | None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run at one moment. The same object comes back until something changes."""

    status: Status
    config: Config
    recipe: str
    message: str  # why it failed or paused by itself; otherwise empty
    step: int  # batches trained
    steps_per_epoch: int
    losses: NDArray[np.float32]  # (step,) mean loss of each batch
    accuracies: NDArray[np.float32]  # (step,)
    epochs: tuple[EpochResult, ...]
    images_per_second: float  # lately, waiting for a worker included; 0 while not known
    test: Score | None  # once the run has ended
    version: int  # grows with every change

    @property
    def total_steps(self) -> int:
        """Batches of the whole run."""
        return self.steps_per_epoch * self.config.epochs

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None while it is not known."""
        if not self.images_per_second:
            return None
        return (self.total_steps - self.step) * self.config.batch_size / self.images_per_second


class Jobs(Protocol):
    """What runs need of an engine."""

    def submit(self, job: Job) -> None:
        """Have a job done when its turn comes."""

    def withdraw(self, run: str) -> bool:
        """Forget the job of a run that waits; False if none does, or a worker has it already."""

    def ahead(self, run: str) -> int:
        """How many jobs must end before the next one of this run begins; 0 if none waits."""


class Run:
    """One run, from its first batch to its test accuracy. Starts at once."""

    def __init__(self, config: Config, recipe: str, engine: Jobs, visitor: str = "") -> None:
        check(config)
        pictures = datasets.load(config.data)
        train = split(
            len(pictures.train_labels), config.train_images, config.validation_images
        ).train
        self._lock = threading.RLock()
        self.visitor = visitor  # whose turns it takes; empty if nobody's in particular
        self.name = uuid.uuid4().hex  # of its turns, unlike its token no secret
        self._engine = engine
        self._checkpoint: Checkpoint | None = start(config)  # None once it has ended
        self._weights: Weights = {}  # from then on
        self._tries = 0
        self._outstanding = False
        self._arrived = 0.0  # when the last slice came back; 0 after a pause
        self._pace = 0.0  # seconds per batch inside a worker
        self._seen = time.monotonic()
        self._watchers: dict[str, Callable[[], bool]] = {}
        empty = np.zeros(0, np.float32)
        per_epoch = steps_per_epoch(len(train), config.batch_size)
        self._now = Snapshot(
            "running", config, recipe, "", 0, per_epoch, empty, empty, (), 0.0, None, 0
        )
        self._submit(FIRST_STEPS)

    def snapshot(self) -> Snapshot:
        """The run as it is now; asking for it tells the run that somebody watches."""
        with self._lock:
            self._seen = time.monotonic()
            return self._now

    def watch(self, watcher: str, is_here: Callable[[], bool]) -> None:
        """Count as watched for as long as `is_here` says so, whatever the watcher looks at."""
        with self._lock:
            self._look_round()
            self._watchers[watcher] = is_here

    def watched(self) -> bool:
        """Whether somebody watches now."""
        with self._lock:
            return self._look_round()

    @property
    def status(self) -> Status:
        """The status alone, without telling the run that somebody watches."""
        return self._now.status

    @property
    def outstanding(self) -> bool:
        """Whether a slice is queued or running."""
        return self._outstanding

    def pause(self, message: str = "") -> None:
        """Let the slice that is under way end, and submit no other."""
        with self._lock:
            if self._now.status == "running":
                self._change(status="paused", message=message)
                self._withdraw()

    def _withdraw(self) -> None:
        """What still waits for its turn need not be waited for."""
        if self._outstanding and self._engine.withdraw(self.name):
            self._outstanding = False

    def resume(self) -> None:
        """Go on after a pause."""
        with self._lock:
            if self._now.status == "paused":
                self._arrived = 0.0
                self._change(status="running", message="")
                self._submit(self._steps())

    def stay_paused(self, message: str) -> None:
        """Say why it does not go on."""
        with self._lock:
            if self._now.status == "paused":
                self._change(message=message)

    def one_batch(self) -> None:
        """While paused: train a single batch and stay paused."""
        with self._lock:
            if self._now.status == "paused":
                self._submit(1)

    def stop(self) -> None:
        """End here: keep the newest weights and measure them on the test set."""
        with self._lock:
            if self._now.status in ("running", "paused"):
                self._change(status="stopping", message="")
                self._withdraw()
                self._submit(0)

    def trained(self) -> Trained:
        """The newest weights, with where they come from."""
        with self._lock:
            now, kept = self._now, self._checkpoint
            weights = final_weights(kept, now.config) if kept else self._weights
        accuracies = {}
        if now.epochs:
            accuracies["train"] = now.epochs[-1].accuracy
            if held_out := now.epochs[-1].validation:
                accuracies["validation"] = held_out.accuracy
        if now.test:
            accuracies["test"] = now.test.accuracy
        epoch = round(now.step / now.steps_per_epoch, 2)
        return Trained(weights, now.config, now.recipe, epoch, accuracies)

    def _steps(self) -> int:
        """How many batches fill a slice at the pace of the last one."""
        return max(1, round(SLICE_SECONDS / self._pace)) if self._pace else FIRST_STEPS

    def _submit(self, steps: int) -> None:
        if self._outstanding or not self._checkpoint:
            return
        self._outstanding = True
        stopping = self._now.status == "stopping"
        self._engine.submit(
            Job(
                train_slice,
                (self._checkpoint, self._now.config, steps, stopping),
                self._on_done,
                self.visitor,
                self.name,
                interactive=self._now.status != "running",
                seconds=self._pace * steps + MEASURING_SECONDS if self._pace else UNKNOWN_SECONDS,
                tries=self._tries,
            )
        )

    def _on_done(self, result: Slice | None, error: BaseException | None) -> None:
        with self._lock:
            self._outstanding = False
            if result is None:
                self._failed(error)
            else:
                self._tries = 0
                self._store(result)
            self._go_on()

    def _go_on(self) -> None:
        """Submit what comes next, unless the run is paused or has ended."""
        if self._now.status == "running":
            if self._forgotten():
                self.pause("Paused, because nobody has looked at this run for half an hour.")
            else:
                self._submit(self._steps())
        elif self._now.status == "stopping":
            self._submit(0)

    def _look_round(self) -> bool:
        """Let go of watchers that are gone; whether one is left."""
        self._watchers = {name: here for name, here in self._watchers.items() if here()}
        return bool(self._watchers)

    def _forgotten(self) -> bool:
        if self._look_round():
            self._seen = time.monotonic()
        return time.monotonic() - self._seen > FORGOTTEN_SECONDS

    def _failed(self, error: BaseException | None) -> None:
        """Count a failed try; the same slice is submitted again until there were too many."""
        self._tries += 1
        log.warning("A slice failed, try %d of %d: %r", self._tries, MAX_TRIES, error)
        if self._tries >= MAX_TRIES:
            self._end(
                "failed",
                f"Training failed {MAX_TRIES} times at the same place{_why(error)} The weights "
                f"after {self._now.step} batches are kept.",
            )

    def _end(self, status: Status, message: str = "") -> None:
        """Keep the weights and let go of the rest: the optimizer's state is twice as large."""
        if self._checkpoint:
            self._weights = final_weights(self._checkpoint, self._now.config)
        self._checkpoint = None
        self._change(status=status, message=message)

    def _store(self, result: Slice) -> None:
        now, steps = self._now, len(result.losses)
        if not all(
            np.isfinite(a).all() for a in (result.losses, *result.checkpoint.weights.values())
        ):
            self._end(
                "failed",
                "The loss grew beyond all numbers, so the weights were about to be lost: "
                f"the learning rate of {now.config.learning_rate:g} is too high here. The weights "
                f"after {now.step} batches are kept. Start again with a tenth of it.",
            )
            return
        self._checkpoint = result.checkpoint
        if now.step and steps and not result.validation:  # the first slice may include tracing
            self._pace = result.seconds / steps
        self._change(
            step=result.checkpoint.step,
            losses=np.concatenate([now.losses, result.losses]),
            accuracies=np.concatenate([now.accuracies, result.accuracies]),
            images_per_second=self._speed(steps * now.config.batch_size),
            test=result.test,
        )
        if steps and result.checkpoint.step % now.steps_per_epoch == 0:
            self._end_epoch(result.validation)
        if result.test:
            whole = self._now.step >= now.total_steps
            self._end("finished" if whole else "stopped")

    def _speed(self, images: int) -> float:
        """Pictures per second by the clock on the wall, averaged over about ten slices."""
        before, self._arrived = self._arrived, time.monotonic()
        if not before or not images:
            return self._now.images_per_second
        latest = images / (self._arrived - before)
        return 0.8 * (self._now.images_per_second or latest) + 0.2 * latest

    def _end_epoch(self, validation: Score | None) -> None:
        now = self._now
        here = slice(-now.steps_per_epoch, None)
        loss, accuracy = float(now.losses[here].mean()), float(now.accuracies[here].mean())
        ended = EpochResult(len(now.epochs) + 1, loss, accuracy, validation)
        self._change(epochs=(*now.epochs, ended))

    def _change(self, **changes: object) -> None:
        with self._lock:
            self._now = replace(self._now, version=self._now.version + 1, **changes)  # type: ignore[arg-type]


def _why(error: BaseException | None) -> str:
    """Why a slice failed and what to do, to go on a sentence with."""
    if isinstance(error, datasets.DataError):
        return f": {error}"
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return ": the server's disk is full. Whoever runs it must make room; then start again."
    return (
        f" ({type(error).__name__}). Start again, or try a smaller batch size if the server is "
        "short of memory."
    )


def history_csv(snapshot: Snapshot) -> str:
    """Every batch as a line; an epoch's last batch also has the validation figures."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["epoch", "batch", "loss", "accuracy", "validation_loss", "validation_accuracy"])
    held_out = {e.epoch * snapshot.steps_per_epoch: e.validation for e in snapshot.epochs}
    pairs = zip(snapshot.losses, snapshot.accuracies, strict=True)
    for step, (loss, accuracy) in enumerate(pairs, 1):
        epoch, batch = divmod(step - 1, snapshot.steps_per_epoch)
        score = held_out.get(step)
        extra = [f"{score.loss:.6f}", f"{score.accuracy:.6f}"] if score else ["", ""]
        table.writerow([epoch + 1, batch + 1, f"{loss:.6f}", f"{accuracy:.6f}", *extra])
    return text.getvalue()


def is_active(run: Run | None) -> bool:
    """Whether the run still trains, or is paused."""
    return run is not None and run.status not in ENDED
