"""The app's own JavaScript: modules in assets/js, as components that a page can show.

The browser loads them from this app's server, once per page, and they may import each other. What
goes with each page run are a few lines that load the module.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import streamlit as st
import streamlit.components.v1 as served

from ui import assets, state

# Calls of a component wait for its module, in their order; so does its end.
_LOADER = """
const module = import(new URL("component/{folder}/{file}", document.baseURI));
export default (component) => {{
  let end;
  const shown = module.then((one) => {{ end = one.default(component) }}).catch(() => {{
    component.parentElement.firstElementChild.textContent =
      "This part of the page could not be loaded. Load the page again.";
  }});
  return () => shown.then(() => end?.());
}}
"""


@functools.cache
def component(name: str, file: str, html: str, *styles: str) -> Callable[..., Any] | None:
    """The component `name` whose default export stands in assets/js/`file`; None without the file.

    `html` is one element, which the module fills; `styles` are files in assets/. Call it where the
    component is shown: there is no server yet when app.py is imported.
    """
    css = "".join(assets.text(style) for style in styles)
    if not assets.text(f"js/{file}"):
        return None
    return st.components.v2.component(
        name,
        html=html,
        css=css or None,
        js=_LOADER.format(folder=_folder(), file=file),
        isolate_styles=False,
    )


@functools.cache
def _folder() -> str:
    """What Streamlit's server calls assets/js, which it hands out from now on."""
    return str(served.declare_component("scripts", path=str(state.ASSETS / "js")).name)


def as_bytes(shown: Any) -> bytes:
    """JSON for a component.

    Streamlit looks whether anything but bytes is a data frame, and loads pandas for it.
    """
    return json.dumps(shown, allow_nan=False, separators=(",", ":")).encode()
