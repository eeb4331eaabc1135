"""One step of learning from the picture in view, in numbers; the network stays as it is."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.insight.learning import Lesson, learn
from model.networks.layers import Conv, Dense
from model.training.recipes import number
from ui import state
from ui.charts import PALETTE
from ui.network.desk import Desk
from ui.text import percent

RATES = (0.001, 0.01, 0.1, 1.0)
DIGITS = 4  # behind the point; more where all numbers are small


def show(desk: Desk) -> None:
    """The true class, the learning rate, and what one step changes."""
    left, right = st.columns(2)
    picture = desk.picture
    known = picture.truth if picture.truth is not None else int(desk.probabilities.argmax())
    truth = left.selectbox(
        "The right answer",
        range(len(CLASSES)),
        known,
        CLASSES.__getitem__,
        key=f"network_truth_{picture.name}",
    )
    rate = right.select_slider(
        "Learning rate", RATES, 0.01, number, key="network_rate", persist_state="session"
    )
    if not st.toggle("One step of learning", key="network_learn", persist_state="session"):
        return
    try:
        with np.errstate(all="ignore"):
            lesson = learn(desk.network, desk.trained.weights, picture.image, int(truth), rate)
    except (OverflowError, ValueError) as error:
        st.warning(str(error))
        return
    _answer(lesson, int(truth))
    _kernel(desk, lesson, rate)


def _answer(lesson: Lesson, truth: int) -> None:
    """The loss, the gradient of the logits, and the probability before and after."""
    before = lesson.told.probabilities
    st.markdown(
        f"**Loss:** −ln({before[truth]:.4f}) = **{lesson.told.loss:.4f}**. It is 0 where the right "
        "class has 100\u00a0%."
    )
    rows = ["| Class | Probability | One-hot label | Gradient | After the step |"]
    rows += ["|:--|--:|--:|--:|--:|"]
    for label, name in enumerate(CLASSES):
        right = int(label == truth)
        rows.append(
            f"| {f'**{name}**' if right else name} | {before[label]:.4f} | {right} "
            f"| {_signed(float(lesson.told.errors[label]), DIGITS)} | {lesson.answer[label]:.4f} |"
        )
    st.markdown("The gradient of each score is its probability minus the one-hot label:")
    st.markdown("\n".join(rows))
    gain = 100 * (lesson.answer[truth] - before[truth])
    st.markdown(
        f"**{CLASSES[truth]}: {percent(before[truth], 2)} before the step, "
        f"{percent(lesson.answer[truth], 2)} after it** ({_signed(gain, 2)} points)."
    )


def _kernel(desk: Desk, lesson: Lesson, rate: float) -> None:
    """One kernel before the step, what is taken away, and after."""
    step = next((one for one in desk.steps if one.name == st.session_state.get(state.LAYER)), None)
    if step is None or not isinstance(step.layer, Conv | Dense):
        st.caption("Choose a convolution or a dense layer above to see what becomes of its kernel.")
        return
    name = f"{step.name}/kernel"
    at = int(st.session_state.get(state.FILTER) or 0)
    before, gradient = desk.trained.weights[name], lesson.told.gradients[name]
    if isinstance(step.layer, Dense):
        strongest = np.argsort(-np.abs(gradient[:, at]))[:10]
        st.markdown(f"**{step.name}, unit {at + 1}:** the ten weights that change most.")
        _three(before[strongest, at][None], gradient[strongest, at][None], rate)
        return
    channels = before.shape[2]
    channel = 0
    if channels > 1:
        channel = st.number_input("Channel", 1, channels, key="network_learn_channel") - 1
    which = f", channel {channel + 1}" if channels > 1 else ""
    st.markdown(f"**{step.name}, filter {at + 1}{which}:** kernel − learning rate × gradient.")
    _three(before[..., channel, at], gradient[..., channel, at], rate)


def _three(before: NDArray[np.float32], gradient: NDArray[np.float32], rate: float) -> None:
    """Three tables of numbers, (h, w) each."""
    tables = (
        _table("The kernel", before),
        _table("Its gradient", gradient),
        _table(f"Kernel − {number(rate)} × gradient", before - np.float32(rate) * gradient),
    )
    st.html(f'<div class="kernels">{"".join(tables)}</div>')


def _table(words: str, values: NDArray[np.float32]) -> str:
    """Numbers on colours: blue below 0, orange above. The largest has three digits that count."""
    most = float(np.abs(values).max())
    digits = min(9, max(DIGITS, 2 - math.floor(math.log10(most)))) if most else DIGITS
    rows = "".join(
        "<tr>" + "".join(_cell(float(value), most or 1.0, digits) for value in row) + "</tr>"
        for row in values
    )
    return f'<table class="kernel"><caption>{words}</caption>{rows}</table>'


def _cell(value: float, most: float, digits: int) -> str:
    colour = PALETTE["orange"] if value > 0 else PALETTE["sky"]
    part = round(100 * abs(value) / most)
    style = f"background: color-mix(in srgb, {colour} {part}%, white)"  # under black, in any theme
    return f'<td style="{style}">{_signed(value, digits)}</td>'


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
