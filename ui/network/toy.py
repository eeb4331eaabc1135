"""A small toy: how kernel, stride, padding and pooling decide how large the map is."""

from __future__ import annotations

import streamlit as st

from model.insight.sizes import after_convolution, after_pooling, places
from ui import vector
from ui.network.desk import Desk

CELL = 4  # pixels of a pixel
SHOWN = 3  # places of the kernel that are drawn


def show(_desk: Desk) -> None:
    """The sliders, the formula with its numbers, and drawings of two levels of it."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        size = st.slider("Input size", 8, 32, 28, key="toy_input", persist_state="session")
        kernel = st.slider("Kernel size", 1, 7, 5, key="toy_kernel", persist_state="session")
        stride = st.slider("Stride", 1, 4, 1, key="toy_stride", persist_state="session")
        padding = st.slider("Padding", 0, 3, 2, key="toy_padding", persist_state="session")
        pool = st.slider("Pooling size", 1, 4, 2, key="toy_pool", persist_state="session")
    with right:
        _told(size, kernel, stride, padding, pool)


def _told(size: int, kernel: int, stride: int, padding: int, pool: int) -> None:
    """The formula with its numbers, and the maps of two levels."""
    made = after_convolution(size, kernel, stride, padding)
    pooled = after_pooling(made, pool)
    again = after_convolution(pooled, kernel, stride, padding) if pooled else 0
    last = after_pooling(again, pool)
    st.markdown(
        f"Convolution: ({size} + 2 × {padding} − {kernel}) / {stride} + 1, rounded down: "
        f"**{made} × {made}**"
    )
    st.markdown(f"Pooling: {made} / {pool}, rounded down: **{pooled} × {pooled}**")
    st.markdown(
        f"Together: **{_row(size, made, pooled)}**. Once more with the same settings: "
        f"**{_row(pooled, again, last)}**"
    )
    maps = [_map(made, pool, "convolution"), _map(pooled, 0, "pooling")]
    maps += [_map(again, pool, "convolution"), _map(last, 0, "pooling")]
    words = (
        f"A picture of {size} by {size} pixels with a border of {padding}, the kernel of "
        f"{kernel} by {kernel} at its first places, {stride} apart; the maps that come of it "
        f"have {made}, {pooled}, {again} and {last} places in a row"
    )
    shown = "".join([_padded(size, kernel, stride, padding), *maps])
    vector.show(
        f'<div class="toy" role="img" aria-label="{words}">{shown}</div>', "network_toy", words
    )


def _row(*sizes: int) -> str:
    return "\u00a0→\u00a0".join(map(str, sizes))


def _padded(size: int, kernel: int, stride: int, padding: int) -> str:
    """The picture in its border, with the kernel at its first places."""
    side = CELL * (size + 2 * padding)
    squares = [
        f'<rect class="border" width="{side}" height="{side}"/>',
        _square(CELL * padding, CELL * padding, CELL * size, "map"),
    ]
    squares += [
        _square(CELL * at, 0, CELL * kernel, "window", 0.55 - 0.15 * number)
        for number, at in enumerate(places(size, kernel, stride, padding)[:SHOWN])
    ]
    return _figure(side, squares, f"picture {size}")


def _map(size: int, pool: int, name: str) -> str:
    """A map, with the first square that is pooled; nothing where no place is left."""
    squares = [_square(0, 0, CELL * size, "map")]
    if 0 < pool <= size:
        squares.append(_square(0, 0, CELL * pool, "window", 0.55))
    return _figure(CELL * size, squares, f"{name} {size}") if size else ""


def _square(x: int, y: int, side: int, kind: str, opacity: float | None = None) -> str:
    deep = "" if opacity is None else f' fill-opacity="{opacity:.2f}"'
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{side}" height="{side}"{deep}/>'


def _figure(side: int, squares: list[str], words: str) -> str:
    return (
        f'<figure><svg viewBox="-1 -1 {side + 2} {side + 2}" width="{side + 2}" '
        f'height="{side + 2}">{"".join(squares)}</svg><figcaption>{words}</figcaption></figure>'
    )
