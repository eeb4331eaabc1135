"""A run: one network being trained for one user. Play, pause, step, slow motion, stop; its history.

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
from model.training.pace import Pace
from model.training.queue import Job, Jobs
from model.training.recipes import Config, SettingError, check
from model.training.results import Slice
from model.training.snapshot import (
    CHANGEABLE,
    ENDED,
    TRAINING,
    Change,
    Origin,
    Snapshot,
    Status,
)
from model.training.stopping import why_fail, why_stop
from model.training.storage.record import Keys, Record, Summary
from model.training.tasks import train_slice
from model.training.watchers import Watchers

SLICE_SECONDS = 0.6  # long enough that handing the state over costs little, short enough to watch
# Where many runs share the workers, slices are shorter, so that turns come about so often; but not
# shorter than this, or handing over would cost too much.
TURN_SECONDS, LEAST_SLICE_SECONDS = 3.0, 0.2
MOMENTS = (10, 100)  # after so many batches the weights are kept, as after each epoch
FIRST_STEPS = 5  # the first slice is short, so that the charts soon show something
MAX_TRIES = 3  # of one slice, before the run fails
FORGOTTEN_SECONDS = 30 * 60  # a run that nobody looks at for so long pauses
SLOW_SECONDS = 1.0  # between two batches of slow motion
SLOW_FORGOTTEN_SECONDS = 60.0  # slow motion that nobody looks at for so long ends
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
        begin: tuple[Weights, Origin] | None = None,
    ) -> None:
        """`changed` is called after every change, on any thread; it must return at once.

        It begins with random weights, or with those of another run that `begin` gives.
        """
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
        if begin:
            first, now = replace(first, weights=begin[0]), replace(now, origin=begin[1])
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
        self._checkpoint = record.checkpoint  # None once it has ended and cannot go further
        self._weights = record.weights  # then these
        self._wanted: Config | None = None  # settings that count from the next slice on
        self._singles = 0  # single batches that are wanted
        self._timer: threading.Timer | None = None  # of the next batch in slow motion
        self._past: dict[int, Weights] = {}  # by batches: weights that are still to be kept
        self._tries = 0
        self._outstanding = False
        self._pace = Pace()
        self._watchers = Watchers(time.time() - record.seen)
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
            seen = time.time() - self._watchers.seconds()
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
            now.config,
            now.epochs[-1].validation.accuracy
            if now.epochs and now.epochs[-1].validation
            else None,
            now.seconds,
            now.title,
            now.starred,
            now.origin,
        )

    def let_go(self, steps: Iterable[int]) -> None:
        """These weights of the past are kept elsewhere now, or cannot be."""
        with self._lock:
            for step in steps:
                self._past.pop(step, None)

    def snapshot(self) -> Snapshot:
        """The run as it is now; asking for it tells the run that somebody watches."""
        with self._lock:
            self._watchers.look()
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
            self._watchers.add(watcher, is_here)

    def watched(self) -> bool:
        """Whether somebody watches now."""
        with self._lock:
            return self._watchers.anybody()

    @property
    def status(self) -> Status:
        """The status alone, without telling the run that somebody watches."""
        return self._now.status

    @property
    def measured(self) -> tuple[Config, float]:
        """Its settings, and a worker's seconds for one of its batches; 0 while not known."""
        return self._now.config, self._pace.measured

    @property
    def outstanding(self) -> bool:
        """Whether a slice is queued or running."""
        return self._outstanding

    @property
    def goes_further(self) -> bool:
        """Whether it has ended and has what it needs to be taken up again: see `change`."""
        return self._now.status in ENDED and self._checkpoint is not None

    @property
    def at_rest(self) -> bool:
        """Whether nothing happens until somebody wants it."""
        return self._now.status not in TRAINING and not self._now.slow

    def pause(self, message: str = "") -> None:
        """Let the slice that is under way end, and submit no other."""
        with self._lock:
            if self._now.status == "running" or self._now.slow:
                self._singles = 0
                self._change(status="paused", message=message, until=0, slow=False)
                self._withdraw()

    def _withdraw(self) -> None:
        """What still waits for its turn need not be waited for."""
        if self._outstanding and self._engine.withdraw(self.name):
            self._outstanding = False

    def resume(self) -> None:
        """Go on after a pause."""
        with self._lock:
            if self._now.status == "paused":
                self._singles = 0
                self._change(status="running", message="", slow=False)
                self._submit(self._steps())

    def one_epoch(self) -> None:
        """Go on to the end of the epoch, and pause there."""
        with self._lock:
            if self._now.status in ("running", "paused"):
                per_epoch = self._now.steps_per_epoch
                self._change(until=(self._now.step // per_epoch + 1) * per_epoch)
                self.resume()

    def stay_paused(self, message: str) -> None:
        """Say why it does not go on."""
        with self._lock:
            if self._now.status == "paused":
                self._change(message=message)

    def one_batch(self) -> None:
        """While paused: train a single batch and stay paused."""
        with self._lock:
            if self._now.status == "paused":
                self._change(slow=False)
                self._singles += 1  # each counts, also where the one before has not ended yet
                self._go_on()

    def slow_motion(self) -> None:
        """Train about one batch a second, for as long as somebody looks."""
        with self._lock:
            if self._now.status in ("running", "paused") and not self._now.slow:
                self._change(status="paused", message="", until=0, slow=True)
                self._withdraw()
                self._submit(1)

    def _next_slow(self) -> None:
        """The second is over."""
        with self._lock:
            self._timer = None
            if not self._now.slow:
                return
            if self._watchers.seconds() > SLOW_FORGOTTEN_SECONDS:
                self._change(slow=False)
            else:
                self._submit(1)

    def change(self, **settings: object) -> None:
        """Train on with other settings, of CHANGEABLE; they count from the next slice on.

        An ended run that keeps its optimizer's state goes further so, if its epochs allow it.
        Raises SettingError where it cannot.
        """
        with self._lock:
            now = self._now
            config = check(replace(now.config, **settings))  # type: ignore[arg-type]
            least = now.step // now.steps_per_epoch + 1
            if config.epochs < least:
                raise SettingError(
                    f"Epochs is {config.epochs}; this run is in epoch {least}, so it must be "
                    f"{least} or more."
                )
            if now.status == "stopping" or not self._checkpoint:
                raise SettingError("This run has ended, and nothing of it can be changed.")
            self._wanted = config
            self._withdraw()
            if not self._outstanding:
                self._take_wanted()
            if now.status in ENDED:
                self._change(status="running", message="", test=None)
            self._go_on()

    def _take_wanted(self) -> None:
        """From here on, the settings that somebody asked for count."""
        before, after, self._wanted = self._now.config, self._wanted, None
        if after is None:
            return
        changes = tuple(
            Change(self._now.step, name, getattr(before, name), getattr(after, name))
            for name in CHANGEABLE
            if getattr(before, name) != getattr(after, name)
        )
        self._change(config=after, changes=(*self._now.changes, *changes))
        if self._now.step >= self._now.total_steps:  # while it was asked for, the epoch ended
            self._change(status="stopping")

    def mark(self, **marks: object) -> None:
        """What its visitor notes of it: `title`, `starred`."""
        with self._lock:
            self._change(**marks)

    def discard(self) -> None:
        """End for good: nothing of it is kept from now on."""
        with self._lock:
            self._changed = nobody
            self._withdraw()
            self._end("stopped")

    def let_go_of_state(self) -> None:
        """Where it has ended, keep no more than its weights: it cannot go further then."""
        with self._lock:
            if self._now.status in ENDED:
                self._checkpoint = None

    def stop(self) -> None:
        """End here: keep the newest weights and measure them on the test set."""
        with self._lock:
            if self._now.status in ("running", "paused"):
                self._change(status="stopping", message="", until=0, slow=False)
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
        moments = (*MOMENTS, (here // per_epoch + 1) * per_epoch, self._now.until)
        left = min(moment - here for moment in moments if moment > here)
        return math.ceil(left / math.ceil(left / most))

    def _submit(self, steps: int) -> None:
        if self._outstanding or not self._checkpoint:
            return
        self._outstanding = True
        self._take_wanted()
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
                self._go_further()
            self._go_on()

    def _go_further(self) -> None:
        """More epochs that were wanted during its last slice count, though it has ended."""
        if self._now.status != "finished" or self._wanted is None:
            return
        if self._wanted.epochs > self._now.config.epochs:
            self._take_wanted()
            self._change(status="running", message="", test=None)
        self._wanted = None

    def _go_on(self) -> None:
        """Submit what comes next, unless the run is paused or has ended."""
        if self._now.status == "running":
            if self._watchers.seconds() > FORGOTTEN_SECONDS:
                self.pause("Paused, because nobody has looked at this run for half an hour.")
            else:
                self._submit(self._steps())
        elif self._now.status == "stopping":
            self._submit(0)
        elif self._singles and not self._outstanding:
            self._singles -= 1
            self._submit(1)
        elif self._now.slow and self._timer is None and not self._outstanding:
            self._timer = threading.Timer(SLOW_SECONDS, self._next_slow)
            self._timer.daemon = True
            self._timer.start()

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
        """What it needs to go further stays with it: see `change`."""
        if self._checkpoint:
            self._weights = final_weights(self._checkpoint, self._now.config)
        self._change(status=status, message=message, until=0, slow=False)

    def _store(self, result: Slice) -> None:
        now, steps = self._now, len(result.losses)
        if fault := why_fail(now, result):
            self._end("failed", fault)
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
            batch=result.batch if now.status == "paused" else None,  # slices may be as short
            seconds=now.seconds + result.seconds,
        )
        ended = steps and result.checkpoint.step % now.steps_per_epoch == 0
        if ended or result.checkpoint.step in MOMENTS:
            self._past[result.checkpoint.step] = final_weights(result.checkpoint, now.config)
        if ended:
            self._change(epochs=(*now.epochs, self._now.ended_epoch(result.validation)))
        if result.test:
            whole = self._now.step >= now.total_steps
            self._end("finished" if whole else "stopped", self._now.message)
        elif ended and (reason := why_stop(self._now)):
            self._change(status="stopping", message=reason)
        elif self._now.until and self._now.step >= self._now.until:
            self._change(status="paused", until=0)

    def _change(self, **changes: object) -> None:
        with self._lock:
            self._now = replace(self._now, version=self._now.version + 1, **changes)  # type: ignore[arg-type]
        self._changed(self)


def is_active(run: Run | None) -> bool:
    """Whether the run still trains, or is paused."""
    return run is not None and run.status not in ENDED
