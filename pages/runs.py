"""Runs: all of one's runs in a table, some of them in one chart, and what they answer."""

import streamlit as st

from model import server
from model.training.run_store import Listed
from ui import address, shell, state, visitor
from ui.runs import actions, compare, questions, table, view

NONE_YET = "Your runs will stand here. Try one of the questions, or train a network on Train."

shell.begin(
    "Runs",
    "Your runs side by side. Each is an experiment: change one thing, and see what it changes.",
)
server.warm_up()


def listed() -> list[Listed]:
    """The visitor's runs, the newest first."""
    return server.runs().of(visitor.token())


wait = table.seconds(listed())


@st.fragment(run_every=wait)
def look() -> None:
    """All of the page: a fragment, so that what moves does not draw the frame around it again."""
    found = listed()
    if table.seconds(found) != wait:
        st.rerun()  # only a whole run of the page changes how often a fragment runs
    view.settle([one.about.name for one in found], st.session_state.get(state.VISITOR_TOLD, False))
    questions.offer(found[0].about.name if found else "")
    if fault := view.now().fault or server.runs().fault:
        st.warning(fault)
    address.tell(view.CHOSEN, "sort", "question", *view.WAYS)
    if not found:
        st.caption(NONE_YET)
        return
    table.show(found)
    compare.show(found)
    chosen = [one for one in found if one.about.name in view.now().chosen]
    if len(chosen) == 1:
        actions.show(chosen[0], table.names(found)[chosen[0].about.name])
    elif chosen:
        st.caption("Choose one run alone to rename it, train it on, or delete it.")


look()
