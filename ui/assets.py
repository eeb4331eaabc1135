"""The app's own files: what is missing or broken is told in the log, and pages go on without it."""

from __future__ import annotations

import functools
import logging

from PIL import Image

from ui import state

log = logging.getLogger(__name__)
PLAIN = Image.new("RGB", (64, 64), "#0067A3")  # an icon, for where there is no other


def text(name: str) -> str:
    """What a file in assets/ says; nothing, if it cannot be read."""
    try:
        return (state.ASSETS / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _tell(name, type(error).__name__)
        return ""


def style() -> str:
    """The style of every page."""
    return text("style.css") + text("places.css")


def picture(name: str) -> Image.Image | None:
    """A picture in assets/, RGBA; None, if it cannot be read."""
    try:
        with Image.open(state.ASSETS / name) as opened:
            return opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's, for files that are none
        _tell(name, type(error).__name__)
        return None


@functools.cache
def icon() -> str | Image.Image:
    """The app's icon, as Streamlit takes one."""
    return str(state.ASSETS / "icon.png") if picture("icon.png") else PLAIN


@functools.cache
def _tell(name: str, reason: str) -> None:
    """Once for every file: pages ask for them again and again."""
    log.warning("assets/%s cannot be used (%s); pages do without it", name, reason)
