"""Network: a picture on its way through a network, every number of it."""

import streamlit as st

from ui import assets, shell, state
from ui.network import desk, epochs, lesson

NO_WEIGHTS = "No weights are there yet. Train a network, and look inside it here."

shell.begin(
    "Network",
    "Every number between a picture and its answer. Read from top to bottom, or jump.",
)
st.html(f"<style>{assets.text('network.css')}</style>")
wait = epochs.seconds()


@st.fragment(run_every=wait)
def look() -> None:
    """All of the page: a fragment, so that a choice does not draw the frame around it again."""
    if epochs.seconds() != wait:
        st.rerun()  # only a whole run of the page changes how often a fragment runs
    chosen = state.in_use()
    if chosen is None:
        st.info(NO_WEIGHTS)
    elif laid := desk.lay(chosen.trained):
        lesson.teach(laid)


look()
