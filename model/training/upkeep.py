"""What a server does for kept runs beside saving them: go on with those that nobody trains any
more, and let go of what is too old or too much. Its calls come on the keeper's thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from model.training.quotas import Quotas
from model.training.storage.rows import DamagedRowError
from model.training.storage.store import Storage

ROOM_SECONDS = 60.0  # how often the storage is looked through for what is too old or too much
STEADY_SECONDS = 3600.0  # that the clock must have gone right before it tells what is too old
JUMP_SECONDS = 60.0  # more than this, and somebody set the clock
LEFT_SECONDS = 3600.0  # files that no row names are this old before they are taken for forgotten

log = logging.getLogger(__name__)


class Clock:
    """Whether the time of day can be believed: it has gone on evenly for an hour."""

    def __init__(self) -> None:
        self._since = (time.time(), time.monotonic())

    def is_steady(self) -> bool:
        """Whether nobody set it within the last hour of this process."""
        day, even = time.time() - self._since[0], time.monotonic() - self._since[1]
        if abs(day - even) > JUMP_SECONDS:
            self._since = (time.time(), time.monotonic())
            return False
        return even > STEADY_SECONDS


class Upkeep:
    """See above. `go_on` and `let_go` are the registry's, and take a run's name."""

    def __init__(
        self,
        storage: Storage,
        quotas: Quotas,
        go_on: Callable[[str], None],
        let_go: Callable[[str, bool], None],
    ) -> None:
        self._storage, self._quotas = storage, quotas
        self._go_on, self._let_go = go_on, let_go
        self.clock = Clock()
        self._unreadable: set[str] = set()
        self._swept = False
        self._made_room = -ROOM_SECONDS

    def round(self, held: Collection[str]) -> None:
        """Everything that is due; `held` are runs that this server has in its hands."""
        if not self._swept:
            self._storage.sweep(time.time() - LEFT_SECONDS)
            self._swept = True
        self._take_over(held)
        if time.monotonic() - self._made_room > ROOM_SECONDS:
            self._made_room = time.monotonic()
            self._free(held)

    def _take_over(self, held: Collection[str]) -> None:
        """Go on with runs whose process is gone; a damaged one must not keep others from it."""
        for name, _owner, _seen in self._storage.in_training():
            # What is held may have ended, and only the storage does not know yet.
            if name not in held and name not in self._unreadable:
                try:
                    self._go_on(name)
                except DamagedRowError as error:
                    log.warning("A run cannot go on: %s", error)
                    self._unreadable.add(name)

    def _free(self, held: Collection[str]) -> None:
        """Let go of runs that are too old or too many, and of weights that are too large."""
        gone = []
        if self.clock.is_steady():
            gone += self._storage.idle(before=time.time() - self._quotas.days * 86_400)
        for visitor, more in self._storage.crowded(self._quotas.runs_each):
            gone += self._storage.idle(visitor=visitor)[:more]
        if (more := self._storage.count() - len(set(gone)) - self._quotas.runs) > 0:
            gone += [name for name in self._storage.idle() if name not in gone][:more]
        gone = [name for name in gone if name not in held]  # goes on just now
        for name in gone:
            self._let_go(name, True)
        if gone:
            self._storage.forget(gone)
        self._free_bytes()

    def _free_bytes(self) -> None:
        excess = self._storage.size() - self._quotas.megabytes * 1_000_000
        for name, size in self._storage.with_past():
            if excess <= 0:
                return
            self._storage.forget_past(name)
            self._let_go(name, False)
            excess -= size
