"""Who one visitor is, in all tabs and after a refresh: told by a secret that the browser keeps.

It bounds how many runs one visitor trains at a time, finds them again, and knows no name. An
address would not do: a whole class may have one. The guard sets a cookie, which comes with the
first page run. Where there is none, without the guard, or where a proxy or a frame drops it, a
component in the page asks the browser's storage, which takes a second page run: whoever starts a
run before that, within a second of coming back, finds it by its address alone.
"""

from __future__ import annotations

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from model import server
from ui import cookie, state, watched

COMPONENT = "visitor_component"
# The browser keeps the first token that it is given. A session that began with another one, after a
# refresh or in a new tab, is told. Without storage, in a private frame say, each session is alone.
_browser = st.components.v2.component(
    "lenet_visitor",
    html="<i hidden></i>",
    js="""export default ({ data, parentElement, setStateValue }) => {
      try {
        const offered = new TextDecoder().decode(data)
        const kept = localStorage.getItem("lenet-visitor")
        if (!kept) localStorage.setItem("lenet-visitor", offered)
        if (kept && kept !== offered) setStateValue("token", kept)
        else parentElement.querySelector("i").dataset.known = ""
      } catch {}
    }""",
)


def token() -> str:
    """The visitor's token; of this session alone until the browser has told another."""
    if state.VISITOR not in st.session_state:
        told = cookie.token(st.context.cookies)
        st.session_state[state.VISITOR_TOLD] = told is not None
        st.session_state[state.VISITOR] = told or cookie.new_token()
    known: str = st.session_state[state.VISITOR]
    return known


def recognise() -> None:
    """Ask the browser who this is, where no cookie came."""
    known = token()
    if not st.session_state.get(state.VISITOR_TOLD):
        with st.container(key="visitor"):
            _browser(key=COMPONENT, data=known.encode(), on_token_change=_told)


def _told() -> None:
    """The browser keeps another token than this session began with: before the page is drawn.

    Once in a session: a program that is somebody else each time would have no bound.
    """
    told = st.session_state[COMPONENT].token
    if not st.session_state.get(state.VISITOR_TOLD) and cookie.is_token(told):
        st.session_state[state.VISITOR] = told
        st.session_state[state.VISITOR_TOLD] = True


def watch_runs() -> None:
    """Have the run in the address, and the one in use, know that somebody watches.

    For as long as the session lives, whichever page it shows, and whether its tab is in front or
    not.
    """
    context = get_script_run_ctx()
    runs = (server.runs().get(watched.token()), state.run_in_use())
    if context and runtime.exists():
        session, server_runtime = context.session_id, runtime.get_instance()
        for run in filter(None, runs):
            run.watch(session, lambda: server_runtime.is_active_session(session))
