"""The buttons of a run that is not at its end."""

from __future__ import annotations

import streamlit as st

from model import server
from model.training.run import Run
from model.training.tokens import showing
from ui import copying

KEPT = "keeps_focus_run"  # of the row with the run's buttons: see assets/js/focus.js


def controls(run: Run) -> None:
    """Pause, resume, one batch, stop: only what makes sense now can be pressed."""
    status = run.status
    with st.container(horizontal=True, key=KEPT):
        if status == "paused":
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                on_click=server.runs().resume,
                args=(run,),
                key="run_resume",
            )
            st.button(
                "One batch",
                icon=":material/skip_next:",
                on_click=server.runs().one_batch,
                args=(run,),
                key="run_one_batch",
                help="Train one batch and stay paused.",
            )
        else:
            st.button(
                "Pause",
                icon=":material/pause:",
                on_click=server.runs().pause,
                args=(run,),
                disabled=status != "running",
                key="run_pause",
            )
        st.button(
            "Stop and keep weights",
            icon=":material/stop:",
            on_click=server.runs().stop,
            args=(run,),
            disabled=status not in ("running", "paused"),
            key="run_stop",
            help="End here. The newest weights are kept and measured on the test set.",
        )


def ways_back(token: str, steers: bool) -> None:
    """What the page's address is good for, and another one for others."""
    if not steers:
        st.caption("You are watching somebody's run. It cannot be paused or stopped from here.")
        return
    st.caption(
        "The address of this page leads back to this run, also from another tab or "
        "device. Whoever has it can pause or stop the run, so keep it to yourself."
    )
    with st.expander("Link to share", icon=":material/link:"):
        st.markdown(
            "For a projector or a friend: whoever has this link can watch the run, but not "
            "pause or stop it."
        )
        copying.show("Link", f"{_here()}?run={showing(token)}", "run_link")


def _here() -> str:
    """The page's address, without what follows its question mark."""
    return (st.context.url or "").partition("?")[0]
