"""What stands in front of Streamlit's server: it refuses, slows down and adds headers.

Pure ASGI. Nothing that must hold depends on it, since a host may run app.py without: what it does
beforehand and quietly, ui/bounds.py and ui/streamlit_patches.py do in the page. SECURITY.md has
the whole.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import logging
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers as Given
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, net_util, runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server import server_util

from ui import (  # noqa: F401 - importing the patches applies them
    bounds,
    cookie,
    first_paint,
    streamlit_patches,
    warm_up,
)

EMBED = "LENET_EMBED"  # origins whose pages may show this app in a frame, with spaces between
ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?", re.IGNORECASE)
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")

# Directives that are open and why: SECURITY.md.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "worker-src": "'self'",
    "connect-src": "'self' data:",
    "object-src": "'none'",
    "frame-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), payment=()"
BUSY = """<!doctype html><html lang="en"><meta charset="utf-8"><title>LeNet Lab is full</title>
<body style="font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto">
<h1>LeNet Lab is full</h1><p>{sentence}</p></html>"""

_LOG = logging.getLogger(__name__)


def middleware() -> list[Middleware]:
    """The guard, for st.App."""
    return [
        Middleware(Headers),
        Middleware(Visitors),
        Middleware(Sockets),
        Middleware(Uploads),
        Middleware(first_paint.FirstPaint),
    ]


@contextlib.asynccontextmanager
async def announced(app: st.App) -> AsyncIterator[None]:
    """Say where a class finds the app: .streamlit/config.toml keeps Streamlit from saying it.

    And get ready for the first visitor.
    """
    warm_up.begin()
    if not config.is_manually_set("server.address"):
        address = server_util.get_url(net_util.get_internal_ip())
        print(f"  In your network: {address}\n", flush=True)
    yield


class Headers:
    """Puts the headers on every answer that have the browser keep strangers out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = headers(embedders())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                ours = ((name, value) for name, value in self.headers if name not in given)
                message = message | {"headers": [*message["headers"], *ours]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def headers(embed: list[str]) -> list[tuple[bytes, bytes]]:
    """The headers, as ASGI wants them; pages of the origins `embed` may frame the app."""
    policy = POLICY | {"frame-ancestors": " ".join(["'self'", *embed])}
    policy["script-src"] += "".join(f" '{digest}'" for digest in inline_scripts())
    found = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "permissions-policy": PERMISSIONS,
        "referrer-policy": "same-origin",  # the token of a run stands in the address
        "x-content-type-options": "nosniff",
    }
    if not embed:  # the older header cannot name anyone
        found["x-frame-options"] = "SAMEORIGIN"
    return [(name.encode(), value.encode()) for name, value in found.items()]


def inline_scripts() -> list[str]:
    """What a policy calls the scripts that stand in Streamlit's own page, whatever its version."""
    page = Path(st.__file__).with_name("static") / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"sha256-{base64.b64encode(digest).decode()}" for digest in digests]


def embedders() -> list[str]:
    """The origins that whoever hosts the app lets embed it."""
    named = os.environ.get(EMBED, "").replace(",", " ").split()
    for origin in named:
        if not ORIGIN.fullmatch(origin):
            _LOG.warning("%s: %r is left out; write an origin: https://school.org", EMBED, origin)
    return [origin for origin in named if ORIGIN.fullmatch(origin)]


class Visitors:
    """Gives a page's browser the cookie that has its visitor known again: see ui/visitor.py."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = cookie.token_of(Given(scope=scope).get("cookie", ""))
                held = cookie.header(known, secure=scope["scheme"] == "https").encode()
                message = message | {"headers": [*message["headers"], (b"set-cookie", held)]}
            await send(message)

        is_asked = scope["type"] == "http" and is_page(scope)
        await self.app(scope, receive, with_cookie if is_asked else send)


class Sockets:
    """Refuses foreign pages and too many windows, slows down floods, drops what nobody needs."""

    def __init__(self, app: ASGIApp, most: int | None = None) -> None:
        self.app = app
        self.most = most or bounds.sessions()
        self.open: Counter[str] = Counter()  # sockets by address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        if scope["type"] == "http" and is_page(scope) and self.is_crowded(scope):
            page = BUSY.format(sentence=bounds.CROWDED.format(most=self.most))
            await HTMLResponse(page, 503, {"Retry-After": "60"})(scope, receive, send)
        elif scope["type"] != "websocket":
            await self.app(scope, receive, send)
        elif is_foreign(scope) or self.is_crowded(scope):
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.serve(scope, receive, send)

    def is_crowded(self, scope: Scope) -> bool:
        """Whether the address that asks has as many windows as it may have."""
        return self.open[address(scope)] >= self.most

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Streamlit have the socket, and count it while it is open."""
        self.open[address(scope)] += 1
        try:
            await self.app(scope, calm(receive), send)
        finally:
            self.open[address(scope)] -= 1
            self.open += Counter()  # forgets addresses without sockets


def address(scope: Scope) -> str:
    """Who asks. Uvicorn takes a proxy's word for it if FORWARDED_ALLOW_IPS names the proxy."""
    return scope["client"][0] if scope.get("client") else ""


def is_page(scope: Scope) -> bool:
    """Whether a browser asks for a page of the app and not for a part of one."""
    return scope["method"] == "GET" and "text/html" in Given(scope=scope).get("accept", "")


def is_foreign(scope: Scope) -> bool:
    """Whether a page of somebody else opens this socket; Streamlit's rules, but no log line."""
    given = Given(scope=scope)
    origin = given.get("origin")
    if origin is None:  # no browser
        return False
    try:
        same = urlsplit(origin).netloc == given.get("host")
        return not same and not server_util.is_url_from_allowed_origins(origin)
    except ValueError:
        return True


def calm(receive: Receive, clock: Callable[[], float] = time.monotonic) -> Receive:
    """The messages of a socket, at RATE a second after a burst, without those nobody needs.

    A message that is early waits, and so does the sender: nothing is lost.
    """
    pace = bounds.Pace(bounds.RATE, bounds.BURST, clock)

    async def next_message() -> MutableMapping[str, Any]:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            await asyncio.sleep(pace.next())
            if not message.get("bytes") or is_needed(message["bytes"]):
                return message

    return next_message


def is_needed(data: bytes) -> bool:
    """Whether a message is one of those that our pages send."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return True  # Streamlit closes the socket of whoever sends this
    return bounds.is_needed(message)


class Uploads:
    """Refuses files beyond the bounds before, or while, they are sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.underway: Counter[str] = Counter()  # bytes by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if not found or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        session = found[1]
        length = Given(scope=scope).get("content-length", "")
        told = min(int(length), bounds.largest_upload()) if length.isdecimal() else 0
        if fault := self.fault(session, told):
            await PlainTextResponse(fault, 413)(scope, receive, send)
        else:
            await self.serve(session, scope, receive, send)

    def fault(self, session: str, more: int) -> str | None:
        """Why this session may not send `more` bytes now."""
        manager = runtime.get_instance().uploaded_file_mgr
        return bounds.upload_fault(manager, session, more, self.underway)

    async def serve(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Streamlit have the file, and count its bytes while they come."""
        came = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal came
            message = await receive()
            size = len(message.get("body", b""))
            came += size
            self.underway[session] += size
            if size and (fault := self.fault(session, 0)):
                raise HTTPException(413, fault)
            return message

        try:
            await self.app(scope, counted, send)
        finally:
            self.underway[session] -= came
            self.underway += Counter()
