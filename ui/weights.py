"""The one choice of weights: how it is made, kept in the address, and found again.

What can be chosen are the weights that ship, the visitor's runs, and files that were uploaded; the
choice itself is the session's: see ui/state.py. The address names it, so a refresh and a restart of
the server find it again. Files lie in the server's memory for a while: see ui/belongings.py.
"""

from __future__ import annotations

import streamlit as st

from model import server
from model.training.checkpoint import Trained, usable
from ui import address, belongings, own_runs, state
from ui.page_runs import uninterrupted

FILES, CHOSEN = "weights", "weights in use"  # kinds of what a visitor leaves
NO_RUN = (
    "The run whose weights the address asks for is gone, or is another visitor's. Choose other "
    "weights on the left, or train a network."
)
NO_FILE = (
    "The weights that the address asks for are no longer here: the server keeps files for a while "
    "only. Choose other weights on the left, or give the file again on Train."
)
NOT_NOW = "The weights that you chose cannot be read now. They come back as soon as they can be."


def use(key: str) -> str:
    """Predict with these weights from now on; what is wrong with them, nothing if they are sound.

    Call it from a callback, or st.rerun() after it: the top of the page is drawn before.
    """
    with uninterrupted():
        if key.startswith(own_runs.KEY) and (fault := own_runs.adopt(key)):
            return fault
        if key in state.choices():
            state.use(key)
            st.query_params["weights"] = key
            belongings.keep(CHOSEN, "", key, len(key), 1)
        return ""


def use_file(label: str, trained: Trained) -> None:
    """Predict with weights from a file from now on."""
    with uninterrupted():
        key = state.add(label, trained)
        _keep(state.choices()[key])
        use(key)


def recall() -> None:
    """Find again what was chosen before this session began, at the top of every page."""
    left = belongings.recalled(FILES)
    if left is not None:
        own = st.session_state.get(state.OWN, {})
        for choice in own.values():
            _keep(choice)
        st.session_state[state.OWN] = dict([*left.items(), *own.items()][-state.MOST_OWN :])
    chosen = belongings.recalled(CHOSEN) or {}
    key = address.token("weights") or st.session_state.get(state.IN_USE) or chosen.get("")
    if not key:
        return
    st.session_state[state.IN_USE] = key
    if st.query_params.get("weights") != key:  # Streamlit drops it on the way to another page
        st.query_params["weights"] = key
    if key.startswith(own_runs.KEY) and key not in state.choices():
        own_runs.adopt(key)
    if (run := state.run_in_use()) and not usable(run.trained()):
        _choose_nothing()


def missing() -> str:
    """Why the weights that were chosen are not in use; nothing where they are.

    Only once it is known who the visitor is: what they left with the server is theirs alone.
    """
    key = st.session_state.get(state.IN_USE)
    if not key or key in state.choices() or not st.session_state.get(state.VISITOR_TOLD):
        return ""
    if not key.startswith(own_runs.KEY):
        return NO_FILE
    return NOT_NOW if server.runs().fault else NO_RUN


def _choose_nothing() -> None:
    st.session_state[state.IN_USE] = None
    st.session_state[state.REFUSED] = own_runs.WRONG
    st.query_params.pop("weights", None)
    belongings.forget(CHOSEN)


def _keep(choice: state.Choice) -> None:
    """Leave weights from a file with the server; those of a run it has."""
    if not choice.run:
        size = sum(array.nbytes for array in choice.trained.weights.values())
        belongings.keep(FILES, choice.key, choice, size, state.MOST_OWN)
