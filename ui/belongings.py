"""What this visitor leaves with the server, to find it again after a refresh or in another tab.

It goes by the visitor's token: see ui/visitor.py. Where no cookie comes, on Community Cloud say,
the browser tells the token a moment after the page is there, and the page is drawn again with it.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from model import server
from ui import state, visitor


def keep(kind: str, key: str, value: Any, size: int, most: int) -> None:
    """Leave a value of `size` bytes; of its kind the newest `most` are kept."""
    server.belongings().put(visitor.token(), kind, key, value, size, most)


def recalled(kind: str) -> dict[str, Any] | None:
    """What this visitor left of a kind, by key; None where the session was told it before."""
    told: dict[str, str] = st.session_state.setdefault(state.RECALLED, {})
    if told.get(kind) == visitor.token():
        return None
    told[kind] = visitor.token()
    return server.belongings().of(visitor.token(), kind)


def forget(kind: str) -> None:
    """Let go of all of a kind."""
    server.belongings().forget(visitor.token(), kind)
