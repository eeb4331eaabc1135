"""What a browser asks a server for besides its websocket, as a load test needs it: one GET."""

from __future__ import annotations

import asyncio
import io
from email.message import Message
from http.client import parse_headers
from urllib.parse import urlsplit

PATIENCE = 60.0  # seconds, for one answer


async def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body of an answer over HTTP, on a connection of its own."""
    asked = urlsplit(url)
    wanted = asked._replace(scheme="", netloc="").geturl() or "/"
    reader, writer = await asyncio.open_connection(asked.hostname, asked.port)
    lines = [f"GET {wanted} HTTP/1.0", f"Host: {asked.netloc}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(PATIENCE):
            answer = io.BytesIO(await reader.read())
    finally:
        writer.close()
    status = int(answer.readline().split()[1])
    return status, parse_headers(answer), answer.read()
