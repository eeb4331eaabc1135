"""What visitors leave with the server for a while, so that a refresh does not lose it.

It lies in memory alone, bounded in number, bytes and time, and goes when the server ends. A visitor
is told by a secret token, of which only the digest is kept. What is left, is the pages' business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from model.training.tokens import digest

VISITORS = 2_000  # of whom something is kept
BYTES_EACH, BYTES = 8 * 2**20, 64 * 2**20  # of one visitor, and of all
SECONDS = 8 * 3600.0  # after a visitor's last visit: a school day


@dataclass
class _Left:
    """What one visitor left: (size in bytes, value) by kind and key, the oldest first."""

    seen: float
    things: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(size for size, _ in self.things.values())


class Belongings:
    """What all visitors left. Any thread may ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[str, _Left] = {}  # by the token's digest; seen longest ago first
        self._lock = threading.Lock()

    def put(self, visitor: str, kind: str, key: str, value: Any, size: int, most: int) -> None:
        """Keep a value of `size` bytes; of its kind the newest `most` are kept."""
        with self._lock:
            left = self._look_up(visitor) or self._left.setdefault(digest(visitor), _Left(0))
            left.seen = self._clock()
            left.things.pop((kind, key), None)
            left.things[kind, key] = size, value
            same = [one for one in left.things if one[0] == kind]
            for one in same[: max(0, len(same) - most)]:
                del left.things[one]
            while left.size > BYTES_EACH:
                del left.things[next(iter(left.things))]
            self._make_room()

    def of(self, visitor: str, kind: str) -> dict[str, Any]:
        """What this visitor left of a kind, by key, the oldest first."""
        with self._lock:
            left = self._look_up(visitor)
            things = left.things if left else {}
            return {key: value for (what, key), (_, value) in things.items() if what == kind}

    def forget(self, visitor: str, kind: str) -> None:
        """Let go of all of a kind that this visitor left."""
        with self._lock:
            if left := self._look_up(visitor):
                left.things = {one: it for one, it in left.things.items() if one[0] != kind}

    def _look_up(self, visitor: str) -> _Left | None:
        """What is left of a visitor, who is seen now; whoever was not for long is forgotten."""
        now = self._clock()
        for who in [who for who, left in self._left.items() if now - left.seen > SECONDS]:
            del self._left[who]
        left = self._left.pop(digest(visitor), None)
        if left:
            left.seen = now
            self._left[digest(visitor)] = left
        return left

    def _make_room(self) -> None:
        """Forget those who were seen longest ago until the bounds hold."""
        total = sum(left.size for left in self._left.values())
        while len(self._left) > VISITORS or total > BYTES:
            total -= self._left.pop(next(iter(self._left))).size
