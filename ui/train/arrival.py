"""Brings the run that the visitor has just turned to into sight, for the eyes and the keyboard.

Its button stands below, and Streamlit leaves the page where it was scrolled to. The page is short
at first: what follows grows, and until then the place cannot come to the top.
"""

from __future__ import annotations

import streamlit as st

from ui import state

_place = st.components.v2.component(
    "lenet_arrival",
    html='<div class="arrival" tabindex="-1"></div>',
    isolate_styles=False,
    js="""export default ({ data, parentElement }) => {
      const place = parentElement.querySelector(".arrival")
      const run = data && new TextDecoder().decode(data)
      if (run && window.lenetArrived !== run) {
        window.lenetArrived = run
        const show = () => place.scrollIntoView({ block: "start" })
        const grown = new ResizeObserver(show)
        const over = new AbortController()
        const end = () => { grown.disconnect(); over.abort() }
        for (const act of ["wheel", "touchstart", "pointerdown", "keydown"]) {
          document.addEventListener(act, end, { signal: over.signal, passive: true })
        }
        setTimeout(end, 5000)
        grown.observe(place.closest('[data-testid="stMainBlockContainer"]') ?? document.body)
        show()
        place.focus({ preventScroll: true })
      }
    }""",
)


def place(token: str) -> None:
    """Where the run of this token begins; it is brought into sight once, after `watched.arrive`."""
    arrived = st.session_state.get(state.ARRIVED) == token
    _place(key="run_arrival", data=token.encode() if arrived else None)
