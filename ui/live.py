"""What moves by itself: a component that follows a run by its token and draws what is new of it.

A view of a run is a module in assets/js, which draws, and a `View` here, which tells the news. They
take a way past the page's script, whose run would cost ten times as much: the component asks a
route of the server, which app.py adds. Where a host serves app.py without it, the component says
so, and from then on a fragment of the page sends the news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config

from model import server
from model.training.run import Run
from ui import javascript, state

ADDRESS = "live/run"  # of the route, before the view's name; relative to the page
HEADER = "X-Lenet-Run"  # has the run's token: others log what stands in an address
NO_STORE = {"Cache-Control": "no-store"}

News = dict[str, Any]


@dataclass(frozen=True)
class View:
    """One way to look at a run while it moves."""

    name: str  # of its module in assets/js, and in the route's address
    about: Callable[[Run, str], dict[str, Any]]  # what the module is told before all news
    state: Callable[[Run], str]  # when it changes, the whole page has to
    seconds: Callable[[Run], float]  # until it is worth looking again; 0: nothing will move
    news: Callable[[Run, str], News]  # since the cursor in the news before; all, if that is ""

    def told(self, run: Run, after: str) -> News:
        """The news, with what every view's have. `cursor` and `after` are the view's."""
        usual = {"state": self.state(run), "wait": self.seconds(run)}
        return usual | self.news(run, after)


def routes(views: Iterable[View]) -> list[Route]:
    """What app.py adds to the server: one address for the news of each view."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return [
        Route("/" + "/".join(part for part in (base, ADDRESS, view.name) if part), _asked(view))
        for view in views
    ]


def _asked(view: View) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        """The news of the run whose token is in the header, since the cursor `after`."""
        run = server.runs().get(request.headers.get(HEADER))
        if run is None:
            return JSONResponse({"gone": True}, 410, NO_STORE)
        news = view.told(run, request.query_params.get("after", ""))
        return Response(javascript.as_bytes(news), 200, NO_STORE, "application/json")

    return answer


def follow(view: View, run: Run, token: str, key: str) -> None:
    """Show the run's view under the page-wide `key`, and have it move while the run does."""
    shown = javascript.component(
        "lenet_live", "live.js", '<div class="live"\n></div>', "plot.css", "live.css"
    )
    if shown is None:
        st.caption("What moves here cannot be shown: a file of the app is missing.")
        return
    drawn, cursor = view.state(run), ""
    asks = not _has_no_route()

    @st.fragment(run_every=None if asks else view.seconds(run) or None)
    def live() -> None:
        nonlocal cursor
        if view.state(run) != drawn or asks == _has_no_route():
            st.rerun()  # the whole page: a fragment alone goes on as it was drawn
        whole = asks or not cursor or bool(st.session_state.get(key, {}).get("missed"))
        news = view.told(run, "" if whole else cursor)
        cursor = news["cursor"]
        sent = {"news": news} | ({"about": about} if whole else {})
        shown(
            key=key,
            data=javascript.as_bytes(sent),
            on_route_change=_no_route,
            on_missed_change=_nothing,
            on_changed_change=_nothing,
        )

    about = view.about(run, token) | {
        "view": view.name,
        "state": drawn,
        "token": token,
        "route": f"{ADDRESS}/{view.name}",
        "asks": asks,
    }
    live()


def _has_no_route() -> bool:
    return bool(st.session_state.get(state.NO_ROUTE, False))


def _nothing() -> None:
    """The page runs, which is all that is needed."""


def _no_route() -> None:
    """There is no route on this server, says the browser: the page's script sends the news."""
    st.session_state[state.NO_ROUTE] = True
