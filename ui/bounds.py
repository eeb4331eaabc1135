"""How much of the server one visitor may take, and what they are told beyond it.

ui/guard.py holds these bounds before Streamlit sees a request; `check` and
ui/streamlit_patches.py hold them where a host runs the app without the guard. They are far above
what people at a class do.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit import config, runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import state

# A class sits behind one address, and a proxy may put all visitors behind one.
SESSIONS = "LENET_SESSIONS_PER_ADDRESS"
FEWEST, USUAL = 60, 200
RATE = 20  # messages of one window in a second
BURST = 60  # more that may come at once; the guard has others wait
RERUNS, RERUNS_AT_ONCE = 5, 20  # page runs likewise; of those that wait, the newest counts
RUNS, SECONDS = 100, 5.0  # page runs of one window in a row; a quick hand makes 5 in a second
# Bytes of uploaded files that lie in the server's memory; a file is let go once it was read.
HELD_BY_ONE = 160 * 2**20  # Predict takes 20 pictures at once, and a phone's may have 8 MB
HELD_BY_ALL = 400 * 2**20

# What a browser has to tell the server while somebody uses our pages. Not here: to empty all
# caches for everybody, to name the files of the server's git repository, to install things.
MESSAGES = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
OPERATIONS = {"deferred_file", "dataframe_chunk"}  # of the message backend_operation_request

CROWDED = (
    "More than {most} windows with this app are open at your network address. "
    "Close one that you do not need, then load this page again."
)
HASTY = "This window asked for too much at once. Wait ten seconds, then load the page again."
FULL = "Too many uploaded files wait to be read. Wait a moment, then upload this one again."

_LOG = logging.getLogger(__name__)


def sessions() -> int:
    """The most windows of one address; whoever hosts the app may set it, never under FEWEST."""
    value = os.environ.get(SESSIONS, "")
    if value and not value.isdecimal():
        _LOG.warning("%s is no whole number, so it is taken as %d.", SESSIONS, USUAL)
    return max(FEWEST, int(value)) if value.isdecimal() else USUAL


def check() -> None:
    """Stop this script run, with a sentence, where its visitor is beyond a bound."""
    if not st.session_state.get(state.ADMITTED):
        if _windows() > (most := sessions()):
            st.error(CROWDED.format(most=most))
            st.stop()
        st.session_state[state.ADMITTED] = True
    runs = st.session_state.setdefault(state.RUNS, deque(maxlen=RUNS))
    hasty = len(runs) == RUNS and time.monotonic() - runs[0] < SECONDS
    runs.append(time.monotonic())
    if hasty:
        st.error(HASTY)
        st.stop()


def _windows() -> int:
    """How many windows of this visitor's address are open now, this one included."""
    manager = getattr(runtime.get_instance(), "_session_mgr", None)
    if manager is None:  # under AppTest there is no server
        return 0
    open_now = {one.session.id: one.client for one in manager.list_active_sessions()}
    mine = open_now.get(get_script_run_ctx().session_id)
    return sum(_address(client) == _address(mine) for client in open_now.values())


def _address(client: object) -> str | None:
    return getattr(getattr(client, "client_context", None), "remote_ip", None)


def is_needed(message: BackMsg) -> bool:
    """Whether a message is one of those that our pages send."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in MESSAGES


class Pace:
    """When something may happen next, at `rate` a second after a burst."""

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock, self._due = rate, burst, clock, clock()

    def next(self) -> float:
        """Count one more, and say how many seconds it has to wait."""
        now = self._clock()
        self._due = max(self._due, now) + 1 / self._rate
        return max(0.0, self._due - now - self._burst / self._rate)


def upload_fault(
    manager: Any, session: str, more: int, underway: Mapping[str, int] | None = None
) -> str | None:
    """Why a session may not add `more` bytes to the files that `manager` holds; None if it may.

    `underway` are bytes that are being sent and that it does not hold yet, by session.
    """
    held = dict(underway or {})
    for owner, files in list(manager.file_storage.items()):
        held[owner] = held.get(owner, 0) + sum(len(file.data) for file in list(files.values()))
    if held.get(session, 0) + more > HELD_BY_ONE or sum(held.values()) + more > HELD_BY_ALL:
        return FULL
    return None


def largest_upload() -> int:
    """The most bytes that Streamlit takes as one file."""
    return config.get_option("server.maxUploadSize") * 2**20
