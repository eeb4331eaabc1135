"""One layer at one place: which numbers are multiplied there, and what comes of them.

The browser has all numbers of the layer and moves over them by itself: see assets/js/sums.js. Here
the layer and the filter are chosen, and their numbers are put together.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from model.networks.forward import Step
from model.networks.layers import EPSILON, BatchNorm, Conv, Dense, Dropout, Flatten, Pool
from ui import components, javascript, state
from ui.network import epochs, place
from ui.network.desk import Desk


def choose(desk: Desk) -> tuple[Step, int]:
    """The widgets "Layer" and "Filter"; the layer with its numbers, and the filter."""
    steps = place.steps(desk)
    left, right = st.columns(2)
    name = left.selectbox(
        "Layer",
        list(steps),
        format_func=lambda key: f"{key}: {components.describe(steps[key].layer)}",
        key=state.LAYER,
        persist_state="session",
    )
    step = steps[name]
    number = right.selectbox(
        "Filter",
        range(step.given.shape[-1]),
        format_func=lambda at: _called(step, desk, at),
        key=state.FILTER,
        persist_state="session",
    )
    return step, int(number)


def _called(step: Step, desk: Desk, number: int) -> str:
    if step is desk.steps[-1]:
        return f"unit {number + 1}: {CLASSES[number]}"
    kinds = {Conv: "filter", Dense: "unit"}
    return f"{kinds.get(type(step.layer), 'map')} {number + 1}"


def show(desk: Desk, step: Step, number: int) -> None:
    """The arithmetic of a layer for one filter or unit."""
    shown = javascript.component("lenet_sums", "sums.js", '<div class="sums"\n></div>')
    if shown is None:
        st.caption("The arithmetic cannot be shown: a file of the app is missing.")
        return
    told = numbers(desk, step, number) | {
        "start": st.session_state.get(state.PLACE),
        "address": {"layer": step.name, "filter": number + 1, "batch": epochs.in_address()},
    }
    shown(key="network_sums", data=javascript.as_bytes(told))


def numbers(desk: Desk, step: Step, number: int) -> dict[str, Any]:
    """All that sums.js needs of a layer, for one filter or unit."""
    return {
        "name": step.name,
        "filter": number,
        "activation": getattr(step.layer, "activation", "linear"),
        "taken": _numbers(step.taken[0]),
        "sums": _numbers(step.sums[0, ..., number]),
        "given": _numbers(step.given[0, ..., number]),
    } | _weights(desk, step, number)


def _weights(desk: Desk, step: Step, number: int) -> dict[str, Any]:
    """What the layer multiplies with."""
    weights = {
        part: desk.trained.weights[f"{step.name}/{part}"]
        for part in ("kernel", "bias", "gamma", "beta", "mean", "variance")
        if f"{step.name}/{part}" in desk.trained.weights
    }
    bias = float(weights["bias"][number]) if "bias" in weights else None
    match step.layer:
        case Conv(_, size, padding):
            before = (size - 1) // 2 if padding == "same" else 0
            kernel = _numbers(weights["kernel"][..., number])
            return {"kind": "conv", "kernel": kernel, "bias": bias, "before": before}
        case Pool(kind, size):
            return {"kind": "pool", "pool": kind, "size": size}
        case BatchNorm():
            spread = float(np.sqrt(weights["variance"][number] + np.float32(EPSILON)))
            told = {part: float(weights[part][number]) for part in ("mean", "gamma", "beta")}
            return {"kind": "norm", "spread": spread} | told
    return {
        "kind": "dense",
        "kernel": _numbers(weights["kernel"][:, number]),
        "bias": bias,
    } | _back(desk, step)


def _back(desk: Desk, step: Step) -> dict[str, Any]:
    """Where the inputs of a dense layer come from: (h, w, maps), where that is known."""
    earlier = [
        one for one in desk.steps[: desk.steps.index(step)] if not isinstance(one.layer, Dropout)
    ]
    flat = bool(earlier) and isinstance(earlier[-1].layer, Flatten)
    return {"from": list(earlier[-1].taken.shape[1:]) if flat else None}


def _numbers(values: NDArray[np.float32]) -> dict[str, Any]:
    """An array as sums.js takes it."""
    plain = np.ascontiguousarray(values, "<f4")
    return {"shape": list(plain.shape), "values": base64.b64encode(plain.tobytes()).decode()}
