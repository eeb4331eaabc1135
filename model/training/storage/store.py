"""What is kept of runs, and the only place that knows how: rows in a database, arrays beside it.

Beside a database in a file, large arrays are files of their own, so that the database stays small
and quick; elsewhere they are in it. A row names a file only once it is whole, and a file goes only
once no row names it: a process that is killed leaves at most a file that nobody names.
"""

from __future__ import annotations

import contextlib
import re
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, delete, func, or_, select, update
from sqlalchemy.engine import URL

from model.networks.architectures import Weights
from model.training.checkpoint import final_weights, start
from model.training.snapshot import ENDED, TRAINING, Snapshot
from model.training.storage import encoding
from model.training.storage.database import Database, StorageError, told
from model.training.storage.encoding import DamagedError
from model.training.storage.record import Keys, Record, Summary
from model.training.storage.rows import (
    SENSELESS,
    DamagedRowError,
    as_damaged,
    files_of,
    newest_bytes,
    put_arrays,
    put_history,
    put_run,
    snapshot_of,
    summary_of,
)
from model.training.storage.schema import ARRAYS, HISTORIES, RUNS

Value = TypeVar("Value")
NAME = re.compile(r"[\w-]{1,32}", re.ASCII)
KINDS = ("newest", "past")
MOST_READS = 5  # of one run, while somebody else saves it


