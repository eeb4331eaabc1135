"""How a page that is open learns where its run is: it asks the server by itself, again and again.

What the component of ui/live.py does in a browser: assets/js/live.js.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.over_http import get
from ui.live import HEADER


@dataclass(frozen=True)
class Tick:
    """One look at a run that a page took by itself."""

    when: float  # it was answered, by time.perf_counter
    seconds: float  # since it was asked for
    size: int  # bytes of the answer


class Ticks:
    """The looks that an open page takes by itself."""

    def __init__(self, url: str, see: Callable[[str], None], fail: Callable[[str], None]) -> None:
        """`see` is told where the run is, in words; `fail` what went wrong."""
        self.done: list[Tick] = []
        self.held = False  # nothing is asked for while this is set
        self._url, self._see, self._fail = url, see, fail
        self._task: asyncio.Task[None] | None = None

    def start(self, sent: dict[str, Any], changed: Callable[[], Awaitable[None]]) -> None:
        """Follow a run from what the page's script `sent`; `changed` has the script run again."""
        self.stop()
        self._see(sent["news"]["where"])
        if sent["about"]["asks"]:
            self._task = asyncio.create_task(self._follow(sent["about"], sent["news"], changed))

    def stop(self) -> None:
        """Follow nothing any more; a look that is under way does not count."""
        if self._task and self._task is not asyncio.current_task():
            self._task.cancel()
        self._task = None

    async def _follow(
        self,
        about: dict[str, Any],
        news: dict[str, Any],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        while news["wait"]:
            await asyncio.sleep(news["wait"])
            if self.held:
                continue
            asked = time.perf_counter()
            address = f"{self._url}/{about['route']}?after={news['cursor']}"
            status, _, body = await get(address, **{HEADER: about["token"]})
            now = time.perf_counter()
            if status != 200:
                self._fail(f"a look at a run was answered with status {status}")
                return
            self.done.append(Tick(now, now - asked, len(body)))
            news = json.loads(body)
            self._see(news["where"])
            if news["state"] != about["state"]:
                await changed()  # the page is drawn anew, and begins to follow anew
                return
