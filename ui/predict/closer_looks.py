"""Closer looks at the picture on Predict, one at a time: adding one is one entry in LOOKS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model import server
from model.data.datasets import CLASSES
from model.insight.classify import classify
from model.insight.neighbours import closest
from model.insight.occlusion import occlusion
from model.insight.out_of_distribution import distances
from model.networks.architectures import NETWORKS
from model.networks.forward import predict
from model.pictures.perturb import TURNS, UNCHANGED, Perturbation, perturb, turned
from model.pictures.preprocess import Prepared
from model.pictures.tta import augmented
from model.training.checkpoint import Trained
from ui import bars, charts, images, state
from ui.plots import plot
from ui.predict import answers, stages

NEIGHBOURS = 6

# Label, lowest, highest, step and help of every slider, by its name in Disturbance.
SLIDERS: dict[str, tuple[str, float, float, float, str]] = {
    "rotation": ("Rotation, degrees", -180, 180, 5, "Clockwise."),
    "right": ("Shift to the right, pixels", -14, 14, 1, "Of 28."),
    "down": ("Shift down, pixels", -14, 14, 1, "Of 28."),
    "scale": ("Scale", 0.3, 1.7, 0.05, "1 is the size it has."),
    "blur": ("Blur, pixels", 0, 4, 0.25, "Standard deviation of a Gaussian blur."),
    "noise": ("Noise", 0, 120, 5, "Standard deviation, in grey values from 0 to 255."),
    "contrast": ("Contrast", 0.1, 2, 0.05, "Times the brightness."),
}


def prepared_how(prepared: Prepared, trained: Trained) -> None:
    """The stages of the preparation."""
    stages.strip(prepared)


def where_it_looked(prepared: Prepared, trained: Trained) -> None:
    """The occlusion map."""
    label = int(classify(trained, prepared).argmax())
    falls = occlusion(trained, prepared.image, label)
    left, right = st.columns([1, 2], gap="medium")
    left.image(
        images.overlay(prepared.image, falls),
        width="stretch",
        alt=f"The picture; the parts that speak for {CLASSES[label]} are orange",
    )
    most = 100 * float(np.abs(falls).max())
    right.markdown(
        f"A black square of 6 by 6 pixels is put over every part of the picture in turn, and each "
        f"time the network is asked again: how likely is **{CLASSES[label]}** now? Where the "
        "answer suffers, the picture is :orange[**orange**]: the network looked there. Where it "
        "gets better, the picture is :blue[**blue**]: that part spoke for another class."
    )
    right.markdown(
        f"At its strongest place here, covering changes the probability by **{most:.0f} points**."
        + (" So no single part decides." if most < 10 else "")
    )


def looks_like(prepared: Prepared, trained: Trained) -> None:
    """The nearest training pictures in feature space."""
    dataset = state.dataset()
    neighbours, reference = server.neighbours(trained, dataset), answers.reference_of(trained)
    if neighbours is None or reference is None:
        answers.wait_for(
            lambda: server.neighbours(trained, dataset) and answers.reference_of(trained),
            "Looking at training pictures with these weights; this takes a few seconds.",
        )
        return
    alike = closest(trained, neighbours, prepared.image, NEIGHBOURS)
    st.markdown(
        "The first dense layer turns every picture into a row of numbers, its *features*. These "
        f"training pictures, of {len(neighbours.numbers):,}, have the most similar features: to "
        "the network, your picture looks like them."
    )
    grid = st.grid(NEIGHBOURS, min_column_width=100, key="neighbours")
    for number, similarity in zip(alike.numbers, alike.similarities, strict=True):
        name = CLASSES[dataset.train_labels[number]]
        with grid.cell():
            image = images.enlarged(dataset.train_images[number], 4)
            st.image(image, width="stretch", alt=f"Training picture {number}, {name}")
            st.caption(f"**{name}**  \nsimilarity {similarity:.2f}")
    distance = float(distances(trained, reference, prepared.image[None])[0])
    usual = "so it is called strange" if distance > reference.most else "so it passes as clothes"
    st.caption(
        "Similarity is 1 for the same features. Whether a picture shows clothes at all is told by "
        "how active each filter is: nearly all new pictures of clothes differ from the average by "
        f"at most {reference.most:.1f}. Yours differs by {distance:.1f}, {usual}."
    )


def break_it(prepared: Prepared, trained: Trained) -> None:
    """Sliders that disturb the picture, and the answer at every rotation."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        above = st.container(horizontal=True, vertical_alignment="center")
        how = _sliders()
    base = perturb(prepared.image, Perturbation(**(vars(how) | {"rotation": 0})))
    image = perturb(prepared.image, how)
    every = _answers([prepared.image, image, *turned(base)], trained)
    before, now = int(every[0].argmax()), int(every[1].argmax())
    with above:
        st.image(images.enlarged(image, 4), width=112, alt="The disturbed picture")
        st.markdown(
            f"Now: **{CLASSES[now]}**, {100 * every[1, now]:.1f} %  \n"
            f"Before: {CLASSES[before]}, {100 * every[0, before]:.1f} %"
        )
    with right:
        st.markdown("**The ten probabilities while the picture turns**")
        figure = charts.rotations(TURNS, every[2:], CLASSES, how.rotation)
        plot(figure, "rotations", "Probabilities of the ten classes against rotation")
        st.caption(
            "A convolution finds a pattern wherever it is, but not turned: the network hardly "
            "ever saw a shoe that stands on its toe, so it takes it for something else."
        )
        st.html(bars.probabilities(every[1]))


