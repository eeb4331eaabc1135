"""Closer looks at the picture on Predict, one at a time: adding one is one entry in LOOKS."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st

from model import server
from model.data.datasets import CLASSES
from model.insight.classify import classify
from model.insight.neighbours import Likeness, closest
from model.insight.occlusion import occlusion
from model.insight.out_of_distribution import distances
from model.pictures.preprocess import Prepared
from model.training.checkpoint import Trained
from ui import images, state
from ui.predict import answers, disturb, epochs, stages
from ui.waiting import Place, say, wait_for

NEIGHBOURS = 6

Draw = Callable[[], None]


def prepared_how(prepared: Prepared, trained: Trained) -> Draw:
    """The stages of the preparation."""
    shown = stages.html(prepared)
    return lambda: stages.strip(shown, prepared.notes)


def where_it_looked(prepared: Prepared, trained: Trained) -> Draw:
    """The occlusion map."""
    label = int(classify(trained, prepared).argmax())
    falls = occlusion(trained, prepared.image, label)
    tinted = images.overlay(prepared.image, falls)
    most = 100 * float(np.abs(falls).max())

    def draw() -> None:
        left, right = st.columns([1, 2], gap="medium")
        alt = f"The picture; the parts that speak for {CLASSES[label]} are orange"
        left.image(tinted, width="stretch", alt=alt)
        right.markdown(
            "A black square of 6 by 6 pixels covers one part of the picture after the other. Each "
            f"time the network is asked again: how likely is **{CLASSES[label]}** now? Where that "
            "drops, the picture is :orange[**orange**]: the network looked there. Where it rises, "
            "the picture is :blue[**blue**]: that part speaks for another class."
        )
        right.markdown(
            "At the place that matters most, covering changes the probability by "
            f"**{most:.0f} points**." + (" So no single part decides." if most < 10 else "")
        )
        if len(prepared.augmented) > 1:
            right.caption("Here the network sees the picture once, not in several views.")

    return draw


def looks_like(prepared: Prepared, trained: Trained) -> Draw:
    """The nearest training pictures in feature space."""
    dataset = state.dataset()
    neighbours, reference = server.neighbours(trained, dataset), answers.reference_of(trained)
    if neighbours is None or reference is None:
        return lambda: wait_for(
            lambda: server.neighbours(trained, dataset) and answers.reference_of(trained),
            "Looking at training pictures with these weights; this takes a few seconds.",
        )
    alike = closest(trained, neighbours, prepared.image, NEIGHBOURS)
    distance = float(distances(trained, reference, prepared.image[None])[0])

    def draw() -> None:
        st.markdown(
            "The first dense layer turns every picture into a row of numbers, its *features*. "
            f"Of {len(neighbours.numbers):,} training pictures, these have the features most like "
            "yours: to the network, your picture looks like them."
        )
        _neighbours(alike)
        doubt = "so the answer is in doubt" if distance > reference.most else "so it looks like one"
        st.caption(
            "Similarity is 1 if all features are the same. To see whether a picture shows clothes "
            "at all, the app looks at how strongly each filter responds. Nearly all pictures of "
            f"clothes differ from the average by at most {reference.most:.1f}. Yours differs by "
            f"{distance:.1f}, {doubt}."
        )

    return draw


def _neighbours(alike: Likeness) -> None:
    dataset = state.dataset()
    grid = st.grid(NEIGHBOURS, min_column_width=100, key="neighbours")
    for number, similarity in zip(alike.numbers, alike.similarities, strict=True):
        name = CLASSES[dataset.train_labels[number]]
        with grid.cell():
            image = images.enlarged(dataset.train_images[number], 4)
            st.image(image, width="stretch", alt=f"Training picture {number}, {name}")
            st.caption(f"**{name}**  \nsimilarity {similarity:.2f}")


class Look(NamedTuple):
    """One entry of LOOKS."""

    icon: str
    working: str  # what is being done, while it is
    find: Callable[[Prepared, Trained], Draw]  # does what takes long, and gives what draws it


LOOKS: dict[str, Look] = {
    "How it was prepared": Look("auto_fix_high", "Drawing the stages ...", prepared_how),
    "Where it looked": Look(
        "center_focus_strong", "Covering every part of the picture in turn ...", where_it_looked
    ),
    "What it looks like": Look(
        "image_search", "Looking for similar training pictures ...", looks_like
    ),
    "Try to break it": Look("build", "Turning the picture all the way round ...", disturb.break_it),
    "Through the training": Look(
        "timeline", "Asking the network as it was ...", epochs.through_training
    ),
}
FIRST = "How it was prepared"


@st.fragment
def closer(prepared: Prepared | None, trained: Trained | None, live: bool) -> None:
    """The choice of a look, and the look; before there is a picture, where it will be.

    A fragment: another look at the same picture does not draw the rest of the page again.
    """
    st.subheader("Look closer", anchor=False)
    name = st.pills(
        "Look closer",
        LOOKS,
        format_func=lambda name: f":material/{LOOKS[name].icon}: {name}",
        default=FIRST,
        required=True,
        key="predict_look",
        persist_state="session",
        label_visibility="collapsed",
    )
    # One element, however many a look has: what follows keeps its place. assets/places.css has
    # how high it is at least.
    with st.container(key=f"look_{list(LOOKS).index(name)}"):
        if prepared is None or trained is None:
            st.caption("Your choice is shown as soon as there is a picture.")
            return
        if live:
            st.caption(f"With the weights after {trained.epoch:.2f} epochs.")
        place = Place("look", name, lambda: say(LOOKS[name].working))
        draw = LOOKS[name].find(prepared, trained)
        with place.ready():
            draw()
