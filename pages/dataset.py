"""Dataset: browse every picture, see one as numbers, and what the classes have in common."""

import numpy as np
import streamlit as st

from model.data import browse
from model.data.datasets import CLASSES
from ui import address, charts, grids, images, shell, state
from ui.dataset import gallery
from ui.dataset.pixels import pixels
from ui.plots import plot


def picture() -> int:
    """The picked picture, large, beside its numbers; gives its number."""
    total = len(data.train_images) + len(data.test_images)
    heading, choice = st.columns([4, 1], vertical_alignment="bottom")
    bound = address.binding(state.PICTURE, 0, total - 1, "a picture")
    number = choice.number_input("Picture number", 0, total - 1, key=state.PICTURE, bind=bound)
    address.tell(state.PICTURE)
    image, label, split = browse.look_up(data, number)
    heading.subheader(f"{CLASSES[label]}, {split.lower()} picture", anchor=False)
    left, right = st.columns([1, 2], gap="medium")
    left.markdown("**What we see**")
    with left.container(key="large_picture"):
        st.image(images.picture(image, 336), width=336, alt=f"{CLASSES[label]}, large")
    left.markdown(
        f"**What it is:** {CLASSES[label]}, class number {label}. For training, the number becomes "
        "a row of ten with a single 1 in its place, called *one-hot*:"
    )
    # Not st.code, for which a browser loads a program that colours code.
    left.markdown(f"`{' '.join(str(int(place == label)) for place in range(len(CLASSES)))}`")
    right.markdown("**What the computer sees**: 784 numbers, 0 is black and 255 is white.")
    with right:
        grids.show(pixels(image), "pixels")
    return number


def classes(split: str) -> None:
    left, right = st.columns([2, 3], gap="large")
    counts = np.bincount(browse.labels_of(data, split), minlength=len(CLASSES))
    left.subheader("Pictures per class", anchor=False)
    figure = charts.class_counts(dict(zip(CLASSES, counts.tolist(), strict=True)))
    fewest, most = counts.min(), counts.max()
    count = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    with left:
        plot(figure, "counts", f"Each class has {count} pictures")
    right.subheader("The average of each class", anchor=False)
    right.markdown(
        "All training pictures of a class, laid over each other. Where it is sharp, the pictures "
        "agree; where it is blurred, they differ."
    )
    grid = right.grid(5, min_column_width=76)
    for name, image in zip(CLASSES, browse.averages(data.name), strict=True):
        grid.image(images.picture(image, 84), width="stretch", caption=name, alt=f"Average {name}")


shell.begin(
    "Dataset",
    "Small grey pictures of clothes, 28 by 28 pixels each, in ten classes.",
)
data = state.dataset()
split, chosen, shuffle = gallery.filters()
selection = browse.select(data, split, chosen, shuffle)
with st.container(key="gallery_page"):  # its height stands in assets/places.css
    place, first = gallery.turn(selection, f"{split} {sorted(chosen)} {shuffle}")
number = picture()
gallery.show(place, selection, first, number)
classes(split)
