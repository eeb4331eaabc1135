"""What stands in a place while its content is worked out. What is worked out is the caller's."""

from __future__ import annotations

import html
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import state

WAIT_SECONDS = 0.5  # between two looks whether something is there


class Place:
    """A place on the page whose content takes a while.

    Streamlit leaves what a page showed until there is something else. Where that is the same thing
    once more, a drawing with one stroke more say, it is what people want. Where it is `about`
    another thing, the old one would stand under the new one's name: it goes at once, and `wait`
    draws what says so. Draw the content in `ready()`, once it is known.
    """

    def __init__(self, name: str, about: object, wait: Callable[[], None]) -> None:
        """`name` tells the place from others of the session. No widget may be in what waits."""
        shown: dict[str, object] = st.session_state.setdefault(state.SHOWN, {})
        self._empty: DeltaGenerator | None = None
        if shown.get(name, about) != about:
            self._empty = st.empty()
            with self._empty.container():
                wait()
        shown[name] = about

    def ready(self) -> DeltaGenerator:
        """Where the content is drawn; call it once, when all that takes long is done."""
        return self._empty.container() if self._empty else st.container()


def say(words: str) -> None:
    """Say in `words` what is being worked out."""
    st.html(f'<p class="working" role="status">{html.escape(words)}</p>')


def wait_for(is_there: Callable[[], object], words: str) -> None:
    """Say in `words` that something is being worked out, and draw the page again with it."""

    @st.fragment(run_every=WAIT_SECONDS)
    def look() -> None:
        if is_there():
            st.rerun()
        st.caption(f":material/hourglass_empty: {words}")

    look()
