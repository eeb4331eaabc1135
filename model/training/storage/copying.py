"""Runs from one storage into another, with all that is kept of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from model.training.storage.database import told
from model.training.storage.schema import ARRAYS, HISTORIES, RUNS
from model.training.storage.store import Storage


def copy(source: Storage, target: Storage) -> tuple[int, int]:
    """How many runs were copied, and how many the target had already, which stay as they are.

    What trains in the source belongs to nobody in the target, so a server there goes on with it.
    """
    there = set(target.names())
    names = source.names()
    for name in names:
        if name not in there:
            _copy_one(source, target, name)
    return len(set(names) - there), len(set(names) & there)


def _copy_one(source: Storage, target: Storage, name: str) -> None:
    with source.begin() as connection:
        run = dict(connection.execute(select(RUNS).where(RUNS.c.name == name)).mappings().one())
        pieces: list[dict[str, Any]] = [
            dict(row)
            for row in connection.execute(select(HISTORIES).where(HISTORIES.c.run == name))
            .mappings()
            .all()
        ]
    with told(), target.written(name, source.arrays(name)) as rows, target.begin() as connection:
        connection.execute(insert(RUNS).values(**run | {"owner": "", "lease": 0.0}))
        for piece in pieces:
            connection.execute(insert(HISTORIES).values(**piece))
        if rows:
            connection.execute(insert(ARRAYS), rows)
