"""How a page that is open learns where its run is: it asks by itself, again and again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed


@dataclass(frozen=True)
class Tick:
    """One look at a run that a page took by itself."""

    when: float  # it was answered, by time.perf_counter
    seconds: float  # since it was asked for
    size: int  # bytes of the answer


class Ticks:
    """The looks that an open page takes by itself, as Streamlit's frontend does for a fragment."""

    def __init__(self, ask: Callable[[str], Awaitable[None]]) -> None:
        self.done: list[Tick] = []
        self.held = False  # nothing is asked for while this is set
        self._ask = ask
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}  # by fragment
        self._asked: dict[str, float] = {}  # when, by fragment, what is not answered yet

    def start(self, fragment: str, interval: float) -> None:
        """Have a fragment run every `interval` seconds; a timer that does so already goes on."""
        if fragment in self._timers and self._timers[fragment][0] == interval:
            return
        self.stop([fragment])
        self._timers[fragment] = interval, asyncio.create_task(self._repeat(fragment, interval))

    def stop(self, fragments: Iterable[str] | None = None) -> None:
        """End the timers of some fragments, or of all."""
        for fragment in list(self._timers if fragments is None else fragments):
            if fragment in self._timers:
                self._timers.pop(fragment)[1].cancel()
            self._asked.pop(fragment, None)

    def answered(self, fragments: Iterable[str], size: int) -> None:
        """These fragments have run, in an answer of `size` bytes."""
        now = time.perf_counter()
        for fragment in fragments:
            if asked := self._asked.pop(fragment, None):
                self.done.append(Tick(now, now - asked, size))

    async def _repeat(self, fragment: str, interval: float) -> None:
        """Ask in time, and again if no answer has come; then the wait counts from the first."""
        due = time.perf_counter()
        with contextlib.suppress(ConnectionClosed):  # whoever reads the socket tells
            while True:
                due += interval
                await asyncio.sleep(due - time.perf_counter())
                if not self.held:
                    self._asked.setdefault(fragment, time.perf_counter())
                    await self._ask(fragment)
