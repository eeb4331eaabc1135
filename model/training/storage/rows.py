"""Records as rows of the tables, and back; each function works in a transaction of its caller."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from sqlalchemy import Connection, RowMapping, and_, delete, insert, or_, select, update

from model.training.batches import steps_per_epoch
from model.training.recipes import Config, SettingError, from_plain
from model.training.safetensors_header import strict_json
from model.training.snapshot import Snapshot, Status
from model.training.storage import encoding
from model.training.storage.database import StorageError
from model.training.storage.record import Record, Summary
from model.training.storage.schema import ARRAYS, HISTORIES, RUNS

MOST_STEPS = 1_000_000  # batches of an epoch; far more than any data set here has pictures
MOST_EPOCHS_KEPT = 30  # of the past; with the beginning and two more moments 33
DAMAGED = (
    "The file with this run's newest state is damaged, so it cannot go on. Its curves are kept."
)


SENSELESS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class TakenError(Exception):
    """Another process trains this run, or saved it since."""


class DamagedRowError(StorageError):
    """What was kept of a run makes no sense, and will not when it is read again."""

    def __init__(self) -> None:
        super().__init__("What was kept of this run is damaged.")


def newest_bytes(record: Record) -> bytes:
    """The checkpoint, or the weights alone of an ended run that cannot go further."""
    if record.checkpoint is not None:
        return encoding.pack(record.checkpoint)
    return encoding.pack_weights(record.weights)


def put_run(connection: Connection, record: Record, owner: str, lease: float) -> bool:
    """Put a run's row in place of the one that it follows, or anew: whether it was there.

    Raise TakenError if another one trains it, or saved it since.
    """
    now = record.snapshot
    row = {
        "seen": record.seen,
        "config": encoding.settings_to_text(now.config),
        "recipe": now.recipe,
        "status": now.status,
        "message": now.message,
        "step": now.step,
        "steps_per_epoch": now.steps_per_epoch,
        "images_per_epoch": now.images_per_epoch,
        "epochs": encoding.epochs_to_text(now.epochs),
        "test": encoding.score_to_text(now.test),
        "owner": owner if record.in_training else "",
        "lease": lease if record.in_training else 0.0,
        "revision": record.revision + 1,
        "until": now.until,
        "changes": encoding.changes_to_text(now.changes),
        "seconds": now.seconds,
        "title": now.title,
        "starred": now.starred,
        "origin": encoding.origin_to_text(now.origin),
    }
    # What we train may have been saved once more than we know: its answer was lost on the way.
    mine = or_(
        and_(RUNS.c.owner == "", RUNS.c.revision == record.revision),
        and_(RUNS.c.owner == owner, RUNS.c.revision - record.revision <= 1),
    )
    done = connection.execute(update(RUNS).where(RUNS.c.name == record.name, mine).values(**row))
    if done.rowcount:
        return True
    if connection.execute(select(RUNS.c.name).where(RUNS.c.name == record.name)).first():
        raise TakenError
    connection.execute(
        insert(RUNS).values(
            name=record.name,
            steering=record.keys.steering,
            showing=record.keys.showing,
            visitor=record.keys.visitor,
            created=record.created,
            past_gone=record.past_gone,
            **row,
        )
    )
    return False


def put_history(connection: Connection, record: Record, since: int) -> None:
    """Add the figures of the batches after `since`, as one piece."""
    now, name = record.snapshot, record.name
    connection.execute(delete(HISTORIES).where(HISTORIES.c.run == name, HISTORIES.c.first >= since))
    if now.step > since:
        connection.execute(
            insert(HISTORIES).values(
                run=name,
                first=since,
                losses=encoding.pack_figures(now.losses[since:]),
                accuracies=encoding.pack_figures(now.accuracies[since:]),
            )
        )


def put_arrays(
    connection: Connection, record: Record, rows: list[dict[str, Any]]
) -> list[str | None]:
    """Put rows in place of those before, and take away what is too much; files to remove."""
    name = record.name
    gone = files_of(connection, and_(ARRAYS.c.run == name, ARRAYS.c.kind == "newest"))
    connection.execute(delete(ARRAYS).where(ARRAYS.c.run == name, ARRAYS.c.kind == "newest"))
    steps = [row["step"] for row in rows if row["kind"] == "past"]
    if steps:
        again = and_(ARRAYS.c.run == name, ARRAYS.c.kind == "past", ARRAYS.c.step.in_(steps))
        gone += files_of(connection, again)
        connection.execute(delete(ARRAYS).where(again))
    connection.execute(insert(ARRAYS), rows)
    if steps:
        past = and_(ARRAYS.c.run == name, ARRAYS.c.kind == "past")
        there = connection.execute(select(ARRAYS.c.step).where(past)).scalars().all()
        extra = too_many(there, record.snapshot.steps_per_epoch)
        gone += files_of(connection, and_(past, ARRAYS.c.step.in_(extra)))
        connection.execute(delete(ARRAYS).where(past, ARRAYS.c.step.in_(extra)))
    return gone


def too_many(steps: Iterable[int], per_epoch: int) -> list[int]:
    """Which of the kept moments go: every second epoch's end of a long run, then three of four.

    The beginning, batches 10 and 100, and the newest epoch's end stay.
    """
    epochs = [step // per_epoch for step in steps if step and step % per_epoch == 0]
    newest = max(epochs, default=0)
    stride = 1
    while newest // stride > MOST_EPOCHS_KEPT - 1:
        stride *= 2
    first = {10, 100}
    return [
        epoch * per_epoch
        for epoch in epochs
        if epoch % stride and epoch != newest and epoch * per_epoch not in first
    ]


def files_of(connection: Connection, chosen: Any) -> list[str | None]:
    """The files of the arrays that `chosen` is true for; None for one that is in the database."""
    return list(connection.execute(select(ARRAYS.c.file).where(chosen)).scalars())


def snapshot_of(row: RowMapping, losses: list[bytes], accuracies: list[bytes]) -> Snapshot:
    """The snapshot in a row; DamagedRowError where it makes no sense."""
    try:
        step, per_epoch = int(row["step"]), int(row["steps_per_epoch"])
        config = from_plain(strict_json(row["config"]))
        if not 0 <= step <= per_epoch * config.epochs or per_epoch > MOST_STEPS:
            raise DamagedRowError
        if row["status"] not in get_args(Status):
            raise DamagedRowError
        return Snapshot(
            row["status"],
            config,
            str(row["recipe"]),
            str(row["message"]),
            step,
            per_epoch,
            _figures(losses, step),
            _figures(accuracies, step),
            encoding.epochs_from_text(row["epochs"]),
            0.0,
            encoding.score_from_text(row["test"]),
            0,
            images_per_epoch=_images(int(row["images_per_epoch"]), per_epoch, config),
            until=int(row["until"]),
            changes=encoding.changes_from_text(row["changes"]),
            seconds=float(row["seconds"]),
            title=str(row["title"]),
            starred=bool(row["starred"]),
            origin=encoding.origin_from_text(row["origin"]),
        )
    except (SettingError, *SENSELESS):
        raise DamagedRowError from None


def _images(images: int, per_epoch: int, config: Config) -> int:
    """What was noted of the pictures of an epoch, or 0, where it fits the number of its batches."""
    if images and steps_per_epoch(images, config.batch_size) != per_epoch:
        raise DamagedRowError
    return images


def _figures(pieces: list[bytes], step: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """(step,); where pieces are missing, what was there ends in numbers that are none."""
    found = [encoding.unpack_figures(piece) for piece in pieces]
    whole = np.concatenate([*found, np.zeros(0, np.float32)])[:step]
    return np.pad(whole, (0, step - len(whole)), constant_values=np.nan).astype(np.float32)


def as_damaged(snapshot: Snapshot) -> Snapshot:
    """The same run, of which the newest state is lost."""
    return replace(snapshot, status="failed", message=DAMAGED)


def summary_of(row: RowMapping) -> Summary | None:
    """What a list says, without reading more of the row than that; None for a damaged one."""
    try:
        config, test = from_plain(json.loads(row["config"])), json.loads(row["test"])
        epochs = json.loads(row["epochs"])
        held_out = epochs[-1]["validation"] if epochs else None
        return Summary(
            row["name"],
            float(row["created"]),
            config.network,
            row["recipe"],
            row["status"],
            int(row["step"]),
            max(1, int(row["steps_per_epoch"]) * config.epochs),
            config.epochs,
            float(test["accuracy"]) if test else None,
            config,
            float(held_out["accuracy"]) if held_out else None,
            float(row["seconds"]),
            str(row["title"]),
            bool(row["starred"]),
            encoding.origin_from_text(row["origin"]),
        )
    except SENSELESS:
        return None
