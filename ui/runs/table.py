"""The visitor's runs in a table that the browser sorts and filters: assets/js/runs.js draws it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from model import server
from model.networks.architectures import NETWORKS
from model.training.run_store import Listed
from model.training.snapshot import TRAINING
from model.training.storage.record import Summary
from model.training.tokens import of_run
from ui import javascript, own_runs, setting_words, visitor
from ui.runs import chart, view
from ui.text import clean, percent

KEY = "runs_table"
SECONDS = 2.5  # between two looks while something moves
MOST_SHOWN = 5  # until somebody asks for the others
IN_A_LINE = {"desk": 17, "phone": 24}  # signs of settings, about, at most
# What one looks for from the highest down.
FALLING = ("epochs", "validation", "test", "seconds", "begun", "starred")

Cell = tuple[str, float | str | None, str]  # what it says, what it is sorted by, and a note below


def seconds(listed: Sequence[Listed]) -> float | None:
    """How often the page looks again by itself; None where nothing moves."""
    return SECONDS if any(one.about.status in TRAINING for one in listed) else None


def names(listed: Sequence[Listed]) -> dict[str, str]:
    """What runs are called, by their names: no two alike, and the older one keeps its own."""
    seen: Counter[str] = Counter()
    found = {}
    for one in reversed(listed):
        title = clean(one.about.title) if one.about.title else _usual_title(one.about)
        seen[title] += 1
        found[one.about.name] = title if seen[title] == 1 else f"{title} ({seen[title]})"
    return found


def _usual_title(about: Summary) -> str:
    return f"{_network(about)}, {own_runs.started(about)}"


def show(listed: Sequence[Listed]) -> None:
    """The table; what is chosen and starred in it comes back by callbacks."""
    shown = javascript.component("lenet_runs", "runs.js", '<div class="runs"\n></div>', "runs.css")
    if shown is None:
        st.caption("The table of your runs cannot be shown: a file of the app is missing.")
        return
    table = told(listed)
    with st.container(key="runs_place"):
        st.html(f"<style>{_place(table['rows'])}</style>")
        shown(
            key=KEY,
            data=javascript.as_bytes(table),
            on_chosen_change=_chosen,
            on_starred_change=_starred,
        )


def _place(rows: Sequence[Mapping[str, Any]]) -> str:
    """How much the table will need, so that nothing below moves when it comes: see places.css."""
    settings = [str(row["cells"]["settings"][0]) for row in rows[:MOST_SHOWN]]
    lines = {
        device: sum(max(2, math.ceil(len(words) / signs)) for words in settings)
        for device, signs in IN_A_LINE.items()
    }
    more = int(len(rows) > MOST_SHOWN)
    told = "".join(f"--{device}-lines: {count}; " for device, count in lines.items())
    return f".st-key-runs_place {{ {told}--rows: {len(settings)}; --more: {more}; }}"


def told(listed: Sequence[Listed]) -> dict[str, Any]:
    """The table as runs.js takes it."""
    now, titles = view.now(), names(listed)
    return {
        "columns": list(view.COLUMNS),
        "orders": [
            {"key": key, "label": label, "falling": key in FALLING}
            for key, label in view.ORDERS.items()
        ],
        "rows": [_row(one.about, titles) for one in listed],
        "chosen": list(now.chosen),
        "styles": [{"colour": one.colour, "dash": one.svg_dash} for one in chart.STYLES],
        "most": view.MOST_CHOSEN,
        "shown": MOST_SHOWN,
        "short": view.SHORT,
        "turn": now.turn,
        "sort": now.sort,
        "filter": now.filter,
        "address": dict(view.in_address()),
    }


def _row(about: Summary, titles: Mapping[str, str]) -> dict[str, Any]:
    epochs = about.step * about.epochs / about.total_steps
    done = f"{epochs:.1f}".removesuffix(".0")
    network, settings, begun = _network(about), _settings(about, titles), own_runs.started(about)
    cells: dict[str, Cell] = {
        "title": (titles[about.name], titles[about.name].lower(), begun if about.title else ""),
        "network": (network, network, ""),
        "settings": (settings, settings, ""),
        "epochs": (
            done if epochs == about.epochs else f"{done} of {about.epochs}",
            epochs,
            about.status,
        ),
        "validation": _accuracy(about.validation),
        "test": _accuracy(about.test),
        "seconds": (f"{about.seconds / 60:.1f}", about.seconds, ""),
        "begun": (begun, about.created, ""),
        "status": (about.status, about.status, ""),
        "starred": ("starred" if about.starred else "", float(about.starred), ""),
    }
    return {"name": about.name, "starred": about.starred, "cells": cells}


def _network(about: Summary) -> str:
    return NETWORKS[about.network].label if about.network in NETWORKS else about.network


def _settings(about: Summary, titles: Mapping[str, str]) -> str:
    words = setting_words.in_short(about.config)
    if about.origin is None:
        return words
    return f"{words}, begun with {titles.get(about.origin.name, 'a run that is gone')}"


def _accuracy(value: float | None) -> Cell:
    return ("–", None, "") if value is None else (percent(value, 2), value, "")


def _picked(trigger: str) -> dict[str, Any]:
    """What the browser told last, of whatever shape it is."""
    picked = st.session_state[KEY].get(trigger)
    return picked if isinstance(picked, dict) else {}


def _chosen() -> None:
    picked = _picked("chosen")
    chosen, turn = picked.get("names"), picked.get("turn")
    if isinstance(chosen, list) and isinstance(turn, int):
        own = [name for name in chosen if isinstance(name, str)][: view.MOST_CHOSEN]
        view.change(chosen=tuple(own), turn=turn, question="", fault="")


def _starred() -> None:
    picked = _picked("starred")
    run = server.runs().get(of_run(visitor.token(), str(picked.get("name"))))
    if run is not None:
        server.runs().mark(run, starred=bool(picked.get("starred")))
