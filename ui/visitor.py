"""Who one visitor is, in all tabs and after a refresh: told by a secret that the browser keeps.

It bounds how many runs one visitor trains at a time, and knows no name. An address would not do:
a whole class may have one. Nor would a cookie: some hosts' proxies drop them.
"""

from __future__ import annotations

import re
import secrets

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from model import server
from ui import state

COMPONENT = "visitor_component"
# The browser keeps the first token that it is given. A session that began with another one, after a
# refresh or in a new tab, is told. Without storage, in a private frame say, each session is alone.
_browser = st.components.v2.component(
    "lenet_visitor",
    html="<i hidden></i>",
    js="""export default ({ data, parentElement, setStateValue }) => {
      try {
        const kept = localStorage.getItem("lenet-visitor")
        if (!kept) localStorage.setItem("lenet-visitor", data)
        if (kept && kept !== data) setStateValue("token", kept)
        else parentElement.querySelector("i").dataset.known = ""
      } catch {}
    }""",
)


def token() -> str:
    """The visitor's token; of this session alone until the browser has told another."""
    made: str = st.session_state.setdefault(state.VISITOR, secrets.token_urlsafe(16))
    return made


def recognise() -> None:
    """Ask the browser who this is."""
    with st.container(key="visitor"):
        _browser(key=COMPONENT, data=token(), on_token_change=_told)


def _told() -> None:
    """The browser keeps another token than this session began with: before the page is drawn.

    Once in a session: a program that is somebody else each time would have no bound.
    """
    told = st.session_state[COMPONENT].token
    if st.session_state.get(state.VISITOR_TOLD):
        return
    if isinstance(told, str) and re.fullmatch(r"[\w-]{22}", told, re.ASCII):
        st.session_state[state.VISITOR] = told
        st.session_state[state.VISITOR_TOLD] = True


def watch_run() -> None:
    """Have the run of this session know that somebody watches, for as long as the session lives.

    Whichever page it shows, and whether its tab is in front or not.
    """
    address = state.run_token()
    run = server.runs().get(address) if address else None
    context = get_script_run_ctx()
    if run and context and runtime.exists():
        session, server_runtime = context.session_id, runtime.get_instance()
        run.watch(session, lambda: server_runtime.is_active_session(session))
