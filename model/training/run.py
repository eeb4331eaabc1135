"""A run: one network being trained for one user. Play, pause, step, stop; its history.

A run decides which slice comes next and keeps what came back; where slices run is the engine's
matter (`engine.py`), and what happens in one is `trainer.py`'s. All methods may be called from
any thread. Pages read `snapshot()`, which never changes once it is made.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from model.data import datasets
from model.networks.architectures import NETWORKS, Weights, multiplications
from model.training.batches import split, steps_per_epoch
from model.training.checkpoint import Trained, final_weights, start
from model.training.faults import why
from model.training.glimpse import Glimpse, glimpse
from model.training.metrics import Score
from model.training.pace import Pace
from model.training.queue import Job, Jobs
from model.training.recipes import Config, check, number
from model.training.results import Slice
from model.training.snapshot import ENDED, EpochResult, Snapshot, Status
from model.training.storage.record import Keys, Record, Summary
from model.training.tasks import train_slice

SLICE_SECONDS = 0.6  # long enough that handing the state over costs little, short enough to watch
# Where many runs share the workers, slices are shorter, so that turns come about so often; but not
# shorter than this, or handing over would cost too much.
TURN_SECONDS, LEAST_SLICE_SECONDS = 3.0, 0.2
MOMENTS = (10, 100)  # after so many batches the weights are kept, as after each epoch
FIRST_STEPS = 5  # the first slice is short, so that the charts soon show something
MAX_TRIES = 3  # of one slice, before the run fails
FORGOTTEN_SECONDS = 30 * 60  # a run that nobody looks at for so long pauses
UNKNOWN_SECONDS = 20.0  # that a slice takes, about, before the pace is known
MEASURING_SECONDS = 5.0  # that the validation or test set takes, about

log = logging.getLogger(__name__)


def nobody(_run: Run) -> None:
    """Who wants to know of changes, where nobody does."""


class Run:
    """One run, from its first batch to its test accuracy. A new one starts at once."""

    def __init__(
        self,
        config: Config,
        recipe: str,
        engine: Jobs,
        visitor: str = "",
        keys: Keys | None = None,
        changed: Callable[[Run], None] = nobody,
        name: str = "",
    ) -> None:
        """`changed` is called after every change, on any thread; it must return at once."""
        check(config)
        pictures = datasets.load(config.data)
        train = split(
            len(pictures.train_labels), config.train_images, config.validation_images
        ).train
        empty = np.zeros(0, np.float32)
        per_epoch = steps_per_epoch(len(train), config.batch_size)
        now = Snapshot("running", config, recipe, "", 0, per_epoch, empty, empty, (), 0.0, None, 0)
        now = replace(now, images_per_epoch=len(train))
        first, created = start(config), time.time()
        keys = keys or Keys("", "", visitor)
        record = Record(name or uuid.uuid4().hex, keys, created, created, now, first, {})
        self._take(record, engine, visitor, changed)
        self._past[0] = first.weights
        self._submit(self._steps())

    def _take(
        self, record: Record, engine: Jobs, visitor: str, changed: Callable[[Run], None]
    ) -> None:
        self._lock = threading.RLock()
        self.visitor = visitor  # whose turns it takes; empty if nobody's in particular
        self.name = record.name  # of its turns, unlike its tokens no secret
        self.keys, self.created = record.keys, record.created
        self.past_gone = record.past_gone
        self.kept = (-1, 0, 0)  # version, step and revision in the storage; the keeper's to change
        self.touched = -math.inf  # when a look at it was noted, while it does not train
        self.checked = time.monotonic()  # when the registry saw that nobody else saved it
        self._engine, self._changed = engine, changed
        self._checkpoint = record.checkpoint  # None once it has ended
        self._weights = record.weights  # from then on
        self._past: dict[int, Weights] = {}  # by batches: weights that are still to be kept
        self._tries = 0
        self._outstanding = False
        self._pace = Pace()
        self._seen = time.monotonic() - max(0.0, time.time() - record.seen)
        self._watchers: dict[str, Callable[[], bool]] = {}
        self._now = record.snapshot
        self._multiplications = multiplications(NETWORKS[record.snapshot.config.network])

    @classmethod
    def restored(
        cls, record: Record, engine: Jobs, visitor: str, changed: Callable[[Run], None] = nobody
    ) -> Run:
        """A run as it was kept, which does nothing until `go_on` or `resume` is called."""
        run = cls.__new__(cls)
        run._take(record, engine, visitor, changed)
        version = -1 if record.damaged else record.snapshot.version  # it is kept as failed, then
        run.kept = (version, record.snapshot.step, record.revision)
        return run

    def go_on(self) -> None:
        """After a restart of the server: train on, or pause where nobody has looked for long."""
        with self._lock:
            if not self._outstanding:
                self._go_on()

    def record(self) -> Record:
        """The run as it is to be kept."""
        with self._lock:
            if self._look_round():
                self._seen = time.monotonic()
            seen = time.time() - (time.monotonic() - self._seen)
            return Record(
                self.name,
                self.keys,
                self.created,
                seen,
                self._now,
                self._checkpoint,
                self._weights,
                tuple(self._past.items()),
                self.past_gone,
                self.kept[2],
            )

    def summary(self) -> Summary:
        """What a list says of it."""
        now = self._now
        test = now.test.accuracy if now.test else None
        return Summary(
            self.name,
            self.created,
            now.config.network,
            now.recipe,
            now.status,
            now.step,
            now.total_steps,
            now.config.epochs,
            test,
        )

    def let_go(self, steps: Iterable[int]) -> None:
        """These weights of the past are kept elsewhere now, or cannot be."""
        with self._lock:
            for step in steps:
                self._past.pop(step, None)

    def snapshot(self) -> Snapshot:
        """The run as it is now; asking for it tells the run that somebody watches."""
        with self._lock:
            self._seen = time.monotonic()
            return self._now

    def glimpse(self) -> Glimpse:
        """What its newest weights make of a few pictures, as the last slice told.

        Where none did, it is worked out here, once; DataError where the pictures are missing.
        """
        with self._lock:
            now = self.snapshot()
            if now.glimpse:
                return now.glimpse
            weights = self.trained().weights
        found = glimpse(now.config, weights, now.step)
        with self._lock:
            if self._now.version == now.version:
                self._now = replace(self._now, glimpse=found)  # nothing that is kept has changed
        return found

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
        """How many batches to train next: equal parts of what is left to the next moment.

        With parts that are not equal, turns taken together would not be progress made together.
        """
        here, per_epoch, pace = self._now.step, self._now.steps_per_epoch, self._pace
        seconds = min(SLICE_SECONDS, max(LEAST_SLICE_SECONDS, TURN_SECONDS / pace.sharing))
        most = max(1, round(seconds / pace.per_batch)) if pace.per_batch else FIRST_STEPS
        moments = (*MOMENTS, (here // per_epoch + 1) * per_epoch)
        left = min(moment - here for moment in moments if moment > here)
        return math.ceil(left / math.ceil(left / most))

    def _submit(self, steps: int) -> None:
        if self._outstanding or not self._checkpoint:
            return
        self._outstanding = True
        stopping, running = self._now.status == "stopping", self._now.status == "running"
        took = self._pace.per_batch * steps + MEASURING_SECONDS
        self._pace.began(running)
        self._engine.submit(
            Job(
                train_slice,
                (self._checkpoint, self._now.config, steps, stopping),
                self._on_done,
                self.visitor,
                self.name,
                interactive=not running,
                weight=self._now.config.batch_size * steps * self._multiplications,
                seconds=took if self._pace.per_batch else UNKNOWN_SECONDS,
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
                f"Training failed {MAX_TRIES} times at the same place{why(error)} The weights "
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
                f"the learning rate of {number(now.config.learning_rate)} is too high here. The "
                f"weights after {now.step} batches are kept. Start again with a tenth of it.",
            )
            return
        self._checkpoint = result.checkpoint
        images = now.images_in(now.step, now.step + steps)
        scored = result.validation is not None
        self._pace.ended(steps, images, result.seconds, result.cold, scored)
        self._change(
            step=result.checkpoint.step,
            losses=np.concatenate([now.losses, result.losses]),
            accuracies=np.concatenate([now.accuracies, result.accuracies]),
            images_per_second=self._pace.images_per_second,
            test=result.test,
            glimpse=result.glimpse,
        )
        ended = steps and result.checkpoint.step % now.steps_per_epoch == 0
        if ended or result.checkpoint.step in MOMENTS:
            self._past[result.checkpoint.step] = final_weights(result.checkpoint, now.config)
        if ended:
            self._end_epoch(result.validation)
        if result.test:
            whole = self._now.step >= now.total_steps
            self._end("finished" if whole else "stopped")

    def _end_epoch(self, validation: Score | None) -> None:
        now = self._now
        first = now.step - now.steps_per_epoch
        sizes = now.batch_sizes(first, now.step)
        loss, accuracy = (
            float(np.average(each[first:], weights=sizes)) for each in (now.losses, now.accuracies)
        )
        ended = EpochResult(len(now.epochs) + 1, loss, accuracy, validation)
        self._change(epochs=(*now.epochs, ended))

    def _change(self, **changes: object) -> None:
        with self._lock:
            self._now = replace(self._now, version=self._now.version + 1, **changes)  # type: ignore[arg-type]
        self._changed(self)


def is_active(run: Run | None) -> bool:
    """Whether the run still trains, or is paused."""
    return run is not None and run.status not in ENDED
