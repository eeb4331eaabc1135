"""The database that runs are kept in: SQLite in a file, or what DATABASE_URL names.

Every fault of a database or a disk leaves here as a StorageError, whose message is for visitors.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from model import PROJECT
from model.training.mailbox import NO_ROOM
from model.training.storage.schema import NewerSchemaError, migrate

VARIABLE = "DATABASE_URL"  # also read from Streamlit's secrets, which it puts there
USUAL = PROJECT / "data" / "runs.db"
BUSY_SECONDS = 5  # that a statement waits for another process' transaction
# A server that went silent is given up: see libpq's parameters, the first two in milliseconds.
IMPATIENT = {
    "tcp_user_timeout": 10_000,
    "options": f"-c statement_timeout=20000 -c lock_timeout={1000 * BUSY_SECONDS}",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


NO_ADDRESS = f"{VARIABLE} is no address of a database."


class StorageError(RuntimeError):
    """Runs cannot be kept or read now. The message says why, without a path or a password."""


def usual_url() -> str:
    """DATABASE_URL, or a file in the project's folder data."""
    return os.environ.get(VARIABLE) or f"sqlite:///{USUAL}"


class Database:
    """Opened when it is first needed, and again after it could not be."""

    def __init__(self, url: str | URL) -> None:
        """`url` as SQLAlchemy takes it; one that makes no sense is told when it is used."""
        try:
            self._url: URL | None = _with_driver(make_url(url))
        except (ArgumentError, ValueError):
            self._url = None
        self._engine: Engine | None = None
        self._opened: tuple[int, int] | None = None  # which file that is, by device and number
        self._lock = threading.Lock()

    @property
    def file(self) -> Path | None:
        """Where it lies on this machine; None for one elsewhere, or in memory."""
        if self._url is None or self._url.get_backend_name() != "sqlite":
            return None
        path = self._url.database
        return Path(path) if path and path != ":memory:" and Path(path).name else None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that reads; every fault in it is a StorageError."""
        with told(), self._ready().begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes. SQLite has one at a time, and waits for it at the start:
        what was read in it stays true.
        """
        with told(), self._ready().execution_options(immediate=True).begin() as connection:
            yield connection

    def _ready(self) -> Engine:
        """The engine, opened anew where the file that it has open is no longer the one here."""
        with self._lock:
            if self._engine and self.file and _identity(self.file) != self._opened:
                self._engine.dispose()
                self._engine = None
            self._engine = self._engine or self._open()
            return self._engine

    def close(self) -> None:
        """Let go of all connections; the next transaction opens it again."""
        with self._lock:
            if self._engine:
                self._engine.dispose()
            self._engine = None

    def _open(self) -> Engine:
        if self._url is None:
            raise StorageError(NO_ADDRESS)
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        sqlite = self._url.get_backend_name() == "sqlite"
        waits: dict[str, Any] = {"timeout" if sqlite else "connect_timeout": BUSY_SECONDS}
        try:
            engine = create_engine(
                self._url, pool_pre_ping=True, connect_args=waits | ({} if sqlite else IMPATIENT)
            )
            if sqlite:
                event.listen(engine, "connect", _set_up_sqlite)
                event.listen(engine, "begin", _begin_sqlite)
        except ValueError:
            raise StorageError(NO_ADDRESS) from None
        try:
            with engine.execution_options(immediate=True).begin() as connection:
                migrate(connection)
        except ValueError:
            engine.dispose()
            raise StorageError(NO_ADDRESS) from None
        except BaseException:
            engine.dispose()
            raise
        self._opened = _identity(self.file) if self.file else None
        return engine


def _identity(file: Path) -> tuple[int, int] | None:
    """Which file lies at this path; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _with_driver(url: URL) -> URL:
    """Hosts name PostgreSQL in three ways; the driver is always psycopg."""
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are ours: Python's end before each CREATE
    cursor = connection.cursor()
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")  # safe in WAL; at most the last seconds are lost
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Have who reads not wait for who writes. Where a file is new, SQLite itself doesn't wait."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def told() -> Iterator[None]:
    """Turn faults of disks and databases into StorageErrors in words."""
    try:
        yield
    except NewerSchemaError:
        raise StorageError(
            "The database of runs was made by a newer version of this app. Whoever runs this "
            "server must install that version, or name another database."
        ) from None
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageError(FULL) from None
        raise StorageError(f"The folder of runs cannot be used ({type(error).__name__}).") from None
    except (SQLAlchemyError, ImportError) as error:
        raise StorageError(_reason(error)) from None


FULL = "The server's disk is full. Whoever runs it must make room."


def _reason(error: Exception) -> str:
    if not isinstance(error, DBAPIError):
        return f"The database of runs cannot be used ({type(error).__name__})."
    said = str(error.orig).lower()
    if "disk is full" in said or "no space left" in said:
        return FULL
    if "locked" in said:
        return "The database of runs is locked by another program."
    if "malformed" in said or "not a database" in said:
        return "The database of runs is damaged."
    if "unable to open" in said or "readonly" in said or "read-only" in said:
        return "The database of runs cannot be written."
    return "The database of runs does not answer."
