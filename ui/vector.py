"""Drawings of ours as SVG, in the page's own colours. What is drawn is the caller's."""

from __future__ import annotations

import streamlit as st

from ui import javascript


def show(drawing: str, key: str, words: str) -> None:
    """An SVG under the page-wide `key`; `words` say what it shows where it cannot be shown."""
    shown = javascript.component("lenet_vector", "vector.js", '<div class="vector"\n></div>')
    if shown is None:
        st.caption(words)
        return
    shown(key=key, data=drawing.encode())
