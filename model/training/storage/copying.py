"""Runs from one storage into another, with all that is kept of them."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import insert, select

from model.training.storage.database import told
from model.training.storage.schema import ARRAYS, HISTORIES, RUNS
from model.training.storage.store import Storage

Array = tuple[str, int, bytes]  # kind, batches, content


def copy_out(ours: Storage, backup: Storage) -> tuple[int, int]:
    """How many runs were copied into a backup, and how many it had already.

    The same runs give the same bytes in a new file.
    """
    return _copy(ours, backup, {})


def copy_in(ours: Storage, backup: Storage) -> tuple[int, int]:
    """How many runs were copied from a backup, and how many are here already, and stay as they are.

    An old backup is not let go at once: its runs were looked at now.
    """
    return _copy(backup, ours, {"seen": time.time()})


def _copy(source: Storage, target: Storage, changes: dict[str, Any]) -> tuple[int, int]:
    """What trains in the source belongs to nobody in the target, so a server there goes on."""
    there = set(target.names())
    names = source.names()
    for name in names:
        if name not in there:
            _copy_one(source, target, name, {"owner": "", "lease": 0.0} | changes)
    return len(set(names) - there), len(set(names) & there)


def _copy_one(source: Storage, target: Storage, name: str, changes: dict[str, Any]) -> None:
    run, pieces, arrays = source.unchanged(name, lambda: _read(source, name))
    with told(), target.written(name, arrays) as rows, target.write() as connection:
        connection.execute(insert(RUNS).values(**run | changes))
        for piece in pieces:
            connection.execute(insert(HISTORIES).values(**piece))
        if rows:
            connection.execute(insert(ARRAYS), rows)


def _read(source: Storage, name: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[Array]]:
    """One run's row, the pieces of its history, and its arrays."""
    with source.begin() as connection:
        run = connection.execute(select(RUNS).where(RUNS.c.name == name)).mappings().one()
        chosen = select(HISTORIES).where(HISTORIES.c.run == name).order_by(HISTORIES.c.first)
        pieces = connection.execute(chosen).mappings()
        return dict(run), [dict(piece) for piece in pieces], list(source.arrays(name))
