"""The test pictures that excite the filter in view most, each with the place that does it."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model import server
from model.data.datasets import CLASSES
from model.insight.excitement import Excitement
from model.networks.forward import Step
from model.networks.layers import BatchNorm, Conv, Dense, Pool
from ui import images, state
from ui.network import epochs
from ui.network.desk import Desk
from ui.waiting import wait_for

TIMES = 4  # a pixel of the picture, in pixels of the screen
FRAME = np.array([230, 159, 0], np.uint8)


def show(desk: Desk) -> None:
    """For the layer and filter that are looked at closely."""
    steps = {step.name: step for step in desk.steps}
    step = steps.get(st.session_state.get(state.LAYER, ""))
    if step is None or not isinstance(step.layer, Conv | Pool | BatchNorm):
        st.caption("Choose a layer with maps above, a convolution say: dense units see no places.")
        return
    steady = epochs.steady(desk.trained)
    if steady is None:
        st.caption("The pictures come as soon as the weights rest for some seconds.")
        return
    trained, when = steady
    number = int(st.session_state.get(state.FILTER) or 0)
    of = f"At {when}, since the network is training: " if when else ""
    st.caption(
        f"{of}{step.name}, {'filter' if isinstance(step.layer, Conv) else 'map'} {number + 1}"
    )
    found = server.excitement(trained, state.dataset(), step.name)
    if found is None:
        wait_for(
            lambda: server.excitement(trained, state.dataset(), step.name) is not None,
            "Looking through all test pictures. This takes some seconds.",
        )
        return
    _grid(desk, step, found, number)


def _grid(desk: Desk, step: Step, found: Excitement, number: int) -> None:
    dataset = state.dataset()
    size = _sees(desk, step)
    grid = st.grid(len(found.pictures[number]), min_column_width=116, key="network_excitement")
    for place, at in enumerate(found.pictures[number]):
        label = CLASSES[dataset.test_labels[at]]
        framed = _framed(dataset.test_images[at], found.places[number, place], step, size)
        value = f"{found.values[number, place]:.2f}"
        with grid.cell():
            st.image(framed, width="stretch", alt=f"{label}; the framed place gives {value}")
            st.caption(f"**{label}**  \ngives {value}")


def _sees(desk: Desk, step: Step) -> int:
    """How many pixels of the picture, in a row, one number of this layer depends on."""
    size, stride = 1, 1
    for one in desk.steps:
        match one.layer:
            case Conv(_, kernel):
                size += (kernel - 1) * stride
            case Pool(_, pool):
                size += (pool - 1) * stride
                stride *= pool
            case Dense():
                break
        if one is step:
            break
    return size


def _framed(image: NDArray[np.uint8], place: NDArray[np.int16], step: Step, size: int) -> str:
    """A picture with a frame around the pixels that a place in the layer's map depends on."""
    height, width = step.given.shape[1:3]
    big = image.repeat(TIMES, axis=0).repeat(TIMES, axis=1)
    coloured = np.repeat(big[..., None], 3, axis=2)
    middles = (np.asarray(place, float) + 0.5) * len(image) / np.array([height, width])
    first = np.clip(np.rint((middles - size / 2) * TIMES), 0, len(big) - 2).astype(int)
    last = np.clip(np.rint((middles + size / 2) * TIMES) - 1, 1, len(big) - 1).astype(int)
    rows, columns = slice(first[0], last[0] + 1), slice(first[1], last[1] + 1)
    for edge in (0, 1):
        coloured[[first[0] + edge, last[0] - edge], columns] = FRAME
        coloured[rows, first[1] + edge] = FRAME
        coloured[rows, last[1] - edge] = FRAME
    return images.data_uri(coloured)
