"""A button whose press counts, though the page runs again before it comes to the button.

Streamlit tells a press to one run of the page. Where something else in the browser has the page run
again at once, that run ends early, and `st.button` never says that it was pressed. Callbacks have
run by then; so a button that leads to more than a callback can do is one of these.
"""

from __future__ import annotations

import math
import time
from typing import Any

import streamlit as st

from ui import state

LASTS = 10.0  # seconds; who has left the page by then finds nothing pressed when they are back


def pressed(label: str, key: str, **options: Any) -> bool:
    """Draw st.button with these options; whether it was pressed, once for each press."""
    presses: dict[str, float] = st.session_state.setdefault(state.PRESSES, {})
    told = st.button(label, key=key, on_click=_note, args=(presses, key), **options)
    noted = time.monotonic() - presses.pop(key, -math.inf) < LASTS
    return told or noted  # where Streamlit does not know the callback yet, it tells this run alone


def _note(presses: dict[str, float], key: str) -> None:
    """Not by way of st.session_state, each use of which may end the run before it does anything."""
    presses[key] = time.monotonic()
