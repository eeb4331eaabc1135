"""What is looked at closely on Network: a layer, a filter or unit of it, and a place in its map.

The session keeps them, and a link may ask for them; what it asks for is read once. The address is
kept up to date by the browser, which alone knows the place: see assets/js/sums.js.
"""

from __future__ import annotations

import streamlit as st

from model.networks.forward import Step
from model.networks.layers import BatchNorm, Conv, Dense, Pool
from ui import address, state
from ui.network.desk import Desk

SEEN = (Conv, Pool, BatchNorm, Dense)  # layers with arithmetic to look at
NAMES = ("layer", "filter", "row", "column")  # in the address


def steps(desk: Desk) -> dict[str, Step]:
    """The layers with arithmetic, by name, in order."""
    return {step.name: step for step in desk.steps if isinstance(step.layer, SEEN)}


def settle(desk: Desk) -> None:
    """Have the session look at a layer and a filter that this network has."""
    known = steps(desk)
    if state.LAYER not in st.session_state:
        _read(known)
    if st.session_state.get(state.LAYER) not in known:
        st.session_state[state.LAYER] = next(iter(known))
    count = known[st.session_state[state.LAYER]].given.shape[-1]
    st.session_state[state.FILTER] = min(st.session_state.get(state.FILTER) or 0, count - 1)


def _read(known: dict[str, Step]) -> None:
    """Take what the address asks for; places are counted from 1 there, as on the page."""
    name = address.one_of("layer", known, "a layer of this network")
    if name is None:
        for other in NAMES:
            address.drop(other)
        return
    st.session_state[state.LAYER] = name
    given = known[name].given.shape
    number = address.number("filter", 1, given[-1], f"a filter or unit of {name}")
    st.session_state[state.FILTER] = (number or 1) - 1
    if len(given) == 4:
        row = address.number("row", 1, given[1], f"a row in the maps of {name}")
        column = address.number("column", 1, given[2], f"a column in the maps of {name}")
        if row and column:
            st.session_state[state.PLACE] = row - 1, column - 1
