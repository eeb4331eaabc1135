"""The page Network as a lesson, from the picture to the answer: its parts, in order.

Each part has a sentence that says what to look at, and a question to try.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from model.data.datasets import CLASSES
from model.networks.layers import BatchNorm, Conv, Dense, Layer, Pool
from ui import address, bars, images
from ui.network import (
    activation,
    excitement,
    learning,
    networks,
    overview,
    place,
    softmax,
    sums,
    toy,
)
from ui.network.desk import Desk


@dataclass(frozen=True)
class Part:
    """One part of the lesson."""

    anchor: str
    title: str
    look: str  # what to look at
    question: str  # to try
    show: Callable[[Desk], None]
    alone: bool = False  # its widgets change nothing elsewhere on the page


def _picture(desk: Desk) -> None:
    with st.container(key="network_picture"):
        left, right = st.columns([1, 2], gap="large")
    picture = desk.picture
    left.image(images.picture(picture.image, 280), width=280, alt=f"The input: {picture.name}")
    answer = CLASSES[desk.probabilities.argmax()]
    truth = "" if picture.truth is None else f" In truth: **{CLASSES[picture.truth]}**."
    right.markdown(f"The network's answer: **{answer}**.{truth}")
    right.html(bars.probabilities(desk.probabilities))


def _closely(desk: Desk) -> None:
    step, number = sums.choose(desk)
    st.markdown(CLOSELY[type(step.layer)])
    sums.show(desk, step, number)


# What happens in a layer of a kind.
CLOSELY: dict[type[Layer], str] = {
    Conv: "The **kernel** is a filter's square of numbers. It lies on the picture, each number is "
    "multiplied with the one below it, and the products are added up; the **bias** is one number "
    "more. Then the kernel moves on by its **stride**: one place, here.",
    Pool: "**Pooling** makes one number of each square of its map, and learns nothing. Compare "
    "what the mean keeps of these numbers with what the largest keeps.",
    BatchNorm: "**Batch normalisation** brings each map to a usual size: minus its mean, divided "
    "by its spread, both measured while training; then a factor and a shift that were learned.",
    Dense: "A **unit** of a dense layer multiplies every number that comes in with a weight of its "
    "own, and adds the products up. Products above 0 speak for it, others against it.",
}

PARTS = (
    Part(
        "picture",
        "The picture",
        "This is the **input**: 28 × 28 numbers, and nothing else. The network does not know what "
        "clothes are.",
        "Which classes does it hesitate between?",
        _picture,
    ),
    Part(
        "layers",
        "The layers, one after the other",
        "Each layer turns the numbers before it into new ones. A **convolution** slides small "
        "**filters** over the picture, and each makes a map of where its pattern, its **feature**, "
        "is. **Pooling** makes the maps smaller. **Dense** layers, also called fully connected, "
        "weigh all numbers at once. The **output layer** has one number for each class.",
        "Press a map that you wonder about: below its layer comes a link to the numbers behind it.",
        overview.show,
    ),
    Part(
        "arithmetic",
        "One place, number by number",
        "Choose a layer, a filter or unit of it, and a place: here is all arithmetic that makes "
        "this one number. **Play** moves on by itself.",
        "Which of these numbers decide most about what comes out?",
        _closely,
    ),
    Part(
        "activation",
        "Activation functions",
        "An **activation function** bends the sums. Without it, many layers could do no more than "
        "one. Its **derivative** tells how steep it is: where that is nearly 0, learning hardly "
        "moves anything.",
        "Choose sigmoid, then ReLU: what becomes of the blue places, where the sum is below 0?",
        activation.show,
        alone=True,
    ),
    Part(
        "excitement",
        "What a filter looks for",
        "These test pictures excite the filter above most, each at the place with the frame.",
        "What do the framed places have in common?",
        excitement.show,
    ),
    Part(
        "softmax",
        "From scores to probabilities",
        "The last layer's sums are scores, called **logits**. **Softmax** raises e to the power of "
        "each, and divides by their sum: ten numbers above 0 that add up to 100\u00a0%.",
        "What happens to the answer at a high temperature, and what at a low one?",
        softmax.show,
    ),
    Part(
        "learning",
        "One step of learning",
        "The **loss** tells how wrong the answer is. Its **gradient** tells for each number of the "
        "network which way, and how strongly, it should change.",
        "Does the right class become likelier? What if the learning rate is ten times as large?",
        learning.show,
        alone=True,
    ),
    Part(
        "sizes",
        "Kernel, stride, padding: how large is the map?",
        "**Padding** puts zeros around the picture, so that the kernel fits at its edges, too.",
        "Which settings keep 28 × 28 as it is?",
        toy.show,
        alone=True,
    ),
    Part(
        "networks",
        "All networks, layer by layer",
        "The layers of every network that can be trained here. *Parameters* are the numbers that "
        "training changes.",
        "Why has the second convolution of LeNet 2,416 parameters?",
        networks.show,
        alone=True,
    ),
)


def teach(desk: Desk) -> None:
    """All parts, one below the other."""
    place.settle(desk)
    address.tell(*place.NAMES)
    links = " · ".join(f"[{part.title}](#{part.anchor})" for part in PARTS)
    st.markdown(f"Jump to: {links}")
    for part in PARTS:
        st.subheader(part.title, anchor=part.anchor)
        st.markdown(part.look)
        st.markdown(f":material/help: *{part.question}*")
        (st.fragment(part.show) if part.alone else part.show)(desk)
