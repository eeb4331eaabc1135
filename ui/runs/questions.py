"""Questions to try: each starts its runs with one button, and turns the page to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from model import server
from model.data import datasets
from model.data.datasets import DataError
from model.training.questions import QUESTIONS, Question
from model.training.recipes import Config, SettingError
from model.training.run_store import ServerFullError
from model.training.speed import roughly, together
from ui import state, visitor
from ui.buttons import pressed
from ui.page_runs import uninterrupted
from ui.runs import view

UNKNOWN = (
    "How long the runs take is told here once a network has trained on this server: the first run "
    "measures it."
)


def offer(newest: str) -> None:
    """All questions; folded beside runs, and again with each new one: `newest` is its name."""
    with st.expander("Questions to try", expanded=not newest, key=f"runs_questions_{newest}"):
        if server.runs().seconds_per_epoch(_here(next(iter(QUESTIONS.values())))[0][1]) is None:
            st.caption(UNKNOWN)
        columns = st.columns(2)
        for position, key in enumerate(QUESTIONS):
            with columns[position % 2].container(border=True):
                _card(key)


def _card(key: str) -> None:
    question = QUESTIONS[key]
    runs = _here(question)
    st.markdown(f"**{question.label}**  \n{question.why}")
    if known := time_needed(runs):
        st.caption(known)
    if pressed(
        f"Start {len(runs)} runs",
        f"runs_try_{key}",
        icon=":material/play_arrow:",
        help=question.label,
    ):
        _start(key, runs)


def _here(question: Question) -> list[tuple[str, Config]]:
    """Its runs with the pictures in use, of which there may be fewer."""
    data = state.dataset().name
    most = datasets.training_pictures(data)
    return [
        (title, replace(config, data=data, train_images=min(config.train_images, most)))
        for title, config in question.runs
    ]


def time_needed(runs: Sequence[tuple[str, Config]]) -> str:
    """How long they take, all and one epoch of each, in words; nothing where it is not known."""
    epochs = [server.runs().seconds_per_epoch(config) for _, config in runs]
    known = [seconds for seconds in epochs if seconds is not None]
    if len(known) < len(runs):
        return ""
    each = [one * config.epochs for one, (_, config) in zip(known, runs, strict=True)]
    total = roughly(together(each, server.runs().workers))
    one_epoch = [f"{title} {roughly(s)}" for s, (title, _) in zip(known, runs, strict=True)]
    told = f"About {total} while nobody else trains. An epoch: {', '.join(one_epoch)}."
    if busy := server.runs().training():
        told += f" {busy} {'run trains' if busy == 1 else 'runs train'} now, so it takes longer."
    return told


def _start(key: str, runs: Sequence[tuple[str, Config]]) -> None:
    """Start the runs and turn the page to their comparison."""
    started, refused = [], ""
    with uninterrupted():
        for title, config in runs:
            try:
                token = server.runs().start(config, "custom", visitor.token(), title=title)
            except (SettingError, DataError, ServerFullError) as error:
                refused = f"{title} was not started. {error}"
                break
            if run := server.runs().get(token):
                started.append(run.name)
        if started:
            view.change(
                chosen=tuple(started),
                question=key,
                draw="accuracy",
                pictures="both",
                axis=QUESTIONS[key].axis,
                fault=refused,
            )
        else:
            view.change(fault=refused)
    st.rerun()
