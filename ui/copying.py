"""Text to take along: a field that cannot be changed, with a button that copies it.

st.code does so, too, but a browser loads 1.6 MB for it, of what colours code.
"""

from __future__ import annotations

import streamlit as st

from ui import javascript


def show(label: str, text: str, key: str) -> None:
    """The text under the page-wide `key`, on as many lines as it has; `label` says what it is."""
    shown = javascript.component(
        "lenet_copy", "copy.js", '<div class="copying"\n></div>', "copy.css"
    )
    if shown is None:
        st.caption(label)
        st.text(text)
        return
    shown(key=key, data=javascript.as_bytes({"label": label, "text": text}))
