"""The chosen runs in one chart, how it is drawn, and what can truly be said of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from model import server
from model.insight import comparison
from model.training.questions import QUESTIONS
from model.training.run_store import Listed
from ui.plots import plot
from ui.runs import chart, table, view
from ui.text import plain

LABELS = {"draw": "Show", "pictures": "Measured on", "axis": "Along", "scale": "Loss axis"}
SPREAD = "Seconds are those of a worker at work. They are spread evenly over a run's batches."


def show(listed: Sequence[Listed]) -> None:
    """Choices, chart and sentence; nothing where no run is chosen."""
    lines = _lines(listed)
    if not lines:
        st.caption("Choose up to six runs in the table, and their curves come here.")
        return
    _choices()
    now = view.now()
    what = "Accuracy" if now.draw == "accuracy" else "Loss"
    alt = f"{what} against {now.axis}: {', '.join(line.name for line in lines)}"
    plot(chart.figure(lines, now), "runs_chart", alt, chart.CONFIG)
    if now.axis == "seconds":
        st.caption(SPREAD)
    if now.question:
        st.markdown(f"*{QUESTIONS[now.question].look}*")
    st.markdown(
        comparison.sentence([comparison.side(plain(line.name), line.now) for line in lines])
    )


def _lines(listed: Sequence[Listed]) -> list[chart.Line]:
    """The chosen runs that can be read, in the order in which they were chosen."""
    tokens = {one.about.name: one.token for one in listed}
    titles = table.names(listed)
    runs = {name: server.runs().get(tokens[name]) for name in view.now().chosen}
    return [chart.Line(titles[name], run.snapshot()) for name, run in runs.items() if run]


def _choices() -> None:
    with st.container(horizontal=True, key="runs_ways"):
        for way, choices in view.WAYS.items():
            if way == "scale" and view.now().draw != "loss":
                continue
            key = f"runs_{way}"
            st.session_state[key] = getattr(view.now(), way)
            st.segmented_control(
                LABELS[way],
                list(choices),
                format_func=choices.__getitem__,
                key=key,
                on_change=_draw,
                args=(way,),
                required=True,
            )


def _draw(way: str) -> None:
    chosen = st.session_state.get(f"runs_{way}")
    if chosen in view.WAYS[way]:
        view.change(**{way: chosen})
