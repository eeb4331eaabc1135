"""The frame around every page: page list, title, and what is in use. It knows no page's content.

Adding a page is one entry in PAGES.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import streamlit as st

from model.data import datasets
from ui import (  # noqa: F401 - streamlit_patches works by being imported
    assets,
    bounds,
    components,
    own_runs,
    page_bar,
    state,
    streamlit_patches,
    visitor,
    weights,
)
from ui.first_paint import NAME
from ui.text import plain


@dataclass(frozen=True)
class Entry:
    """One entry of PAGES."""

    title: str
    icon: str
    help: str


# By file, in the order of the menu; the first one is also the address "/".
PAGES: dict[str, Entry] = {
    "pages/home.py": Entry("Home", ":material/home:", "What this is, and the path through it."),
    "pages/dataset.py": Entry(
        "Dataset", ":material/grid_view:", "Browse all pictures and see their numbers."
    ),
    "pages/train.py": Entry(
        "Train", ":material/model_training:", "Train a network and watch it learn."
    ),
    "pages/runs.py": Entry(
        "Runs", ":material/stacked_line_chart:", "Your runs side by side, and what they show."
    ),
    "pages/network.py": Entry(
        "Network", ":material/account_tree:", "Look inside: every number of a network."
    ),
    "pages/predict.py": Entry(
        "Predict",
        ":material/search:",
        "Draw or upload a picture, and the network says what it sees.",
    ),
}


def navigation() -> st.Page:
    """Tell Streamlit our pages and give the one that the address asks for."""
    # An icon of our own, before st.navigation: a page's icon would come from another server.
    st.set_page_config(page_icon=assets.icon(), layout="wide", initial_sidebar_state="auto")
    st.logo(assets.icon(), size="large")
    # New objects for every run: Streamlit writes into them, and sessions run side by side.
    pages = [
        st.Page(file, title=entry.title, icon=entry.icon, help=entry.help, default=not position)
        for position, (file, entry) in enumerate(PAGES.items())
    ]
    page = st.navigation(pages)
    page_bar.show(pages, page)
    return page


def begin(title: str, lead: str = "", usual: str = state.READY_MADE) -> None:
    """Start a page; the first call of each. Draws the title, the lead, and what is in use.

    The weights `usual`, a key of state.SHIPPED, are in use until the visitor chooses others.
    """
    if not st.session_state.get(state.APP_RAN):
        # The first visitor of a server who opens a page directly gets it without app.py, because
        # Streamlit takes the folder pages/ for its own until st.navigation is called.
        navigation()
        st.rerun()
    bounds.check()
    st.set_page_config(page_title=f"{title} - {NAME}")
    st.html(f"<style>{assets.style()}</style>")
    _come_back()
    dataset = state.dataset()
    state.prefer(usual)
    chosen = state.in_use()
    data_name = components.DATA_NAMES[dataset.name]
    with st.sidebar:
        _weights(chosen)
        _data_set(dataset.name)
        visitor.recognise()
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)
    _in_use(chosen, data_name)
    if dataset.name == "wardrobe":
        components.wardrobe_notice(chosen=_is_real(datasets.load()))
    for fault in state.shipped()[1]:
        st.warning(
            f"{fault} Train a network to get weights of your own, or fetch the file again from "
            "where you got this app."
        )


def _in_use(chosen: state.Choice | None, data_name: str) -> None:
    """What the page works with, and why it is not what the visitor chose, where it is not."""
    with st.container(key="in_use_line"):
        label = plain(chosen.label) if chosen else "no weights yet"
        st.caption(f"Using **{label}** on **{data_name}**")
    if refused := st.session_state.pop(state.REFUSED, "") or weights.missing():
        st.warning(refused)


def _come_back() -> None:
    """Find what the visitor had chosen, and have their runs know that they are here."""
    weights.recall()
    visitor.watch_runs()


def _is_real(dataset: datasets.Dataset) -> bool:
    return dataset.name == "fashion-mnist"


def _data_set(name: str) -> None:
    """The choice of pictures, where there is one: drawn clothes can always be had."""
    if not _is_real(datasets.load()):
        st.caption(f"**Data set**  \n{components.DATA_NAMES[name]}")
        return
    st.session_state["data_widget"] = name
    st.selectbox(
        "Data set",
        list(components.DATA_NAMES),
        format_func=components.DATA_NAMES.__getitem__,
        key="data_widget",
        on_change=lambda: state.use_data(st.session_state["data_widget"]),
    )


def _use() -> None:
    st.session_state[state.REFUSED] = weights.use(st.session_state["weights_widget"])


def _distinct(labels: dict[str, str]) -> dict[str, str]:
    """A select box takes two options of one name for the same, so the second gets a number."""
    seen: Counter[str] = Counter()
    found = {}
    for key, label in labels.items():
        seen[label] += 1
        found[key] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return found


def _weights(chosen: state.Choice | None) -> None:
    """The choice of weights; it follows the session, which other pages may have changed."""
    if chosen is None:
        st.caption("**Weights in use**  \nNone yet: train a network first.")
        return
    labels = {key: one.label for key, one in state.choices().items()} | own_runs.choices()
    labels = {key: labels[key] for key in sorted(labels, key=lambda key: key not in state.SHIPPED)}
    labels = _distinct(labels)
    st.session_state["weights_widget"] = chosen.key
    st.selectbox(
        "Weights in use",
        list(labels),
        format_func=lambda key: labels.get(key, key),
        key="weights_widget",
        on_change=_use,
    )
    st.caption(components.about(chosen.trained))
