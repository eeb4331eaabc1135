"""The gallery on Dataset: what is selected, and a page of pictures to pick from."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from model.data import browse
from model.data.datasets import CLASSES
from ui import images, state

PER_PAGE = 24
MOST_PAGES = 5  # that can be pressed at a time: for fingers, a phone has room for no more


def filters() -> tuple[str, list[int], bool]:
    """The widgets over the gallery: split, classes (none is all), shuffled or not."""
    split, chosen, order = st.columns([3, 5, 2], vertical_alignment="bottom")
    return (
        split.segmented_control(
            "Split",
            ["Training", "Test", "Both"],
            default="Training",
            required=True,
            key="dataset_split",
            on_change=_show_first,
            persist_state="session",
            help="The network learns from the training pictures only. The test pictures are kept "
            "for the exam at the end.",
        ),
        chosen.multiselect(
            "Class",
            range(len(CLASSES)),
            format_func=lambda label: CLASSES[label],
            placeholder="All ten classes",
            key="dataset_classes",
            on_change=_show_first,
            persist_state="session",
        ),
        order.toggle("Shuffle", key="dataset_shuffle", persist_state="session"),
    )


def _show_first() -> None:
    """After another selection, the large picture is the first one of it."""
    split, chosen = st.session_state["dataset_split"], st.session_state["dataset_classes"]
    shuffled = st.session_state["dataset_shuffle"]
    st.session_state[state.PICTURE] = int(
        browse.select(state.dataset(), split, chosen, shuffled)[0]
    )


def _pick() -> None:
    """A click in the gallery; a second click on the same picture keeps it."""
    if (number := st.session_state["gallery"]) is not None:
        st.session_state[state.PICTURE] = number


def turn(numbers: NDArray[np.intp], about: str) -> tuple[DeltaGenerator, int]:
    """The buttons that turn pages; gives the place above them, and which picture comes first.

    `about` names the selection, and each selection keeps its page.
    """
    above, below = st.container(), st.container(horizontal=True, vertical_alignment="bottom")
    pages = max(1, -(-len(numbers) // PER_PAGE))
    page = below.pagination(
        pages, max_visible_pages=MOST_PAGES, key=f"dataset_page {about}", persist_state="session"
    )
    return above, (page - 1) * PER_PAGE


def show(place: DeltaGenerator, numbers: NDArray[np.intp], first: int, picked: int) -> None:
    """One page of pictures in its place."""
    shown = [int(number) for number in numbers[first : first + PER_PAGE]]
    st.session_state["gallery"] = picked if picked in shown else None
    place.pills(
        f"Pictures {first + 1:,} to {first + len(shown):,} of {len(numbers):,}: pick one to see "
        "it large below",
        shown,
        format_func=_thumbnail,
        key="gallery",
        on_change=_pick,
        width="stretch",
    )


def _thumbnail(number: int) -> str:
    image, label, _ = browse.look_up(state.dataset(), number)
    return f"![picture {number}]({images.data_uri(image)}) {CLASSES[label]}"