def _answers(images: Sequence[NDArray[np.uint8]], trained: Trained) -> NDArray[np.floating]:
    """Probabilities, (n, 10), each the mean over views, as in the answer above."""
    looks = [augmented(image) for image in images]
    values = predict(NETWORKS[trained.network], trained.weights, np.concatenate(looks))
    return values.reshape(len(images), -1, values.shape[1]).mean(axis=1)


def _sliders() -> Perturbation:
    """The sliders and what they say."""
    st.button("Undo all changes", icon=":material/restart_alt:", on_click=_reset, key="break_reset")
    chosen: dict[str, float] = {}
    for name, (label, low, high, step, explanation) in SLIDERS.items():
        usual, key = getattr(UNCHANGED, name), f"break_{name}"
        kind = type(usual)
        st.session_state.setdefault(key, usual)  # and no default below: _reset sets it, too
        chosen[name] = st.slider(
            label,
            kind(low),
            kind(high),
            step=kind(step),
            key=key,
            persist_state="session",
            help=explanation,
        )
    return Perturbation(**chosen)  # type: ignore[arg-type]


def _reset() -> None:
    for name in SLIDERS:
        st.session_state[f"break_{name}"] = getattr(UNCHANGED, name)


class Look(NamedTuple):
    """One entry of LOOKS."""

    icon: str
    show: Callable[[Prepared, Trained], None]


LOOKS: dict[str, Look] = {
    "How it was prepared": Look("auto_fix_high", prepared_how),
    "Where it looked": Look("center_focus_strong", where_it_looked),
    "What it looks like": Look("image_search", looks_like),
    "Try to break it": Look("build", break_it),
}


def closer(prepared: Prepared, trained: Trained) -> None:
    """The choice of a look, and the look."""
    st.subheader("Look closer", anchor=False)
    name = st.pills(
        "Look closer",
        LOOKS,
        format_func=lambda name: f":material/{LOOKS[name].icon}: {name}",
        default="How it was prepared",
        required=True,
        key="predict_look",
        persist_state="session",
        label_visibility="collapsed",
    )
    with st.container():  # one element, however many a look has: what follows keeps its place
        LOOKS[name].show(prepared, trained)
