"""What must be done whole in a run of a page, though Streamlit would end it for the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from streamlit.runtime.scriptrunner import get_script_run_ctx


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Nothing in this block ends the page run because another is asked for.

    Elsewhere each use of st.session_state and each element may. Callbacks are whole already: see
    ui/streamlit_patches.py.
    """
    context = get_script_run_ctx()
    requests = context.script_requests if context else None
    if requests is None or "on_scriptrunner_yield" in vars(requests):
        yield
        return
    requests.on_scriptrunner_yield = lambda: None  # type: ignore[method-assign] # nothing is asked
    try:
        yield
    finally:
        del requests.on_scriptrunner_yield
