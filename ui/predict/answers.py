"""The network's answer to one picture: in words, as bars, and whether it knows such pictures.

The arithmetic is in `model/`; where the picture comes from is not this module's business.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model import server
from model.data.datasets import CLASSES
from model.insight.classify import classify
from model.insight.out_of_distribution import Reference, confidence, is_strange
from model.pictures.preprocess import Prepared
from model.training.checkpoint import Trained, usable
from model.training.run import Run, is_active
from ui import bars, images, state
from ui.predict import attempts
from ui.predict.sources import Shot

SOFTMAX = (
    "The network's last layer gives each class a score. *Softmax* turns the ten scores into "
    "numbers above 0 that add up to 100 %. They only compare these ten classes: a picture of a "
    "cat gets a class of clothes, too."
)
STRANGE = (
    "**This does not look like the clothes the network knows.** Its filters react to it in another "
    "way than to clothes. It must choose one of its ten classes all the same, and such choices are "
    "often wrong."
)
COMPARING = (
    "How sure to be of this, and whether it looks like clothes at all, follows in a few seconds: "
    "these weights see some usual clothes first, to compare with."
)
LOST = (
    "**The training has gone wrong:** its numbers have grown so large that no picture gets an "
    "answer. Stop the run, and start another with a lower learning rate."
)
SURE = ((0.9, "quite sure"), (0.6, "fairly sure"), (0.35, "not sure"), (0.0, "guessing"))
MARKS = {
    True: ":green[:material/check: right]",
    False: ":red[:material/close: wrong]",
}
ORDERS = ("Class order", "Likeliest first")
WAIT_SECONDS = 0.5  # between two looks whether something is there
LIVE_SECONDS = 1.0  # between two answers of a network that is training


def reference_of(trained: Trained) -> Reference | None:
    """What is usual for weights that see the data set in use; None while it is worked out."""
    return server.reference(trained, state.dataset())


def get_ready() -> None:
    """Have what the answer needs worked out while the visitor still draws."""
    choice = state.in_use()
    if choice is not None:
        reference_of(choice.trained)


def wait_for(is_there: Callable[[], object], words: str) -> None:
    """Say in `words` that something is being worked out, and draw the page again with it."""

    @st.fragment(run_every=WAIT_SECONDS)
    def look() -> None:
        if is_there():
            st.rerun()
        st.caption(f":material/hourglass_empty: {words}")

    look()


def answer(shot: Shot, prepared: Prepared) -> Trained | None:
    """The answer of the weights in use, or of the visitor's own run, live while it trains.

    Gives the weights that answered, where there are any.
    """
    choice = state.in_use()
    token = state.run_token()
    run = server.runs().get(token) if token else None
    if run and st.toggle(
        "Answer with my training run",
        value=is_active(run),
        key="predict_follow",
        help="While the run trains, the same picture is answered again with its newest weights: "
        "watch the network come to understand it.",
    ):
        moving = is_active(run)
        st.fragment(run_every=LIVE_SECONDS if moving else None)(_follow)(run, shot, prepared)
        newest = run.trained()
        return newest if usable(newest) else None
    if choice is None:
        st.info("No weights are there yet. Train a network, and it will answer here.")
        return None
    _answer_of(choice.trained, shot, prepared)
    return choice.trained


def _answer_of(trained: Trained, shot: Shot, prepared: Prepared) -> None:
    reference, values = reference_of(trained), classify(trained, prepared)
    if reference is None:
        show(values, "", prepared, shot.truth)
        wait_for(lambda: reference_of(trained), COMPARING)
        order()
        return
    strange = is_strange(trained, reference, prepared.image)
    if strange:
        st.warning(STRANGE, icon=":material/help:")
    sure = "but do not rely on it" if strange else in_words(confidence(reference, values))
    show(values, sure, prepared, shot.truth)
    order()
    if shot.truth is None:
        attempts.note(shot.attempt, prepared.image, values, strange)
        attempts.ask(shot.attempt)


def _follow(run: Run, shot: Shot, prepared: Prepared) -> None:
    """What the run's newest checkpoint makes of the picture."""
    now, trained = run.snapshot(), run.trained()
    st.caption(f"Your run, {now.status}, after {trained.epoch:.2f} epochs:")
    if not usable(trained):
        st.warning(LOST, icon=":material/help:")
        return
    values = classify(trained, prepared)
    show(values, in_words(float(values.max())), prepared, shot.truth)


def in_words(sure: float) -> str:
    """How sure an answer is, 0 to 1, in words; what is no number is a guess."""
    return next((words for least, words in SURE if sure >= least), SURE[-1][1])


def show(values: NDArray[np.floating], sure: str, prepared: Prepared, truth: int | None) -> None:
    """The winner in words, the picture that the network gets, and ten bars.

    `sure` says how sure to be of the winner; nothing, where that is not known.
    """
    first, second, third = values.argsort()[::-1][:3]
    winner, rival, other = (f"{100 * values[n]:.1f} %" for n in (first, second, third))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(
            images.enlarged(prepared.image, 4),
            width=112,
            alt="The 28 by 28 pixels that the network gets",
        )
        with st.container(width="stretch"):
            st.subheader(CLASSES[first], anchor=False)
            st.markdown(
                f"**{winner}**{sure and ', '}{sure}. Then {CLASSES[second]} ({rival}) and "
                f"{CLASSES[third]} ({other})."
            )
            if truth is not None:
                st.markdown(f"It is: **{CLASSES[truth]}**, {MARKS[truth == first]}.")
    by_size = st.session_state.get("predict_order") == ORDERS[1]
    st.html(bars.probabilities(values, by_size))


def order() -> None:
    """How the bars are sorted, and what they are."""
    st.segmented_control(
        "Order of the bars",
        ORDERS,
        default=ORDERS[0],
        required=True,
        key="predict_order",
        persist_state="session",
        label_visibility="collapsed",
    )
