"""Dataset: browse every picture, see one as numbers, and what the classes have in common."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model import browse
from model.data import CLASSES
from ui import charts, components, shell, state

PER_PAGE = 24


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
            on_change=show_first,
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
            on_change=show_first,
            persist_state="session",
        ),
        order.toggle("Shuffle", key="dataset_shuffle", persist_state="session"),
    )


def show_first() -> None:
    """After another selection, the large picture is the first one of it."""
    split, chosen = st.session_state["dataset_split"], st.session_state["dataset_classes"]
    shuffled = st.session_state["dataset_shuffle"]
    st.session_state[state.PICTURE] = int(
        browse.select(state.dataset(), split, chosen, shuffled)[0]
    )


def pick() -> None:
    """A click in the gallery; a second click on the same picture keeps it."""
    if (number := st.session_state["gallery"]) is not None:
        st.session_state[state.PICTURE] = number


def gallery(numbers: NDArray[np.intp], about: str, picked: int) -> None:
    """One page of pictures; `about` names the selection, and each selection keeps its page."""
    above, below = st.container(), st.container(horizontal=True, vertical_alignment="bottom")
    with below:
        pages = max(1, -(-len(numbers) // PER_PAGE))
        page = st.pagination(pages, key=f"dataset_page {about}", persist_state="session")
    first = (page - 1) * PER_PAGE
    shown = [int(number) for number in numbers[first : first + PER_PAGE]]
    st.session_state["gallery"] = picked if picked in shown else None
    above.pills(
        f"Pictures {first + 1:,} to {first + len(shown):,} of {len(numbers):,}: pick one to see "
        "it large below",
        shown,
        format_func=thumbnail,
        key="gallery",
        on_change=pick,
        width="stretch",
    )


def thumbnail(number: int) -> str:
    image, label, _ = browse.look_up(data, number)
    return f"![picture {number}]({components.data_uri(image)}) {CLASSES[label]}"


def picture() -> int:
    """The picked picture, large, beside its numbers; gives its number."""
    total = len(data.train_images) + len(data.test_images)
    heading, choice = st.columns([4, 1], vertical_alignment="bottom")
    number = choice.number_input(
        "Picture number", 0, total - 1, key=state.PICTURE, bind="query-params"
    )
    image, label, split = browse.look_up(data, number)
    heading.subheader(f"{CLASSES[label]}, {split.lower()} picture", anchor=False)
    left, right = st.columns([1, 2], gap="medium")
    left.markdown("**What we see**")
    left.image(components.picture(image, 336), width=336, alt=f"{CLASSES[label]}, large")
    left.markdown(
        f"**What it is:** {CLASSES[label]}, class number {label}. For training, the number becomes "
        "a row of ten with a single 1 in its place, called *one-hot*:"
    )
    left.code(" ".join(str(int(place == label)) for place in range(len(CLASSES))), language=None)
    right.markdown("**What the computer sees**: 784 numbers, 0 is black and 255 is white")
    alt = "The picture as 28 rows of 28 numbers from 0 to 255"
    right.plotly_chart(charts.pixels(image), config=charts.PLOTLY_CONFIG, key="pixels", alt=alt)
    return number


def classes(split: str) -> None:
    left, right = st.columns([2, 3], gap="large")
    counts = np.bincount(browse.labels_of(data, split), minlength=len(CLASSES))
    left.subheader("Pictures per class", anchor=False)
    figure = charts.class_counts(dict(zip(CLASSES, counts.tolist(), strict=True)))
    alt = f"Each class has {counts.min():,} to {counts.max():,} pictures"
    left.plotly_chart(figure, config=charts.PLOTLY_CONFIG, key="counts", alt=alt)
    right.subheader("The average of each class", anchor=False)
    right.markdown(
        "All training pictures of a class, laid over each other. Where it is sharp, the pictures "
        "agree; where it is blurred, they differ."
    )
    grid = right.grid(5, min_column_width=76)
    for name, image in zip(CLASSES, browse.averages(data.name), strict=True):
        grid.image(
            components.picture(image, 84), width="stretch", caption=name, alt=f"Average {name}"
        )


shell.begin(
    "Dataset",
    "Small grey pictures of clothes, 28 by 28 pixels each, in ten classes.",
)
data = state.dataset()
split, chosen, shuffle = filters()
above = st.container()
number = picture()
with above:
    selection = browse.select(data, split, chosen, shuffle)
    gallery(selection, f"{split} {sorted(chosen)} {shuffle}", number)
classes(split)
