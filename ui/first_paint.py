"""What a browser sees before the page's script has run: our style, and places for what comes.

Streamlit's own page is empty until its programs are there, and these load each kind of widget when
the first one is shown: until then it is a grey bar of 40 pixels, and pushes the rest down when it
grows. Here its page gets our style at once, and the browser is told early what it will need. Where
a host serves app.py without the guard, the style comes with the page's first run.
"""

from __future__ import annotations

import functools
import gzip
import html
import re
from pathlib import Path

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import assets

NAME = "LeNet Lab"
SCRIPTS = Path(st.__file__).with_name("static") / "static" / "js"
WHOLE = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")  # ask for less
OF_A_FILE = (b"content-length", b"etag", b"last-modified", b"accept-ranges", b"vary")
# Streamlit's page has its own font loaded early; ours are the system's.
FONT = re.compile(rb"<link[^>]*SourceSans[^>]*>")
# Streamlit's modules that our pages show first, without the hash in their files' names.
EVERYWHERE = ("Html", "purify.es", "Selectbox", "useSyncComboBoxEnterTargetFocus", "WidgetLabel")
EVERYWHERE += ("BidiComponent", "serialization", "recordbatch", "useMenuTrigger")
BY_PAGE = {
    "": ("Button", "ImageList", "PageLink"),
    "dataset": ("ButtonGroup", "Multiselect", "Checkbox", "NumberInput", "Pagination", "ImageList"),
    "train": ("Button", "NumberInput", "FileUploader"),
    "runs": ("Button", "ButtonGroup"),
    "network": ("Button", "ButtonGroup", "NumberInput"),
    "predict": ("Button", "ButtonGroup"),
}


class FirstPaint:
    """Adds to the head of Streamlit's page what `head` says, and takes out what we do not use."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        asked = dict(scope.get("headers", ()))
        if scope["type"] != "http" or b"text/html" not in asked.get(b"accept", b""):
            await self.app(scope, receive, send)
            return
        page = Page(scope["path"], b"gzip" in asked.get(b"accept-encoding", b""), send)
        headers = [(name, value) for name, value in scope["headers"] if name not in WHOLE]
        await self.app(dict(scope, headers=headers), receive, page.take)


class Page:
    """One answer on its way: a page is held until it is whole, anything else goes on at once."""

    def __init__(self, path: str, compress: bool, send: Send) -> None:
        self.path, self.compress, self.send = path, compress, send
        self.start: Message | None = None  # of a page
        self.body = b""

    async def take(self, message: Message) -> None:
        """Send this part of the answer, or hold it."""
        if message["type"] == "http.response.start" and _is_page(message):
            self.start = message
        elif self.start is None:
            await self.send(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send(self.start)

    async def _send(self, start: Message) -> None:
        body = rewritten(self.body, self.path.strip("/").split("/")[-1], self.compress)
        headers = [(name, value) for name, value in start["headers"] if name not in OF_A_FILE]
        headers += [(b"content-length", str(len(body)).encode()), (b"vary", b"accept-encoding")]
        headers += [(b"content-encoding", b"gzip")] if self.compress else []
        await self.send(start | {"headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    headers = dict(start["headers"])
    return (
        start["status"] == 200
        and headers.get(b"content-type", b"").startswith(b"text/html")
        and b"content-encoding" not in headers
    )


@functools.lru_cache(maxsize=2 * len(BY_PAGE))
def rewritten(page: bytes, name: str, compress: bool = False) -> bytes:
    """Streamlit's page with our head; where it looks otherwise than we know, it stays as it is."""
    before, end, after = page.partition(b"</head>")
    before = before.replace(b"<title>Streamlit<", f"<title>{NAME}<".encode())
    before = FONT.sub(b"", before)
    whole = before + (head(name).encode() if end else b"") + end + after
    return gzip.compress(whole) if compress else whole


def head(page: str) -> str:
    """Links and style for the page of this name in the address."""
    names = (*EVERYWHERE, *BY_PAGE.get(page, ()))
    files = (file for name in names for file in sorted(SCRIPTS.glob(f"{name}.*.js")))
    links = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{html.escape(file.name)}">'
        for file in files
    )
    return f"{links}<style>{assets.style()}</style>"
