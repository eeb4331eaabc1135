"""One learner of a load test: trains a network, watches it, and looks at other pages meanwhile.

What is done, in stages that a whole class takes together; `lesson.py` says when, and measures the
server. What a window says to the server, and hears, is in `window.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from websockets.exceptions import WebSocketException

from benchmarks.over_http import PATIENCE, get
from benchmarks.sizes import Sizes
from benchmarks.ticks import Tick
from benchmarks.window import Window, WindowError, window
from model.data.datasets import CLASSES
from model.training.snapshot import ENDED
from ui import state

OTHERS = ("", "dataset", "predict")  # pages besides Train, by their addresses
WEIGHTS = [label for label, _ in state.SHIPPED.values()]
BETWEEN = (6.0, 18.0)  # seconds on Train before a look at another page
THERE = (2.0, 5.0)  # seconds on that page
WORD_SECONDS = 2.0  # in which a class presses the button when the teacher says so
PLACE = re.compile(r"(\w+) · epoch (\d+) of (\d+) · batch ([\d,]+) of ([\d,]+)")

Stage = Callable[["Learner"], Awaitable[None]]


@dataclass(frozen=True)
class Wait:
    """How long somebody waited for the page that they asked for, or for what they changed in it."""

    what: str  # "page" or "setting"
    where: str  # address of the page
    seconds: float
    training: bool  # their run had been started


@dataclass(frozen=True)
class Look:
    """Where a run was, as its page said."""

    when: float  # by time.perf_counter
    status: str
    step: int
    total: int


def place(text: str, when: float) -> Look | None:
    """Where a run is, read from the line above its bar; None before its first batch."""
    if found := PLACE.match(text):
        epoch, epochs, batch, batches = (int(part.replace(",", "")) for part in found.groups()[1:])
        return Look(when, found[1].lower(), (epoch - 1) * batches + batch, epochs * batches)
    return None


def step_at(looks: list[Look], when: float) -> float:
    """Which step a run was at, on a straight line between the looks before and after."""
    for before, after in itertools.pairwise(looks):
        if before.when <= when <= after.when:
            share = (when - before.when) / ((after.when - before.when) or 1)
            return before.step + share * (after.step - before.step)
    return float(looks[-1].step if looks and looks[-1].when < when else 0)


def noted(stage: Stage) -> Stage:
    """A stage whose failure ends this learner's lesson alone, and is a fault."""

    @wraps(stage)
    async def go(self: Learner) -> None:
        if self.gave_up:
            return
        try:
            await stage(self)
        except (OSError, WebSocketException, WindowError) as error:  # a TimeoutError is an OSError
            self.gave_up = True
            self.faults.append(f"{stage.__name__}: {error or type(error).__name__}")

    return go


class Learner:
    """One visitor with one window, and what they had to wait for, in seconds."""

    def __init__(self, url: str, number: int, sizes: Sizes) -> None:
        """Those of the same `number` do the same at the same times."""
        self.waits: list[Wait] = []
        self.looks: list[Look] = []  # one per progress told
        self.pressed = 0.0  # when the run was started
        self.faults: list[str] = []
        self.gave_up = False
        self._where = ""  # address of the page that is open
        self._url, self._sizes = url, sizes
        self._random = random.Random(number)
        self._window: Window | None = None
        self._exits = contextlib.AsyncExitStack()

    @property
    def ticks(self) -> list[Tick]:
        """The looks that the page took by itself."""
        return self._window.ticks.done if self._window else []

    @property
    def first_point(self) -> float | None:
        """Seconds from the press to the first progress beyond batch 0."""
        return self.looks[0].when - self.pressed if self.looks else None

    @property
    def ended(self) -> bool:
        """Whether the page has said that the run is at its end."""
        return bool(self.looks) and self.looks[-1].status in ENDED

    def hold(self, held: bool) -> None:
        """Have the page take no looks by itself for a while, or again."""
        if self._window:
            self._window.ticks.held = held

    @noted
    async def arrive(self) -> None:
        """Open Home with a cookie of their own, then Train, and choose what to train."""
        await asyncio.sleep(self._random.uniform(0, self._sizes.arrive_seconds))
        opened = window(self._url, await self._cookie(), self._see)
        self._window = await self._exits.enter_async_context(opened)
        await self._turn("")
        await self._turn("train")
        for key, value in (
            ("train_recipe", {"string_value": "Article"}),
            ("train_article_epochs", {"double_value": self._sizes.learner_epochs}),
            ("train_article_train_images", {"double_value": self._sizes.learner_images}),
        ):
            await self._pause((0.5, 1.5))
            await self._change(key, **value)

    @noted
    async def start(self) -> None:
        """Press the button, and wait for the first point."""
        await asyncio.sleep(self._random.uniform(0, WORD_SECONDS))
        self.pressed = time.perf_counter()
        await self.open_window.press("train_start")
        if "run=" not in self.open_window.query:
            raise WindowError("no run was started")
        async with asyncio.timeout(PATIENCE):
            while not self.looks:
                await asyncio.sleep(0.02)

    @noted
    async def follow(self) -> None:
        """Watch the run until it has ended; now and then look at another page, and come back."""
        leaves = time.perf_counter() + self._random.uniform(0, BETWEEN[1])
        while not self.ended:
            await asyncio.sleep(0.1)
            if time.perf_counter() > leaves:
                await self.look_around()
                leaves = time.perf_counter() + self._random.uniform(*BETWEEN)

    @noted
    async def look_around(self) -> None:
        """Open another page, change a setting there, and come back."""
        address = self._random.choice(OTHERS)
        await self._turn(address)
        await self._pause(THERE)
        if address == "dataset":
            classes = self._random.sample(CLASSES, 2)
            await self._change("dataset_classes", string_array_value={"data": classes})
        else:
            now = self.open_window.value("weights_widget")["string_value"]
            other = next(label for label in WEIGHTS if label != now)
            await self._change("weights_widget", string_value=other)
        await self._pause(THERE)
        await self._turn("train")

    @noted
    async def tour(self) -> None:
        """Open every page once."""
        for address in (*OTHERS, "train"):
            await self._turn(address)

    async def leave(self) -> None:
        """Close the window."""
        self.faults += self._window.faults if self._window else []
        await self._exits.aclose()

    @property
    def open_window(self) -> Window:
        """The window; only after `arrive`."""
        if self._window is None:
            raise WindowError("there is no window")
        return self._window

    async def _cookie(self) -> str:
        """What makes this a visitor of their own: it comes with the HTML of a page."""
        status, headers, _ = await get(f"{self._url}/", Accept="text/html")
        told = [one.partition(";")[0] for one in headers.get_all("Set-Cookie", [])]
        if status != 200 or not told:
            raise WindowError(f"the first page came with status {status} and {len(told)} cookies")
        return "; ".join(told)

    async def _turn(self, address: str) -> None:
        self._where = address
        self._wait("page", await self.open_window.turn(address))

    async def _change(self, key: str, **value: Any) -> None:
        self._wait("setting", await self.open_window.change(key, **value))

    def _wait(self, what: str, seconds: float) -> None:
        self.waits.append(Wait(what, self._where, seconds, bool(self.pressed)))

    async def _pause(self, between: tuple[float, float]) -> None:
        await asyncio.sleep(self._random.uniform(*between))

    def _see(self, text: str) -> None:
        if look := place(text, time.perf_counter()):
            self.looks.append(look)
