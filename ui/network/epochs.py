"""One slider through a run's training: the weights that it kept, from its beginning to the newest.

While the run trains, the slider's end moves along and the page follows it, unless somebody looks at
an earlier moment. "Play" goes from moment to moment by itself.
"""

from __future__ import annotations

import streamlit as st

from model.training.checkpoint import Trained
from model.training.run import Run, is_active
from model.training.storage.database import StorageError
from ui import address, moments, state

BATCH = "batch"  # in the address
NEWEST = -1  # stands for the run's newest weights, whatever these are by now
FOLLOWS, PLAYS = 3.0, 0.9  # seconds between two looks
NO_RUN = (
    "Train a network and choose it under *Weights in use*: then a slider moves everything here "
    "through its training."
)
NO_MOMENTS = "A slider through the training comes here as soon as the run has kept some of it."
BEGINS, PLAYS_ON = "begins", "plays on"  # the first moment is looked at as long as the others


def seconds() -> float | None:
    """How often the page looks again by itself; None where nothing moves."""
    run = state.run_in_use()
    if run is None:
        return None
    if st.session_state.get(state.PLAYING):
        return PLAYS
    return FOLLOWS if is_active(run) and _moment() == NEWEST else None


def choose(trained: Trained) -> Trained:
    """The slider "Epoch" and "Play", where the weights in use are of a run; the weights chosen."""
    run = state.run_in_use()
    kept = moments.kept(run) if run else ()
    if run is None or len(kept) < 2:
        st.caption(NO_RUN if run is None else NO_MOMENTS)
        return trained
    choices = [*kept, NEWEST] if is_active(run) else [*kept[:-1], NEWEST]
    if state.MOMENT not in st.session_state:
        _read(choices)
    _go_on(choices)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.select_slider(
            "Epoch",
            choices,
            format_func=lambda step: _named(step, run),
            key=state.MOMENT,
            persist_state="session",
        )
        playing = bool(st.session_state.get(state.PLAYING))
        st.button(
            "Stop" if playing else "Play",
            icon=":material/stop:" if playing else ":material/play_arrow:",
            on_click=_turn,
            args=(choices[0],),
            key="network_play",
        )
    address.tell(BATCH)
    return _at(run, trained, int(chosen))


def steady(trained: Trained) -> tuple[Trained, str] | None:
    """Weights that stay long enough for what takes seconds, and of when they are, "" for those in
    view. While a run trains, the newest that it kept stand for its newest. None while it plays."""
    run = state.run_in_use()
    if st.session_state.get(state.PLAYING):
        return None
    if run is None or not is_active(run) or _moment() != NEWEST:
        return trained, ""
    kept = moments.kept(run)
    if not kept:
        return None
    name = moments.name(run, kept[-1])
    return _at(run, trained, kept[-1]), f"epoch {name}" if name.isdigit() else name


def in_address() -> int | None:
    """After how many batches the weights are looked at, for the address; None for the newest."""
    step = _moment() if state.run_in_use() else NEWEST
    return None if step == NEWEST else step


def _read(choices: list[int]) -> None:
    """Begin at the moment that the address asks for, once."""
    steps = [str(step) for step in choices if step != NEWEST]
    if asked := address.one_of(BATCH, steps, "a moment of this run, in batches,"):
        st.session_state[state.MOMENT] = int(asked)


def _moment() -> int:
    """Where the slider is."""
    return int(st.session_state.get(state.MOMENT, NEWEST))


def _turn(first: int) -> None:
    if st.session_state.get(state.PLAYING):
        st.session_state[state.PLAYING] = ""
        return
    st.session_state[state.PLAYING] = BEGINS
    if _moment() == NEWEST:
        st.session_state[state.MOMENT] = first


def _go_on(choices: list[int]) -> None:
    """Have the slider on a moment that there is, and one further while it plays."""
    now = st.session_state.get(state.MOMENT)
    playing = st.session_state.get(state.PLAYING)
    if now not in choices:
        st.session_state[state.MOMENT] = choices[-1]
    elif playing == PLAYS_ON:
        after = choices[min(choices.index(now) + 1, len(choices) - 1)]
        st.session_state[state.MOMENT] = after
    ended = st.session_state.get(state.MOMENT, NEWEST) == choices[-1]
    st.session_state[state.PLAYING] = PLAYS_ON if playing and not ended else ""


def _named(step: int, run: Run) -> str:
    return "newest" if step == NEWEST else moments.name(run, step)


def _at(run: Run, trained: Trained, step: int) -> Trained:
    if step == NEWEST:
        return trained
    try:
        return moments.at(run, trained, step)
    except StorageError as error:
        st.warning(f"{error} The newest weights are shown.")
        return trained
