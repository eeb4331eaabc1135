"""The cookie that tells who one visitor is: see ui/visitor.py. It holds a token and no name."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from starlette.requests import cookie_parser

NAME = "lenet-visitor"
SECONDS = 400 * 86_400  # as long as browsers keep one; every page that is loaded renews it


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(16)


def is_token(told: object) -> bool:
    """Whether what a browser tells could be one of ours."""
    return isinstance(told, str) and re.fullmatch(r"[\w-]{22}", told, re.ASCII) is not None


def token(cookies: Mapping[str, str]) -> str | None:
    """The visitor's token among a browser's cookies."""
    told = cookies.get(NAME)
    return told if is_token(told) else None


def token_of(header: str) -> str | None:
    """The same, from the header `Cookie` of a request, whatever other cookies are in it."""
    return token(cookie_parser(header))


def header(known: str | None, secure: bool) -> str:
    """The header `Set-Cookie` that goes with a page; for an unknown visitor a new token.

    No script may read it. It comes along when a link on another site leads here (Lax), for a page
    without it would be a new visitor's; foreign pages open no websocket: see ui/guard.py.
    """
    held = f"{NAME}={known or new_token()}; Max-Age={SECONDS}; Path=/; HttpOnly; SameSite=Lax"
    return f"{held}; Secure" if secure else held
