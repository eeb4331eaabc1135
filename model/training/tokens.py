"""Secrets in addresses and browsers: what is kept of them, and what follows from them."""

from __future__ import annotations

import base64
import hashlib
import hmac


def digest(token: str) -> str:
    """What is kept of a token; nobody can tell the token from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def derived(secret: str, what: str) -> str:
    """A token that follows from a secret and leads back to it for nobody; 22 signs."""
    code = hmac.digest(secret.encode(), what.encode(), "sha256")
    return base64.urlsafe_b64encode(code[:16]).rstrip(b"=").decode()


def of_run(visitor: str, name: str) -> str:
    """The token that steers the run of this name, which this visitor started."""
    return derived(visitor, f"run {name}")


def showing(token: str) -> str:
    """The token for a link to show, of the run that `token` steers."""
    return derived(token, "show")
