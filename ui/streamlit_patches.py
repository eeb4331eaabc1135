"""Eight habits of Streamlit's server that this app ends, with the guard before it or without.

They reach into Streamlit's inside; tests/ui/test_guard.py notices when that has moved. Importing
this module is all there is to do: app.py's guard does it, and every page by ui/shell.py.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import weakref
from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from streamlit import config, net_util
from streamlit.components.v2.bidi_component import serialization
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.state.safe_session_state import SafeSessionState

from ui import allocator, bounds
from ui.page_runs import uninterrupted

# For so long a window that lost its server, or was reloaded by mistake, finds all as it was.
KEPT_SECONDS = 100.0
# What the server tells because a browser asked, and not because a page ran.
ANSWERS = {"file_urls_response", "backend_operation_response"}


def no_external_address() -> None:
    """Streamlit would ask the internet for it on every websocket of a foreign page, for 2 s."""


def bounded(add_file: Any) -> Any:
    """MemoryUploadedFileManager.add_file that refuses a file beyond bounds.upload_fault.

    Streamlit calls it at the end of an upload, where its own refusals are HTTPExceptions, too.
    """

    @functools.wraps(add_file)
    def add(manager: Any, session_id: str, file: Any) -> None:
        if fault := bounds.upload_fault(manager, session_id, len(file.data)):
            raise HTTPException(413, fault)
        add_file(manager, session_id=session_id, file=file)

    return add


class Reruns:
    """Requests of one window for a page run: those that come too fast wait, and the newest counts.

    Each tells the values of all widgets. What may be lost are clicks, beyond twenty at once.
    """

    def __init__(self) -> None:
        self._pace = bounds.Pace(bounds.RERUNS, bounds.RERUNS_AT_ONCE)
        self._newest: BackMsg | None = None  # while one waits

    def ask(self, message: BackMsg, run: Callable[[BackMsg], None]) -> None:
        """Have `run` called, soon or when it is time, and not before the loop has looked around."""
        loop = asyncio.get_running_loop()
        if self._newest is not None:
            self._newest = message
        elif wait := self._pace.next():
            self._newest = message
            loop.call_later(wait, self._now, run)
        else:
            loop.call_soon(run, message)

    def _now(self, run: Callable[[BackMsg], None]) -> None:
        message, self._newest = self._newest, None
        if message is not None:
            run(message)


def calm(handle_backmsg: Any) -> Any:
    """AppSession.handle_backmsg that drops what nobody needs and starts no flood of page runs.

    Some thousand messages in a second would have Streamlit start as many page runs before it looks
    at anything else: for minutes it would answer nobody.
    """
    windows: weakref.WeakKeyDictionary[AppSession, Reruns] = weakref.WeakKeyDictionary()

    @functools.wraps(handle_backmsg)
    def handle(session: AppSession, message: BackMsg) -> None:
        if message.WhichOneof("type") == "rerun_script":
            run = functools.partial(handle_backmsg, session)
            windows.setdefault(session, Reruns()).ask(message, run)
        elif bounds.is_needed(message):
            handle_backmsg(session, message)

    return handle


def take_in(state: SafeSessionState, *values: Any, **options: Any) -> None:
    """SafeSessionState.on_script_will_rerun that another request for a page run doesn't end.

    It takes in what widgets tell and runs their callbacks. Streamlit looks for the next request
    first, and at each use of st.session_state in a callback; where there is one, nobody ever hears
    of what this one told: see ui/buttons.py.
    """
    with uninterrupted(), state._lock:
        state._state.on_script_will_rerun(*values, **options)


def kept_answers(clear: Any) -> Any:
    """ForwardMsgQueue.clear that keeps what a browser asked for and waits for.

    When a page runs again, Streamlit drops what was not yet sent of the run before, and with it
    the address for an upload, which then hangs for ever.
    """

    @functools.wraps(clear)
    def clear_rest(queue: Any, retain_lifecycle_msgs: bool = False, **which: Any) -> None:
        answers = [one for one in queue._queue if one.WhichOneof("type") in ANSWERS]
        clear(queue, retain_lifecycle_msgs, **which)
        if retain_lifecycle_msgs:
            kept = {id(one) for one in queue._queue}
            queue._queue += [one for one in answers if id(one) not in kept]

    return clear_rest


def for_a_while(save: Any) -> Any:
    """MemorySessionStorage.save of a session whose window is gone: for KEPT_SECONDS.

    Streamlit lets go of one, and of what it holds in memory, when another is saved after its time.
    """

    @functools.wraps(save)
    def save_for_a_while(storage: Any, info: SessionInfo) -> None:
        save(storage, info)

        def let_go() -> None:
            if storage.get(info.session.id) is info:
                storage.delete(info.session.id)
                info.session.shutdown()
            if not storage.list():
                allocator.give_back()

        asyncio.get_running_loop().call_later(KEPT_SECONDS, let_go)

    return save_for_a_while


def without_pandas(is_dataframe_like: Any) -> Any:
    """Whether a value for a component is a data frame, which no list or dict is without pandas.

    Streamlit imports pandas and PyArrow to look: 60 MB and a second, for the canvas alone.
    """

    @functools.wraps(is_dataframe_like)
    def asked(value: object) -> bool:
        plain = isinstance(value, list | dict) and "pandas" not in sys.modules
        return not plain and bool(is_dataframe_like(value))

    return asked


# Pages are what app.py names, from the first visitor on: the folder pages/ alone says nothing.
PagesManager.uses_pages_directory = False
config.set_option("client.showSidebarNavigation", True)  # false before: see .streamlit/config.toml
net_util.get_external_ip = no_external_address
if not hasattr(MemoryUploadedFileManager.add_file, "__wrapped__"):  # once, however often imported
    MemoryUploadedFileManager.add_file = bounded(MemoryUploadedFileManager.add_file)
    AppSession.handle_backmsg = calm(AppSession.handle_backmsg)
    serialization.is_dataframe_like = without_pandas(serialization.is_dataframe_like)
    ForwardMsgQueue.clear = kept_answers(ForwardMsgQueue.clear)
    MemorySessionStorage.save = for_a_while(MemorySessionStorage.save)
SafeSessionState.on_script_will_rerun = take_in
