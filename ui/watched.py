"""The one run that this session watches: in the address, and kept over all pages."""

from __future__ import annotations

import streamlit as st

from ui import address, state
from ui.page_runs import uninterrupted


def token() -> str | None:
    """The token of the run that this session watches; None if there is none.

    A token in the address wins. Streamlit drops it when the visitor turns to another page, so it
    is put back: a refresh then finds the run again.
    """
    token = address.token("run")
    if token:
        st.session_state[state.RUN] = token
    elif st.session_state.get(state.RUN):
        st.query_params["run"] = st.session_state[state.RUN]
    return st.session_state.get(state.RUN)


def watch(token: str | None) -> None:
    """Watch another run from now on, or none."""
    with uninterrupted():
        st.session_state[state.RUN] = token
        if token:
            st.query_params["run"] = token
        else:
            st.query_params.pop("run", None)


def arrive(token: str) -> None:
    """Turn to a run, and have the page show its beginning: see `ui/train/arrival.py`."""
    watch(token)
    st.session_state[state.ARRIVED] = token