class Storage:
    """Runs in one database. All methods may be called from any thread and raise StorageError."""

    def __init__(self, url: str | URL, blobs: bool = False) -> None:
        """With `blobs`, arrays are in the database though it is a file: one file to hand on."""
        self._database = Database(url)
        file = self._database.file
        self._folder = None if blobs or file is None else file.with_suffix(".arrays")

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction that reads."""
        return self._database.begin()

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that writes."""
        return self._database.write()

    # Writing

    def save(self, record: Record, since: int, owner: str, lease: float) -> None:
        """Keep a run as it is now, of which the figures of `since` batches are kept already.

        `owner` says so, and where the run is in training, that it trains it until `lease`. Raise
        TakenError if another one trains it, or saved it since.
        """
        now = record.snapshot
        arrays = [("newest", now.step, newest_bytes(record))]
        arrays += [("past", step, encoding.pack_weights(weights)) for step, weights in record.past]
        if now.status in ENDED:
            since = 0  # its history becomes one piece
        with told(), self.written(record.name, arrays) as rows:
            with self.write() as connection:
                was_there = put_run(connection, record, owner, lease)
                put_history(connection, record, since if was_there else 0)
                gone = put_arrays(connection, record, rows)
            self._unlink(gone)

    @contextlib.contextmanager
    def written(
        self, run: str, arrays: Iterable[tuple[str, int, bytes]]
    ) -> Iterator[list[dict[str, Any]]]:
        """Rows of ARRAYS for these; their files go again where the rows do not come to be."""
        rows: list[dict[str, Any]] = []
        if not NAME.fullmatch(run):  # it may come from a file of somebody else's
            raise StorageError("A run in there has a name that none of ours has.")
        try:
            for kind, step, content in arrays:
                if kind not in KINDS:
                    continue
                rows.append(
                    {
                        "run": run,
                        "kind": kind,
                        "step": step,
                        "size": len(content),
                        "crc": zlib.crc32(content),
                        "content": None if self._folder else content,
                        "file": f"{run}-{kind}-{step}-{uuid.uuid4().hex[:8]}.safetensors"
                        if self._folder
                        else None,
                    }
                )
                if self._folder:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    (self._folder / str(rows[-1]["file"])).write_bytes(content)
            yield rows
        except BaseException:
            self._unlink(row["file"] for row in rows)
            raise

    def _unlink(self, files: Iterable[str | None]) -> None:
        for file in files:
            if self._folder and file:
                with contextlib.suppress(OSError):
                    (self._folder / file).unlink()

    def claim(
        self,
        name: str,
        owner: str,
        lease: float,
        now: float,
        dead: set[str],
        revision: int | None = None,
    ) -> bool:
        """Have `owner` train a run that nobody else trains, save one of `dead`; whether it may.

        With a `revision`, only if it is the newest; a run that is not kept at all is free.
        """
        free = or_(RUNS.c.owner.in_(["", owner, *dead]), RUNS.c.lease < now)
        if revision is not None:
            free = and_(free, RUNS.c.revision == revision)
        with self.write() as connection:
            done = connection.execute(
                update(RUNS).where(RUNS.c.name == name, free).values(owner=owner, lease=lease)
            )
            if done.rowcount:
                return True
            there = connection.execute(select(RUNS.c.name).where(RUNS.c.name == name)).first()
            return there is None and revision is not None

    def renew(self, names: Iterable[str], owner: str, lease: float) -> None:
        """Of these runs, `owner` goes on to train those that it trains, until `lease`."""
        mine = and_(RUNS.c.name.in_(list(names)), RUNS.c.owner == owner)
        with self.write() as connection:
            connection.execute(update(RUNS).where(mine).values(lease=lease))

    def touch(self, names: Iterable[str], now: float) -> None:
        """Somebody looks at these runs."""
        chosen = RUNS.c.name.in_(list(names))
        with self.write() as connection:
            connection.execute(update(RUNS).where(chosen).values(seen=now))

    def forget(self, names: Iterable[str]) -> None:
        """Remove runs, with all that is kept of them."""
        chosen = list(names)
        with self.write() as connection:
            gone = files_of(connection, ARRAYS.c.run.in_(chosen))
            for table in (ARRAYS, HISTORIES):
                connection.execute(delete(table).where(table.c.run.in_(chosen)))
            connection.execute(delete(RUNS).where(RUNS.c.name.in_(chosen)))
        self._unlink(gone)

    def forget_past(self, name: str) -> None:
        """Take away a run's weights of earlier moments, and mark that they were there."""
        past = and_(ARRAYS.c.run == name, ARRAYS.c.kind == "past")
        with self.write() as connection:
            gone = files_of(connection, past)
            connection.execute(delete(ARRAYS).where(past))
            connection.execute(update(RUNS).where(RUNS.c.name == name).values(past_gone=True))
        self._unlink(gone)

    def sweep(self, older_than: float) -> int:
        """Remove files of our runs that no row names, written before `older_than`; how many.

        Files of runs that are not in this database may be another's, which lies beside it.
        """
        if not (self._folder and self._folder.is_dir()):
            return 0
        with self.begin() as connection:
            named = set(files_of(connection, ARRAYS.c.file.is_not(None)))
            ours = set(connection.execute(select(RUNS.c.name)).scalars())
        left = 0
        with told():
            for file in self._folder.glob("*.safetensors"):
                if file.name not in named and file.name.rsplit("-", 3)[0] in ours:
                    with contextlib.suppress(FileNotFoundError, PermissionError):
                        if file.stat().st_mtime < older_than:
                            file.unlink()
                            left += 1
        return left

    # Reading

    def find(self, digest: str) -> str | None:
        """The name of the run that this digest of a token steers or shows."""
        chosen = or_(RUNS.c.steering == digest, RUNS.c.showing == digest)
        with self.begin() as connection:
            return connection.execute(select(RUNS.c.name).where(chosen)).scalar()

    def revision(self, name: str) -> int | None:
        """How often a run was saved; None if it is not kept."""
        with self.begin() as connection:
            return connection.execute(select(RUNS.c.revision).where(RUNS.c.name == name)).scalar()

    def load(self, name: str) -> Record | None:
        """A run as it was kept; None if there is none, DamagedRowError where it makes no sense.

        Where its newest state is damaged it comes back as failed, with the newest weights that
        are sound.
        """
        return self.unchanged(name, lambda: self._load(name))

    def unchanged(self, name: str, read: Callable[[], Value]) -> Value:
        """What `read` gives, read again where somebody saved the run meanwhile."""
        for _ in range(MOST_READS - 1):
            before = self.revision(name)
            found = read()
            if self.revision(name) == before:
                return found
        return read()

    def _load(self, name: str) -> Record | None:
        with self.begin() as connection:
            row = connection.execute(select(RUNS).where(RUNS.c.name == name)).mappings().first()
            if row is None:
                return None
            pieces = connection.execute(
                select(HISTORIES).where(HISTORIES.c.run == name).order_by(HISTORIES.c.first)
            ).all()
        snapshot = snapshot_of(row, [p.losses for p in pieces], [p.accuracies for p in pieces])
        try:
            created, seen, revision = float(row["created"]), float(row["seen"]), row["revision"]
        except SENSELESS:
            raise DamagedRowError from None
        keys = Keys(row["steering"], row["showing"], row["visitor"])
        empty = Record(name, keys, created, seen, snapshot, None, {})
        return replace(
            self._with_arrays(empty), past_gone=bool(row["past_gone"]), revision=int(revision)
        )

    def _with_arrays(self, record: Record) -> Record:
        """The record with its newest state; as failed, where that is damaged."""
        name, now = record.name, record.snapshot
        try:
            content = self._content(name, "newest", now.step)
            if now.status in ENDED:
                return self._ended(record, content)
            return replace(record, checkpoint=encoding.unpack(content, now.step, now.config))
        except DamagedError:
            steps = [step for step in reversed(self.steps(name)) if step <= now.step]
            weights = self._first_sound(name, steps, now)
            return replace(record, weights=weights, snapshot=as_damaged(now), damaged=True)

    @staticmethod
    def _ended(record: Record, content: bytes) -> Record:
        """Versions up to 2 kept the weights alone of a run that had ended."""
        now = record.snapshot
        try:
            checkpoint = encoding.unpack(content, now.step, now.config)
        except DamagedError:
            return replace(record, weights=encoding.unpack_weights(content, now.config))
        weights = final_weights(checkpoint, now.config)
        return replace(record, checkpoint=checkpoint, weights=weights)

    def _first_sound(self, name: str, steps: list[int], snapshot: Snapshot) -> Weights:
        for step in steps:
            with contextlib.suppress(DamagedError):
                content = self._content(name, "past", step)
                return encoding.unpack_weights(content, snapshot.config)
        return start(snapshot.config).weights

    def arrays(self, name: str) -> Iterator[tuple[str, int, bytes]]:
        """All arrays of a run that are sound, in order: kind, step and content."""
        chosen = select(ARRAYS.c.kind, ARRAYS.c.step).where(ARRAYS.c.run == name)
        with self.begin() as connection:
            rows = connection.execute(chosen.order_by(ARRAYS.c.kind, ARRAYS.c.step)).all()
        for kind, step in rows:
            with contextlib.suppress(DamagedError):
                yield kind, step, self._content(name, kind, step)

    def steps(self, name: str) -> tuple[int, ...]:
        """After how many batches weights of the past are kept, in order."""
        chosen = select(ARRAYS.c.step).where(ARRAYS.c.run == name, ARRAYS.c.kind == "past")
        with self.begin() as connection:
            return tuple(connection.execute(chosen.order_by(ARRAYS.c.step)).scalars())

    def weights(self, name: str, step: int, snapshot: Snapshot) -> Weights:
        """The weights to predict with after `step` batches, one of `steps`."""
        try:
            return encoding.unpack_weights(self._content(name, "past", step), snapshot.config)
        except DamagedError:
            raise StorageError(
                f"The weights after {step} batches are damaged or gone. Choose another moment."
            ) from None

    def _content(self, run: str, kind: str, step: int) -> bytes:
        """The bytes of an array, as they were written; DamagedError for others or none."""
        chosen = select(ARRAYS).where(
            ARRAYS.c.run == run, ARRAYS.c.kind == kind, ARRAYS.c.step == step
        )
        with self.begin() as connection:
            row = connection.execute(chosen).first()
        if row is None:
            raise DamagedError
        content: bytes | None = row.content
        if content is None and self._folder and row.file:
            with told():
                if not self._folder.is_dir():  # taken away for a moment: nothing is damaged
                    raise StorageError("The folder of runs is not there.")
                with contextlib.suppress(FileNotFoundError):
                    content = (self._folder / row.file).read_bytes()
        if content is None or zlib.crc32(content) != row.crc:
            raise DamagedError
        return bytes(content)

    def of_visitor(self, visitor: str, most: int) -> list[Summary]:
        """The newest runs of one visitor, a digest; the newest first."""
        listed = (
            "name",
            "created",
            "config",
            "recipe",
            "status",
            "step",
            "steps_per_epoch",
            "epochs",
            "test",
            "seconds",
            "title",
            "starred",
            "origin",
        )
        chosen = select(*(RUNS.c[name] for name in listed)).where(RUNS.c.visitor == visitor)
        with self.begin() as connection:
            rows = connection.execute(
                chosen.order_by(RUNS.c.created.desc(), RUNS.c.name).limit(most)
            ).mappings()
            return [summary for row in rows if (summary := summary_of(row))]

    def in_training(self) -> list[tuple[str, str, float]]:
        """Runs that trained when they were kept: name, owner, and when somebody last looked."""
        chosen = select(RUNS.c.name, RUNS.c.owner, RUNS.c.seen)
        with self.begin() as connection:
            rows = connection.execute(
                chosen.where(RUNS.c.status.in_(TRAINING)).order_by(RUNS.c.created)
            )
            return [(row.name, row.owner, row.seen) for row in rows]

    def names(self) -> list[str]:
        """All runs, the oldest first."""
        with self.begin() as connection:
            return list(
                connection.execute(
                    select(RUNS.c.name).order_by(RUNS.c.created, RUNS.c.name)
                ).scalars()
            )

    # Making room

    def idle(self, before: float | None = None, visitor: str | None = None) -> list[str]:
        """Runs that do not train, least recently looked at first; of a visitor, or older ones."""
        chosen = select(RUNS.c.name).where(RUNS.c.status.not_in(TRAINING))
        if before is not None:
            chosen = chosen.where(RUNS.c.seen < before)
        if visitor is not None:
            chosen = chosen.where(RUNS.c.visitor == visitor)
        with self.begin() as connection:
            return list(connection.execute(chosen.order_by(RUNS.c.seen)).scalars())

    def count(self, visitor: str | None = None) -> int:
        """How many runs are kept, of all or of one visitor."""
        chosen = select(func.count()).select_from(RUNS)
        if visitor is not None:
            chosen = chosen.where(RUNS.c.visitor == visitor)
        with self.begin() as connection:
            return int(connection.execute(chosen).scalar_one())

    def crowded(self, most: int) -> list[tuple[str, int]]:
        """Visitors who have more runs than `most`, and how many more; nobody, "", is none."""
        count = func.count()
        chosen = select(RUNS.c.visitor, count).where(RUNS.c.visitor != "").group_by(RUNS.c.visitor)
        with self.begin() as connection:
            rows = connection.execute(chosen.having(count > most))
            return [(visitor, int(number) - most) for visitor, number in rows]

    def size(self) -> int:
        """Bytes of all arrays."""
        with self.begin() as connection:
            return int(
                connection.execute(select(func.coalesce(func.sum(ARRAYS.c.size), 0))).scalar_one()
            )

    def with_past(self) -> list[tuple[str, int]]:
        """Ended runs that have weights of the past, and their bytes; the oldest first."""
        chosen = (
            select(RUNS.c.name, func.sum(ARRAYS.c.size))
            .join(ARRAYS, ARRAYS.c.run == RUNS.c.name)
            .where(RUNS.c.status.in_(ENDED), ARRAYS.c.kind == "past")
            .group_by(RUNS.c.name, RUNS.c.created)
            .order_by(RUNS.c.created)
        )
        with self.begin() as connection:
            return [(name, int(size)) for name, size in connection.execute(chosen)]
