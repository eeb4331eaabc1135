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
from model.training.run import Run, is_active
from model.training.run_store import Listed
from model.training.snapshot import ENDED
from model.training.storage.record import Summary
from model.training.tokens import of_run
from ui import state, visitor, watched
from ui.text import clean, percent, plain

MOST_LISTED = 50
MOST_CHOICES = 10  # beside "Weights in use"
KEY = "run-"  # goes before a run's name among the keys of state.choices()
WATCHED = "The run you watch, as it trains"  # somebody else's, by a link to show
WRONG = (
    "Your run went wrong while it trained: no picture gets an answer from its "
    "weights. Other weights are in use."
)


def label(about: Summary) -> str:
    """What a run is called in lists: network, recipe, and when it was started."""
    network = NETWORKS[about.network].label if about.network in NETWORKS else about.network
    recipe = RECIPES[about.recipe].label if about.recipe in RECIPES else "own settings"
    return f"{network}, {recipe}, {started(about)}"


def short(about: Summary) -> str:
    """The same where there is little room, and the network stands below; its name, if it has one.

    Text alone, not Markdown.
    """
    return f"{clean(about.title) if about.title else 'Your run'}, {started(about)}"


def started(about: Summary) -> str:
    """When a run was started, by the visitor's clock."""
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
        right = f"{percent(about.test, 2)} of the test pictures right"
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
    name = f"{plain(one.about.title)}, " if one.about.title else ""
    words = f"{name}{label(one.about)}: {how_far(one.about)}"
    if shown is not None and shown.name == one.about.name:
        st.markdown(f":material/check: {words} (shown above)")
        return
    st.button(
        words,
        icon=":material/arrow_forward:",
        on_click=watched.arrive,
        args=(one.token,),
        type="tertiary",
        key=f"own_run_{one.about.name}",
    )


def choices() -> dict[str, str]:
    """The visitor's newest runs, and the one in the address, as labels by key; see `adopt`.

    A run that has ended without a batch is none. One that trains is called so.
    """
    listed = [one.about for one in server.runs().of(visitor.token(), MOST_CHOICES)]
    training = [about for about in listed if about.status not in ENDED]
    found = {f"{KEY}{about.name}": short(about) for about in listed if about.step}
    for about in training:
        name = f": {clean(about.title)}" if about.title else ""
        when = f" since {started(about)}" if len(training) > 1 and not name else ""
        found[f"{KEY}{about.name}"] = f"{state.LIVE}{name}{when}"
    run = server.runs().get(watched.token())
    if run is not None and is_active(run) and key_of(run) not in found:
        found[key_of(run)] = WATCHED
    return found


def key_of(run: Run) -> str:
    """The key of a run's weights among state.choices()."""
    return f"{KEY}{run.name}"


def adopt(key: str) -> str:
    """Have a run among state.choices(); what is wrong with its weights, nothing if they are sound.

    It is one of the visitor's, or the one in the address; another one's is no choice.
    """
    for token in (of_run(visitor.token(), key.removeprefix(KEY)), watched.token()):
        run = server.runs().get(token)
        if token and run is not None and key_of(run) == key:
            if not usable(trained := run.trained()):
                return WRONG
            state.add(short(run.summary()), trained, key, token)
            return ""
    return ""
