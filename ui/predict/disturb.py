"""Disturbs the picture on Predict by sliders, to see how far the answer holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.insight.classify import classify, classify_views
from model.pictures.perturb import TURNS, UNCHANGED, Perturbation, perturb, turns
from model.pictures.preprocess import Prepared
from model.training.checkpoint import Trained
from ui import bars, charts, images, state
from ui.plots import plot
from ui.text import percent

# Label, lowest, highest, step and help of every slider, by its name in Perturbation.
SLIDERS: dict[str, tuple[str, float, float, float, str]] = {
    "rotation": ("Rotation, degrees", -180, 180, 5, "Clockwise."),
    "right": ("Shift to the right, pixels", -14, 14, 1, "Of 28."),
    "down": ("Shift down, pixels", -14, 14, 1, "Of 28."),
    "scale": ("Scale", 0.3, 1.7, 0.05, "1 leaves the size as it is."),
    "blur": ("Blur, pixels", 0, 4, 0.25, "Standard deviation of a Gaussian blur."),
    "noise": ("Noise", 0, 120, 5, "Standard deviation, in grey values from 0 to 255."),
    "contrast": ("Contrast", 0.1, 2, 0.05, "Times the brightness."),
}


def begin_anew(attempt: str) -> None:
    """Another picture than before starts undisturbed; a drawing that grows stays the same one."""
    if st.session_state.get(state.DISTURBED, attempt) != attempt:
        _reset()
    st.session_state[state.DISTURBED] = attempt


def _reset() -> None:
    for name in SLIDERS:
        st.session_state[f"break_{name}"] = getattr(UNCHANGED, name)


def break_it(prepared: Prepared, trained: Trained) -> Callable[[], None]:
    """Sliders that disturb the picture, and the answer at every rotation."""
    how = _chosen()
    image = perturb(prepared.image, how)
    before, now, turned = _answers(prepared, trained, how)

    def draw() -> None:
        left, right = st.columns([2, 3], gap="large")
        with left:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.image(images.enlarged(image, 4), width=112, alt="The disturbed picture")
                st.markdown(f"Now: **{_winner(now)}**  \nBefore: {_winner(before)}")
            _sliders()
        with right:
            st.markdown("**The ten probabilities while the picture turns**")
            figure = charts.rotations(TURNS, turned, CLASSES, how.rotation)
            plot(figure, "rotations", "Probabilities of the ten classes against rotation")
            st.caption(
                "A convolution finds a pattern anywhere in the picture, but not when it is "
                "turned. The network has hardly ever seen a shoe that stands on its toe, so it "
                "sees something else in it."
            )
            st.html(bars.probabilities(now))

    return draw


def _answers(
    prepared: Prepared, trained: Trained, how: Perturbation
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    """Probabilities before and now, (10,), and at every angle of TURNS, (n, 10).

    All of them as at the top of the page: the mean over the same views.
    """
    changes = [how, *turns(how)]
    views = [prepared.after(partial(perturb, how=one)) for one in changes]
    now, *turned = classify_views(trained, views)
    before = classify(trained, prepared)
    return before, before if how == UNCHANGED else now, np.stack(turned)


def _winner(values: NDArray[np.floating]) -> str:
    first = int(values.argmax())
    return f"{CLASSES[first]}, {percent(values[first])}"


def _chosen() -> Perturbation:
    """What the sliders say, before they are drawn."""
    moved = {name: st.session_state.get(f"break_{name}") for name in SLIDERS}
    return replace(UNCHANGED, **{name: to for name, to in moved.items() if to is not None})


def _sliders() -> None:
    st.button("Undo all changes", icon=":material/restart_alt:", on_click=_reset, key="break_reset")
    for name, (label, low, high, step, explanation) in SLIDERS.items():
        usual, key = getattr(UNCHANGED, name), f"break_{name}"
        kind = type(usual)
        st.session_state.setdefault(key, usual)  # and no default below: _reset sets it, too
        st.slider(
            label,
            kind(low),
            kind(high),
            step=kind(step),
            key=key,
            persist_state="session",
            help=explanation,
        )
