"""The widgets of a new run's settings, and what stands in them, which is not lost by looking away.

It stays for other pages, and on the server for a refresh: see `ui/belongings.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from model.training.recipes import number
from ui import belongings, setting_words, state

KIND = "train settings"  # of what a visitor leaves with the server
MOST, SIZE = 80, 100  # how many widgets' values, and bytes of each
TURN = "turn"  # how often all was set back, among what is typed: widgets then are other ones


def recall() -> None:
    """Find again what was set before a refresh, or in another tab."""
    if left := belongings.recalled(KIND):
        st.session_state[state.TYPED] = left | st.session_state.get(state.TYPED, {})


def set_back(**kept: str) -> None:
    """Have every widget but these show what is usual again; these show what is given."""
    turn = _typed().get(TURN, 0) + 1
    belongings.forget(KIND)
    st.session_state[state.TYPED] = {}
    for widget, value in (kept | {TURN: turn}).items():
        _note(widget, value)


def put(widget: str, value: Any) -> None:
    """Have a widget show this, and all others what stands in them. For callbacks."""
    _note(widget, value)
    _note(TURN, _typed().get(TURN, 0) + 1)


def choice(
    label: str,
    widget: str,
    options: Sequence[str],
    usual: str,
    words: Mapping[str, str],
    explanation: str | None = None,
) -> str:
    """One of some names, shown in words."""
    before = _typed().get(widget, usual)
    place = options.index(before if before in options else usual)
    chosen = st.selectbox(label, options, place, words.__getitem__, _key(widget), explanation)
    return str(_note(widget, chosen))


def whole_number(label: str, widget: str, usual: int, step: int, explanation: str) -> int:
    """A number without decimals."""
    before = int(_typed().get(widget, usual))
    chosen = st.number_input(
        label, value=before, step=step, format="%d", key=_key(widget), help=explanation
    )
    return int(_note(widget, chosen))


def decimal(label: str, widget: str, usual: float, explanation: str) -> float | str:
    """A number as it is written, with a point or a comma; what is none comes back as text.

    The browser's own field for numbers drops a comma, so that "0,001" becomes 1.
    """
    before = str(_typed().get(widget, number(usual)))
    written = str(st.text_input(label, before, key=_key(widget), help=explanation))[:40]
    _note(widget, written)
    return setting_words.decimal(written)


def _typed() -> dict[str, Any]:
    found: dict[str, Any] = st.session_state.setdefault(state.TYPED, {})
    return found


def _key(widget: str) -> str:
    turn = _typed().get(TURN, 0)
    return f"train_{widget}_{turn}" if turn else f"train_{widget}"


def _note(widget: str, value: Any) -> Any:
    """Keep what stands in a widget, and give it back."""
    typed = _typed()
    if typed.get(widget) != value:
        typed[widget] = value
        belongings.keep(KIND, widget, value, SIZE, MOST)
    return value
