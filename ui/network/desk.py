"""What lies on the desk of the page Network: a picture, weights, and the moment they are of."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.networks.architectures import NETWORKS, Network
from model.networks.forward import Step, walk
from model.pictures.preprocess import prepare
from model.training.checkpoint import Trained, usable
from ui import address, assets, attempts, state
from ui.network import epochs
from ui.text import clean

TEST, MINE, SAMPLES = "Test pictures", "My pictures", "Samples"


@dataclass(frozen=True, eq=False)
class Picture:
    """What goes into the network."""

    image: NDArray[np.uint8]  # (28, 28)
    name: str
    truth: int | None  # its class, where that is known


@dataclass(frozen=True, eq=False)
class Desk:
    """A picture on its way through a network."""

    picture: Picture
    trained: Trained
    network: Network
    steps: tuple[Step, ...]  # every layer with what it makes of the picture

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Of the ten classes, (10,)."""
        return self.steps[-1].given[0]


def lay(trained: Trained) -> Desk | None:
    """The widgets that choose; None, and a sentence on the page, where there is nothing to see."""
    with st.container(key="network_desk"):  # its height stands in assets/places.css
        picture = _picture()
    with st.container(key="network_epochs"):  # stays in view: see assets/network.css
        trained = epochs.choose(trained)
    if picture is None:
        return None
    if not usable(trained):
        st.warning(
            "These weights are so large that no picture gets an answer. Choose an earlier epoch, "
            "or other weights on the left."
        )
        return None
    network = NETWORKS[trained.network]
    steps = tuple(walk(network, trained.weights, picture.image[None]))
    return Desk(picture, trained, network, steps)


def _picture() -> Picture | None:
    attempts.recall()
    kinds = [TEST, MINE, SAMPLES]
    left, right = st.columns(2, gap="large")
    kind = left.segmented_control(
        "Picture", kinds, default=TEST, key="network_kind", persist_state="session", required=True
    )
    with right:
        return {TEST: _test, MINE: _mine, SAMPLES: _sample}[str(kind)]()


def _test() -> Picture:
    dataset = state.dataset()
    last = len(dataset.test_images) - 1
    bound = address.binding(state.TEST_PICTURE, 0, last, "a test picture")
    number = st.number_input(
        f"Number of the test picture, 0 to {last:,}", 0, last, key=state.TEST_PICTURE, bind=bound
    )
    address.tell(state.TEST_PICTURE)
    label = int(dataset.test_labels[number])
    return Picture(dataset.test_images[number], f"test picture {number}", label)


def _mine() -> Picture | None:
    """What was drawn, uploaded or photographed on Predict."""
    tried = attempts.all_of_them()[::-1]
    if not tried:
        st.info("What you draw, upload or photograph on Predict can be looked at here.")
        st.page_link("pages/predict.py", label="Draw something", icon=":material/brush:")
        return None
    place = st.selectbox(
        "Which one",
        range(len(tried)),
        format_func=lambda at: f"{clean(tried[at].name, 30)}: {CLASSES[tried[at].guess]}",
        key="network_mine",
    )
    one = tried[place]
    known = one.truth if one.truth is not None and one.truth < len(CLASSES) else None
    return Picture(one.image, clean(one.name), known)


def _sample() -> Picture | None:
    """One of the pictures in assets/samples, prepared as Predict does it."""
    names = [file.stem for file in sorted((state.ASSETS / "samples").glob("*.png"))]
    if not names:
        st.info("The samples are missing: the folder assets/samples is empty.")
        return None
    name = st.selectbox("Which one", names, format_func=_named, key="network_sample")
    image = _prepared(name)
    if image is None:
        st.warning("This sample cannot be read. Choose another one.")
        return None
    label = name.partition("_")[2]
    return Picture(image, _named(name), int(label) if label.isdigit() else None)


@functools.lru_cache(maxsize=32)
def _prepared(name: str) -> NDArray[np.uint8] | None:
    picture = assets.picture(f"samples/{name}.png")
    return prepare(picture.convert("RGB")).image if picture else None


def _named(name: str) -> str:
    kind, _, label = name.partition("_")
    return f"{CLASSES[int(label)]}, {kind}" if label.isdigit() else name.capitalize()
