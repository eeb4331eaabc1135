"""What a page's address says after its question mark, believed only where it makes sense.

Anybody can write an address. Each name is read here, before a widget sees it; what is of no use is
taken out of the address, and the page is as if it had never been there.
"""

from __future__ import annotations

import contextlib
import re
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")  # secrets.token_urlsafe gives 22 such signs
NUMBER = re.compile(r"[0-9]{1,9}")


def token(name: str) -> str | None:
    """The token under this name; None if there is none, or more than one."""
    found = st.query_params.get_all(name)
    if len(found) == 1 and TOKEN.fullmatch(found[0]):
        return found[0]
    _drop(name)
    return None


def number(name: str, low: int, high: int) -> int | None:
    """The whole number, `low` to `high`, under this name; None if there is none."""
    found = st.query_params.get_all(name)
    if len(found) == 1 and NUMBER.fullmatch(found[0]) and low <= int(found[0]) <= high:
        return int(found[0])
    _drop(name)
    return None


def binding(name: str, low: int, high: int) -> Literal["query-params"] | None:
    """What a number_input with the key `name` is to be bound to.

    Streamlit's own reading of numbers ends the page for "inf", so for the one run in which the
    address is of no use, the widget is bound to nothing.
    """
    asked = name in st.query_params
    return None if asked and number(name, low, high) is None else "query-params"


def _drop(name: str) -> None:
    # Where a widget is bound to the name, Streamlit takes it out itself.
    with contextlib.suppress(StreamlitAPIException):
        st.query_params.pop(name, None)
