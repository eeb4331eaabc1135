"""What Runs shows, and how: the runs that are chosen, and how their curves are drawn.

The session keeps it, and a link may ask for it; what it asks for is read once. The address is kept
up to date by the browser, which alone knows how the table is sorted: see assets/js/runs.js.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from model.training.questions import QUESTIONS
from ui import address, state

MOST_CHOSEN = 6  # as many as can be told apart in a chart
NEWEST = 2  # that are chosen while nobody has chosen any
CHOSEN, NONE = "chosen", "none"  # in the address: the beginnings of names, or this
SHORT = 8  # signs of a name that stand in the address
NAMES = re.compile(rf"[0-9a-f]{{{SHORT}}}(\.[0-9a-f]{{{SHORT}}}){{0,{MOST_CHOSEN - 1}}}")
SEARCHED = 60  # signs of a filter
# The ways to draw curves, by the name in the address; the first of each is what is usual.
WAYS: dict[str, dict[str, str]] = {
    "draw": {"accuracy": "Accuracy", "loss": "Loss"},
    "pictures": {"validation": "Validation", "training": "Training", "both": "Both"},
    "axis": {"epochs": "Epochs", "batches": "Batches", "seconds": "Seconds"},
    "scale": {"linear": "Linear", "log": "Logarithmic"},
}
# What the table can be sorted by; "-" before one is the other way round.
COLUMNS: dict[str, str] = {
    "title": "Run",
    "network": "Network",
    "settings": "Settings",
    "epochs": "Epochs",
    "validation": "Validation",
    "test": "Test",
    "seconds": "Minutes",
}
ORDERS: dict[str, str] = COLUMNS | {"begun": "Begun", "status": "Status", "starred": "Star"}
USUAL_ORDER = "-begun"


@dataclass(frozen=True)
class View:
    """What the page shows now."""

    chosen: tuple[str, ...] = ()  # names of runs, in the order in which they were chosen
    draw: str = "accuracy"
    pictures: str = "validation"
    axis: str = "epochs"
    scale: str = "linear"
    sort: str = USUAL_ORDER  # that the address asked for
    filter: str = ""  # likewise
    question: str = ""  # key of QUESTIONS whose runs are chosen
    turn: int = 0  # how often the browser chose: an older choice of its own is none
    fault: str = ""  # why what the visitor wanted last could not be done


def now() -> View:
    """What the page shows."""
    found: View = st.session_state.get(state.RUNS_VIEW, View())
    return found


def change(**changes: Any) -> None:
    """Show something else from now on."""
    st.session_state[state.RUNS_VIEW] = replace(now(), **changes)


def settle(names: list[str], known: bool) -> None:
    """Begin with what the address asks for, and forget runs that are gone.

    `names` are the visitor's runs, the newest first; `known` says that the browser told who it is.
    """
    if state.RUNS_VIEW not in st.session_state:
        asked = st.query_params.get_all(CHOSEN)
        if not names and not (asked and known):
            return  # the visitor's runs may come with the next page run
        begun = _read(asked, names)
        if not names:
            return  # the first runs that there will be are chosen by themselves
        st.session_state[state.RUNS_VIEW] = begun
    change(chosen=tuple(name for name in now().chosen if name in names))


def _read(asked: list[str], names: list[str]) -> View:
    ways = {
        way: address.one_of(way, choices, "a way to draw curves") or next(iter(choices))
        for way, choices in WAYS.items()
    }
    orders = [*ORDERS, *(f"-{order}" for order in ORDERS)]
    return View(
        chosen=_chosen(asked, names),
        sort=address.one_of("sort", orders, "an order of runs") or USUAL_ORDER,
        filter=" ".join(st.query_params.get_all("filter"))[:SEARCHED],
        question=address.one_of("question", QUESTIONS, "a question") or "",
        **ways,
    )


def _chosen(asked: list[str], names: list[str]) -> tuple[str, ...]:
    """The runs that the address asks for; the newest where it asks for none that there is."""
    if asked == [NONE]:
        return ()
    if not asked:
        return tuple(names[:NEWEST])
    if len(asked) > 1 or not NAMES.fullmatch(asked[0]):
        address.astray(CHOSEN, f"The address asks for no run. It may ask for {MOST_CHOSEN}.")
        return tuple(names[:NEWEST])
    beginnings = list(dict.fromkeys(asked[0].split(".")))
    found = [name for one in beginnings for name in names if name.startswith(one)]
    if missing := len(beginnings) - len(found):
        runs = f"{missing} {'run that is' if missing == 1 else 'runs that are'}"
        address.astray(
            CHOSEN,
            f"The address asks for {runs} not among yours: deleted, or another visitor's.",
        )
    return tuple(found)


def in_address() -> Mapping[str, str | None]:
    """How curves are drawn, for the address; None for what is usual."""
    shown = now()
    told: dict[str, str | None] = {"question": shown.question or None}
    for way, choices in WAYS.items():
        value: str = getattr(shown, way)
        told[way] = None if value == next(iter(choices)) else value
    return told
