"""A window of Streamlit's frontend without a browser: one websocket to the server.

It sends what the frontend sends, and of the answers it reads what a load test has to know. Pictures
and scripts, which a browser fetches besides, it does not ask for. What somebody does in a window is
in `learner.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.over_http import PATIENCE
from benchmarks.ticks import Ticks

CACHED_FOR = 2  # page runs for which the frontend keeps a long message that did not come again

# What a widget says of itself until somebody changes it, as a browser tells it with every message.
VALUES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "number_input": lambda one: {"double_value": one.value if one.set_value else one.default},
    "checkbox": lambda one: {"bool_value": one.value if one.set_value else one.default},
    "selectbox": lambda one: {
        "string_value": one.raw_value if one.set_value else one.options[one.default]
    },
    "multiselect": lambda one: {
        "string_array_value": {
            "data": one.raw_values if one.set_value else [one.options[at] for at in one.default]
        }
    },
}


class WindowError(RuntimeError):
    """The server did not do what it does for a browser; the message says what."""


class Cache:
    """Which long messages the frontend still has, so that the server sends their names alone."""

    def __init__(self) -> None:
        self._runs = 0
        self._held: dict[str, tuple[int, str]] = {}  # by name: run in which it came, fragment

    @property
    def names(self) -> list[str]:
        """The names of all that is held."""
        return list(self._held)

    def hear(self, message: ForwardMsg) -> None:
        """A message came, or the name of one."""
        if message.metadata.cacheable:
            self._held[message.hash] = self._runs, message.delta.fragment_id
        elif message.ref_hash:
            self._held[message.ref_hash] = self._runs, self._held[message.ref_hash][1]

    def ran(self, fragments: Iterable[str]) -> None:
        """The page, or of it only these fragments, has run once more: what is old goes."""
        self._runs += 1
        parts = set(fragments)
        self._held = {
            name: (run, part)
            for name, (run, part) in self._held.items()
            if (parts and part not in parts) or self._runs - run <= CACHED_FOR
        }


class Window:
    """One open window: the page that it shows, its widgets by their keys, and what went wrong."""

    def __init__(self, url: str, socket: ClientConnection, see: Callable[[str], None]) -> None:
        """`see` is told where the run is that the page follows, in words."""
        self.url, self.query, self.page = url, "", ""
        self.pages: dict[str, str] = {}  # number of each page, by its address
        self.faults: list[str] = []
        self.ticks = Ticks(url, see, self.faults.append)
        self._socket, self._cache = socket, Cache()
        self._widgets: dict[str, str] = {}  # id by key
        self._values: dict[str, dict[str, Any]] = {}  # by id
        self._drawn: set[str] = set()  # ids of this page run
        self._running, self._parts = "", [""]  # page and fragments of the run that is going on
        self._ended: asyncio.Future[float] | None = None  # when the page run that was asked for did

    async def turn(self, address: str) -> float:
        """Open the page of this address, "" for the first; seconds until it is there."""
        self.ticks.stop()
        self.query = ""
        self._values.clear()
        self.page = self.pages[address] if self.pages else ""
        return await self._run({})

    async def change(self, key: str, **value: Any) -> float:
        """Set a widget to a value, named as in WidgetState; seconds until the page has run."""
        self._values[self._id(key)] = value
        return await self._run({})

    async def press(self, key: str) -> float:
        """Press a button; seconds until the page has run."""
        return await self._run({self._id(key): {"trigger_value": True}})

    def value(self, key: str) -> dict[str, Any]:
        """What a widget is set to, named as in WidgetState."""
        return self._values[self._id(key)]

    async def read(self) -> None:
        """Hear all that the server says, until the socket is closed."""
        try:
            async for data in self._socket:
                self.hear(bytes(data))
            raise WindowError("the server closed the socket")
        except (ConnectionClosed, WindowError, KeyError) as error:
            self.faults.append(f"lost socket: {error}")
        finally:
            self.ticks.stop()
            if self._ended and not self._ended.done():
                self._ended.set_exception(WindowError("the socket was lost"))

    def hear(self, data: bytes) -> None:
        """Take in one message."""
        message = ForwardMsg.FromString(data)
        self._cache.hear(message)
        match message.WhichOneof("type"):
            case "new_session":
                self._begin(message)
            case "delta":
                self._draw(message.delta)
            case "navigation":
                found = message.navigation.app_pages
                self.pages = {one.url_pathname: one.page_script_hash for one in found}
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "script_finished":
                self._end(message)

    def _begin(self, message: ForwardMsg) -> None:
        self._parts = list(message.metadata.run.fragment_ids)
        if not self._parts:
            self.ticks.stop()
            self._drawn, self._running = set(), message.new_session.page_script_hash

    def _draw(self, delta: Delta) -> None:
        kind = delta.new_element.WhichOneof("type") or ""
        one: Any = getattr(delta.new_element, kind, None)
        if kind == "bidi_component" and one.component_name.endswith("lenet_live"):
            again = functools.partial(self._send, self._values, fragment_id=delta.fragment_id)
            self.ticks.start(json.loads(one.bytes), again)
        elif kind == "exception" or (kind == "alert" and one.format == Alert.ERROR):
            shown = one.message if kind == "exception" else one.body
            self.faults.append(f"shown in the page: {shown[:200]}")
        elif kind in VALUES or kind == "button":
            self._drawn.add(one.id)
            # Streamlit's ids end with the key: $$ID-<hash>-<key>.
            key = one.id.split("-", 2)[-1]
            self._widgets.pop(key, None)
            if not one.disabled:
                self._widgets[key] = one.id
            if kind in VALUES and (one.set_value or one.id not in self._values):
                self._values[one.id] = VALUES[kind](one)

    def _end(self, message: ForwardMsg) -> None:
        status = message.script_finished
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.faults.append("a page could not be compiled")
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self._cache.ran(self._parts)
        if self._parts:
            self._parts = []
        elif self._running and self.page in ("", self._running):
            self._forget()
            self.page = self._running
            if self._ended and not self._ended.done():
                self._ended.set_result(time.perf_counter())

    def _forget(self) -> None:
        """What the page no longer shows."""
        self._widgets = {key: one for key, one in self._widgets.items() if one in self._drawn}
        self._values = {one: value for one, value in self._values.items() if one in self._drawn}

    def _id(self, key: str) -> str:
        if key not in self._widgets:
            raise WindowError(f"the page shows no {key} that can be used")
        return self._widgets[key]

    async def _run(self, pressed: dict[str, dict[str, Any]]) -> float:
        """Ask for a page run; seconds until one that began afterwards has ended."""
        self._running, self._ended = "", asyncio.get_running_loop().create_future()
        asked = time.perf_counter()
        await self._send(self._values | pressed)
        async with asyncio.timeout(PATIENCE):
            return await self._ended - asked

    async def _send(self, values: dict[str, dict[str, Any]], **more: Any) -> None:
        states = [{"id": one} | value for one, value in values.items()]
        message = BackMsg(
            rerun_script={
                "query_string": self.query,
                "page_script_hash": self.page,
                "widget_states": {"widgets": states},
                "cached_message_hashes": self._cache.names,
                "context_info": {"url": self.url, "timezone": "UTC", "locale": "en"},
                **more,
            }
        )
        await self._socket.send(message.SerializeToString())


@contextlib.asynccontextmanager
async def window(url: str, cookie: str, see: Callable[[str], None]) -> AsyncIterator[Window]:
    """A window of the browser that has this cookie, as long as the `with` lasts."""
    async with connect(
        f"ws{url.removeprefix('http')}/_stcore/stream",
        origin=url,
        subprotocols=["streamlit"],
        additional_headers={"Cookie": cookie},
        max_size=None,
        proxy=None,
        compression=None,
        open_timeout=PATIENCE,
    ) as socket:
        made = Window(url, socket, see)
        reading = asyncio.create_task(made.read())
        try:
            yield made
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
            made.ticks.stop()
