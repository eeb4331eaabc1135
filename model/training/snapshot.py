"""What a run is at one moment, as plain data that never changes: what pages read and disks keep."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from model.training.batches import batch_sizes
from model.training.glimpse import Batch, Glimpse
from model.training.metrics import Score
from model.training.recipes import Config

Status = Literal["running", "paused", "stopping", "stopped", "finished", "failed"]
ENDED: tuple[Status, ...] = ("stopped", "finished", "failed")
TRAINING: tuple[Status, ...] = ("running", "stopping")
CHANGEABLE = ("learning_rate", "epochs")  # settings that a run may change on its way


@dataclass(frozen=True)
class EpochResult:
    """What is known at the end of one epoch."""

    epoch: int  # from 1
    loss: float  # mean over the epoch's pictures, while the weights were still changing
    accuracy: float
    validation: Score | None


@dataclass(frozen=True)
class Change:
    """A setting that was changed while the run trained."""

    step: int  # batches that were trained with what stood there before
    name: str  # of the setting in Config: one of CHANGEABLE
    before: float
    after: float


@dataclass(frozen=True)
class Origin:
    """The run whose weights another one began with."""

    name: str  # of the run, no secret
    step: int  # batches that it had trained


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run at one moment. The same object comes back until something changes."""

    status: Status
    config: Config
    recipe: str
    message: str  # why it failed or paused by itself; otherwise empty
    step: int  # batches trained
    steps_per_epoch: int
    losses: NDArray[np.float32]  # (step,) mean cross-entropy of each batch
    accuracies: NDArray[np.float32]  # (step,)
    epochs: tuple[EpochResult, ...]
    images_per_second: float  # lately, waiting for a worker included; 0 while not known
    test: Score | None  # once the run has ended
    version: int  # grows with every change
    glimpse: Glimpse | None = None  # of the newest weights, once it was taken; it is not kept
    batch: Batch | None = None  # what the last single batch was; it is not kept either
    until: int = 0  # batches after which it pauses; 0: it goes on to its end
    slow: bool = False  # paused, but for a batch each second
    changes: tuple[Change, ...] = ()  # in order
    seconds: float = 0.0  # that workers trained and measured
    title: str = ""  # what its visitor calls it
    starred: bool = False
    origin: Origin | None = None  # None where it began with random weights
    # Pictures to learn from; 0 in runs of an older version, which did not note it, and whose losses
    # contain the smoothing of labels.
    images_per_epoch: int = 0

    @property
    def total_steps(self) -> int:
        """Batches of the whole run."""
        return self.steps_per_epoch * self.config.epochs

    @property
    def first_config(self) -> Config:
        """The settings that it began with."""
        before = {change.name: change.before for change in reversed(self.changes)}
        return replace(self.config, **before)  # type: ignore[arg-type]

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None while it is not known."""
        if not self.images_per_second:
            return None
        return self.images_in(self.step, self.total_steps) / self.images_per_second

    def ended_epoch(self, validation: Score | None) -> EpochResult:
        """The epoch that the newest batch ended."""
        first = self.step - self.steps_per_epoch
        sizes = self.batch_sizes(first, self.step)
        loss, accuracy = (
            float(np.average(each[first:], weights=sizes))
            for each in (self.losses, self.accuracies)
        )
        return EpochResult(len(self.epochs) + 1, loss, accuracy, validation)

    def batch_sizes(self, first: int, end: int) -> NDArray[np.intp]:
        """Pictures in each of the batches `first` to `end`, (end - first,)."""
        images = self.images_per_epoch or self.steps_per_epoch * self.config.batch_size
        return batch_sizes(images, self.config.batch_size, first, end)

    def images_in(self, first: int, end: int) -> int:
        """Pictures in the batches `first` to `end`."""
        return int(self.batch_sizes(first, end).sum())


def history_csv(snapshot: Snapshot) -> str:
    """Every batch as a line; an epoch's last batch also has the validation figures."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        ["epoch", "batch", "loss", "accuracy", "validation_loss", "validation_accuracy", "changed"]
    )
    changed: dict[int, list[str]] = {}
    for one in snapshot.changes:  # the batch after is the first for which it counts
        words = f"{one.name} {one.before:g} to {one.after:g}"
        changed.setdefault(one.step + 1, []).append(words)
    held_out = {e.epoch * snapshot.steps_per_epoch: e.validation for e in snapshot.epochs}
    pairs = zip(snapshot.losses, snapshot.accuracies, strict=True)
    for step, (loss, accuracy) in enumerate(pairs, 1):
        epoch, batch = divmod(step - 1, snapshot.steps_per_epoch)
        score = held_out.get(step)
        extra = [f"{score.loss:.6f}", f"{score.accuracy:.6f}"] if score else ["", ""]
        words = "; ".join(changed.get(step, []))
        table.writerow([epoch + 1, batch + 1, f"{loss:.6f}", f"{accuracy:.6f}", *extra, words])
    return text.getvalue()
