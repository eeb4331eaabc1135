"""What a page's address says after its question mark, believed only where it makes sense.

Anybody can write an address. Each name is read here, before a widget sees it. What is of no use is
taken out of the address, and the page is as if it had never been there, but for a sentence: `tell`
says what was asked for, and what there is.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Collection
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ui import state
from ui.text import plain

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")  # secrets.token_urlsafe gives 22 such signs
NUMBER = re.compile(r"[0-9]{1,9}")
TOLD_FOR = 30.0  # seconds; a page that runs again after that tells no more of it


def token(name: str) -> str | None:
    """The token under this name; None if there is none, or more than one."""
    found = st.query_params.get_all(name)
    if len(found) == 1 and TOKEN.fullmatch(found[0]):
        return found[0]
    drop(name)
    return None


def number(name: str, low: int, high: int, what: str) -> int | None:
    """The whole number, `low` to `high`, under this name; None if there is none.

    `what` it is the number of is for the sentence, "a test picture" say.
    """
    found = st.query_params.get_all(name)
    if len(found) == 1 and NUMBER.fullmatch(found[0]) and low <= int(found[0]) <= high:
        _faults().pop(name, None)
        return int(found[0])
    _refuse(name, found, what, f"from {low:,} to {high:,}")
    return None


def one_of(name: str, known: Collection[str], what: str) -> str | None:
    """One of the `known` words under this name; None if there is none. `what` as for `number`."""
    found = st.query_params.get_all(name)
    if len(found) == 1 and found[0] in known:
        _faults().pop(name, None)
        return found[0]
    _refuse(name, found, what, ", ".join(known))
    return None


def binding(name: str, low: int, high: int, what: str) -> Literal["query-params"] | None:
    """What a number_input with the key `name` is to be bound to.

    Streamlit's own reading of numbers ends the page for "inf", so for the one run in which the
    address is of no use, the widget is bound to nothing.
    """
    asked = name in st.query_params
    return None if asked and number(name, low, high, what) is None else "query-params"


def tell(*names: str) -> None:
    """A sentence for each of these names for which the address asks for what there is not."""
    for name, (since, sentence) in list(_faults().items()):
        if name in names and time.monotonic() - since < TOLD_FOR:
            st.warning(sentence)


def drop(name: str) -> None:
    """Take a name out of the address."""
    # Where a widget is bound to the name, Streamlit takes it out itself.
    with contextlib.suppress(StreamlitAPIException):
        st.query_params.pop(name, None)


def astray(name: str, sentence: str) -> None:
    """Have `tell` say this of what the address asks for under a name, which makes no sense."""
    _faults()[name] = time.monotonic(), sentence


def _refuse(name: str, found: list[str], what: str, there_are: str) -> None:
    if found:
        asked = plain(", ".join(found)[:200], 30)
        astray(
            name,
            f"The address asks for {what} that there is not: {asked}. There are {there_are}.",
        )
    drop(name)


def _faults() -> dict[str, tuple[float, str]]:
    """When each name was found to be of no use, and the sentence about it."""
    found: dict[str, tuple[float, str]] = st.session_state.setdefault(state.ASTRAY, {})
    return found
