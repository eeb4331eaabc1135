"""A small toy: how kernel, stride, padding and pooling decide how large the map is."""

from __future__ import annotations

import streamlit as st

from model.insight.sizes import after_convolution, after_pooling, places
from ui import vector
from ui.network.desk import Desk

CELL = 9  # pixels of a pixel


def show(_desk: Desk) -> None:
    """The sliders, the formula with its numbers, and a drawing of it."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        size = st.slider("Input size", 8, 32, 28, key="toy_input", persist_state="session")
        kernel = st.slider("Kernel size", 1, 7, 5, key="toy_kernel", persist_state="session")
        stride = st.slider("Stride", 1, 4, 1, key="toy_stride", persist_state="session")
        padding = st.slider("Padding", 0, 3, 2, key="toy_padding", persist_state="session")
        pool = st.slider("Pooling size", 1, 4, 2, key="toy_pool", persist_state="session")
    made = after_convolution(size, kernel, stride, padding)
    pooled = after_pooling(made, pool)
    with right:
        st.markdown(
            f"Convolution: ({size} + 2 × {padding} − {kernel}) / {stride} + 1, rounded down: "
            f"**{made} × {made}**"
        )
        st.markdown(f"Pooling: {made} / {pool}, rounded down: **{pooled} × {pooled}**")
        st.markdown(f"Together: **{size} → {made} → {pooled}**")
        words, drawing = _drawing(size, kernel, stride, padding)
        vector.show(drawing, "network_toy", words)


def _drawing(size: int, kernel: int, stride: int, padding: int) -> tuple[str, str]:
    """The padded picture with the kernel at its first places: in words, and as an SVG."""
    whole = size + 2 * padding
    side = whole * CELL
    squares = [
        f'<rect x="0" y="0" width="{side}" height="{side}" fill="none" stroke="currentColor" '
        'stroke-dasharray="4 3"/>',
        f'<rect x="{padding * CELL}" y="{padding * CELL}" width="{size * CELL}" '
        f'height="{size * CELL}" fill="#0072B2" fill-opacity="0.2" stroke="#0072B2"/>',
    ]
    for number, at in enumerate(places(size, kernel, stride, padding)[:3]):
        squares.append(
            f'<rect x="{at * CELL}" y="0" width="{kernel * CELL}" height="{kernel * CELL}" '
            f'fill="#D55E00" fill-opacity="{0.55 - 0.15 * number:.2f}" stroke="#D55E00"/>'
        )
    words = (
        f"A picture of {size} by {size} pixels with a border of {padding}; the kernel of {kernel} "
        f"by {kernel} at its first places, {stride} apart"
    )
    return words, (
        f'<svg viewBox="-1 -1 {side + 2} {side + 2}" width="{min(side + 2, 320)}" role="img" '
        f'aria-label="{words}">{"".join(squares)}</svg>'
    )
