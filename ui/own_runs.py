"""The visitor's own runs, the newest first: a list that leads to them, and weights to use."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from model import server
from model.networks.architectures import NETWORKS
from model.training.checkpoint import usable
from model.training.recipes import RECIPES
from model.training.run import Run
from model.training.run_store import Listed
from model.training.storage.record import Summary
from ui import state, visitor

MOST_LISTED = 50
MOST_CHOICES = 10  # beside "Weights in use"
KEY = "run: "  # goes before a run's name among the keys of state.choices()


def label(about: Summary) -> str:
    """What a run is called in lists: network, recipe, and when it was started."""
    network = NETWORKS[about.network].label if about.network in NETWORKS else about.network
    recipe = RECIPES[about.recipe].label if about.recipe in RECIPES else "own settings"
    return f"{network}, {recipe}, {_started(about)}"


def short(about: Summary) -> str:
    """The same where there is little room, and the network stands below."""
    return f"Your run, {_started(about)}"


def _started(about: Summary) -> str:
    started = datetime.fromtimestamp(about.created, UTC).astimezone(_timezone())
    return f"{started:%d %b %H:%M}"


def _timezone() -> tzinfo:
    """The visitor's, as the browser says; the name comes from outside."""
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        if name := st.context.timezone:
            return ZoneInfo(name)
    return UTC


def how_far(about: Summary) -> str:
    """Where a run is, or what it reached."""
    epochs = about.step * about.epochs / about.total_steps
    if about.test is not None:
        right = f"{100 * about.test:.2f} % of the test pictures right"
        return f"{about.status} after {epochs:.3g} {'epoch' if epochs == 1 else 'epochs'}, {right}"
    return f"{about.status}, epoch {epochs:.1f} of {about.epochs}"


def show(shown: Run | None) -> None:
    """A button for each of the visitor's runs, which turns the page to it; nothing for none."""
    if listed := server.runs().of(visitor.token(), MOST_LISTED):
        _list(listed, shown)


def _list(listed: list[Listed], shown: Run | None) -> None:
    quotas = server.runs().quotas
    with st.expander(f"Your runs ({len(listed)})", expanded=shown is None):
        with st.container(height=340 if len(listed) > 6 else "content", border=False):
            for one in listed:
                _lead_to(one, shown)
        st.caption(
            f"The newest {quotas.runs_each} are kept, for {quotas.days} days after your last look. "
            "This browser knows which are yours; another one needs a run's address."
        )


def _lead_to(one: Listed, shown: Run | None) -> None:
    words = f"{label(one.about)}: {how_far(one.about)}"
    if shown is not None and shown.name == one.about.name:
        st.markdown(f":material/check: {words} (shown above)")
        return
    st.button(
        words,
        icon=":material/arrow_forward:",
        on_click=state.arrive,
        args=(one.token,),
        type="tertiary",
        key=f"own_run_{one.about.name}",
    )


def choices() -> dict[str, str]:
    """The visitor's newest runs that have learned something, as labels by key; see `use`."""
    listed = server.runs().of(visitor.token(), MOST_CHOICES)
    return {f"{KEY}{one.about.name}": short(one.about) for one in listed if one.about.step}


def key_of(run: Run) -> str:
    """The key of a run's weights among state.choices()."""
    return f"{KEY}{run.name}"


def use(key: str) -> None:
    """Predict with the newest weights of one of the visitor's runs, where they are of use."""
    for one in server.runs().of(visitor.token(), MOST_CHOICES):
        run = server.runs().get(one.token) if f"{KEY}{one.about.name}" == key else None
        if run is not None and usable(trained := run.trained()):
            state.use(state.add(short(one.about), trained, key))
