"""The network's answer to one picture: in words, as bars, and whether it knows such pictures.

It has the same places, one below the other, whatever is known: the class, the doubt, the bars, the
question whether it was right. The arithmetic is in `model/`; where the picture comes from is not
this module's business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model import server
from model.data.datasets import CLASSES
from model.insight.classify import classify
from model.insight.out_of_distribution import Reference, confidence, is_strange
from model.pictures.preprocess import Prepared
from model.training.checkpoint import Trained
from ui import attempts, bars, images, state
from ui.predict import score
from ui.predict.sources import Shot
from ui.text import percent
from ui.waiting import wait_for

SOFTMAX = (
    "The network's last layer gives each class a score. *Softmax* turns the ten scores into "
    "numbers above 0 that add up to 100\u00a0%. They only compare these ten classes: a picture of "
    "a cat gets a class of clothes, too."
)
AVERAGED = (
    "The network looks at your picture {views} times, a little turned or mirrored. "
    "The numbers are the average of its answers."
)
ONCE = "This picture has the format of the data set, so the network sees it once, as it is."
FAMILIAR = ":material/check: It looks like the clothes the network knows."
STRANGE = (
    ":material/help: **This does not look like the clothes the network knows,** so "
    "the answer is in doubt. It may be none of the ten, but the network has to "
    "name one."
)
COMPARING = (
    "In a few seconds you can also read how far to trust this. The network first "
    "looks at some ordinary clothes, to compare."
)
SURE = ((0.9, "quite sure"), (0.6, "fairly sure"), (0.35, "not sure"), (0.0, "guessing"))
DOUBT = "in doubt"
MARKS = {
    True: ":green[:material/check: right]",
    False: ":red[:material/close: wrong]",
}
ORDERS = ("Class order", "Likeliest first")


class Answer(NamedTuple):
    """What weights make of a picture."""

    values: NDArray[np.floating]  # (10,), probabilities
    sure: str  # how sure to be of the likeliest, in words; nothing while that is not known
    doubt: Callable[[], None]  # draws the line that says whether it looks like clothes


def reference_of(trained: Trained) -> Reference | None:
    """What is usual for weights that see the data set in use; None while it is worked out."""
    return server.reference(trained, state.dataset())


def get_ready() -> None:
    """Have what the answer needs worked out while the visitor still draws."""
    choice = state.in_use()
    if choice is not None:
        reference_of(choice.trained)


def nothing(words: str, waits: bool = False) -> None:
    """Where the answer will be, and `words` on what is missing for it.

    No widget is in it where something else will be drawn in the same run of the page.
    """
    place = "waiting" if waits else "answer"  # keys of containers are unique, too
    with st.container(key=f"{place}_head"):
        st.info(words, icon=":material/info:")
    st.container(key=f"{place}_doubt")
    st.html(bars.blank())
    with st.container(key=f"{place}_order"):
        if not waits:
            _order()
    st.container(key=f"{place}_question")


def answer(shot: Shot, prepared: Prepared, trained: Trained) -> None:
    """What weights make of a picture, and whether that was right."""
    reference, values = reference_of(trained), classify(trained, prepared)
    if reference is None:
        waiting = Answer(values, "", lambda: wait_for(lambda: reference_of(trained), COMPARING))
        strange = None
        show(waiting, prepared)
    else:
        strange = is_strange(trained, reference, prepared.image)
        sure = DOUBT if strange else in_words(confidence(reference, values))
        show(Answer(values, sure, lambda: _doubt(strange)), prepared)
    with st.container(key="answer_question"):
        if shot.truth is None:
            attempts.note(shot.attempt, shot.name, prepared.image, values, strange)
            score.ask(shot.attempt)
        else:
            verdict(values, shot.truth)


def verdict(values: NDArray[np.floating], truth: int) -> None:
    """Whether the likeliest class is what the picture is known to show."""
    right = bool(values.argmax() == truth)
    st.markdown(f"It is: **{CLASSES[truth]}**, {MARKS[right]}.")


def _doubt(strange: bool) -> None:
    st.caption(STRANGE if strange else FAMILIAR)


def in_words(sure: float) -> str:
    """How sure an answer is, 0 to 1, in words; what is no number is a guess."""
    return next((words for least, words in SURE if sure >= least), SURE[-1][1])


def show(answer: Answer, prepared: Prepared) -> None:
    """The class in words beside the picture that the network gets, the doubt, and ten bars."""
    first, second, third = answer.values.argsort()[::-1][:3]
    winner, rival, other = (percent(answer.values[n]) for n in (first, second, third))
    sure = f", {answer.sure}" if answer.sure else ""
    with st.container(key="answer_head", horizontal=True, vertical_alignment="center"):
        st.image(
            images.enlarged(prepared.image, 4),
            width=112,
            alt="The 28 by 28 pixels that the network gets",
        )
        with st.container(width="stretch"):
            st.subheader(CLASSES[first], anchor=False)
            st.markdown(
                f"**{winner}**{sure}. Then {CLASSES[second]} ({rival}) and "
                f"{CLASSES[third]} ({other})."
            )
    with st.container(key="answer_doubt"):
        answer.doubt()
    by_size = st.session_state.get("predict_order") == ORDERS[1]
    st.html(bars.probabilities(answer.values, by_size))
    with st.container(key="answer_order"):
        _order()


def _order() -> None:
    """How the bars are sorted."""
    st.segmented_control(
        "Order of the bars",
        ORDERS,
        default=ORDERS[0],
        required=True,
        key="predict_order",
        persist_state="session",
        label_visibility="collapsed",
    )


def explain(prepared: Prepared | None) -> None:
    """What the numbers are."""
    views = len(prepared.augmented) if prepared else 0
    asked = "" if not views else ONCE if views == 1 else AVERAGED.format(views=views)
    st.caption(f"{SOFTMAX} {asked}")
