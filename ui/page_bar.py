"""The pages by name at the bottom of a phone, where the menu on the left is folded away.

What it looks like and when it is there stands in assets/style.css.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import javascript


def show(pages: Sequence[st.Page], current: st.Page) -> None:
    """Call it from app.py: what that draws stays while one page gives way to another."""
    shown = javascript.component("lenet_pages", "pages.js", '<nav class="pages"\n></nav>')
    if shown is None:
        return
    entries = [
        {"name": page.title, "icon": _icon(page.icon), "address": page.url_path or "./"}
        for page in pages
    ]
    told = {"pages": entries, "current": current.title}
    with st.bottom:
        shown(key="page_bar", data=javascript.as_bytes(told))


def _icon(icon: str) -> str:
    """The name of a Material icon, which Streamlit writes :material/name:."""
    return icon.removeprefix(":material/").removesuffix(":")
