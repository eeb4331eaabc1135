"""Who looks at a run, and how long ago somebody did."""

from __future__ import annotations

import time
from collections.abc import Callable


class Watchers:
    """Those who look at one run. Not for several threads at once."""

    def __init__(self, ago: float = 0.0) -> None:
        """`ago` is how many seconds ago somebody looked."""
        self._seen = time.monotonic() - max(0.0, ago)
        self._watchers: dict[str, Callable[[], bool]] = {}

    def look(self) -> None:
        """Somebody looks now."""
        self._seen = time.monotonic()

    def add(self, name: str, is_here: Callable[[], bool]) -> None:
        """Somebody looks for as long as `is_here` says so."""
        self.anybody()
        self._watchers[name] = is_here

    def anybody(self) -> bool:
        """Whether one of those that were added is still here; the others are let go of."""
        self._watchers = {name: here for name, here in self._watchers.items() if here()}
        return bool(self._watchers)

    def seconds(self) -> float:
        """Since somebody looked; 0 where one of them is here."""
        if self.anybody():
            self.look()
        return time.monotonic() - self._seen
