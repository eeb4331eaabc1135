"""Shares in per cent; and text from outside, a file's name above all, shown as text alone.

`clean` is for places that show plain text, `plain` for all that take Markdown, `cell` for tables
that a spreadsheet may open.
"""

from __future__ import annotations

import re

SHORT = 60  # characters that are shown of a name
JOINER = "\u2060"  # a character without width


def percent(share: float, digits: int = 1) -> str:
    """A share from 0 to 1 in per cent, whose sign stays with its number."""
    return f"{100 * share:.{digits}f}\u00a0%"


def clean(text: str, most: int = SHORT) -> str:
    """`text` on one line, without signs that nobody sees, and its middle left out if it is long."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:10_000])
    one_line = " ".join(printable.split()) or "no name"
    if len(one_line) <= most:
        return one_line
    tail = most // 3
    return f"{one_line[: most - tail - 1]}…{one_line[-tail:]}"


def plain(text: str, most: int = SHORT) -> str:
    """`text`, cleaned, for Markdown: no link, picture, formula, colour or icon comes of it.

    Backslashes do for most. Streamlit looks for addresses, icons and emoji only after they are
    gone: a joiner inside keeps it from finding any.
    """
    escaped = re.sub(r"([\\`*_{}\[\]<>()#+!|~$&])", r"\\\1", clean(text, most))
    return re.sub(r"(:(?=\S)|@|www(?=\.))", rf"\1{JOINER}", escaped, flags=re.IGNORECASE)


def cell(text: str) -> str:
    """`text`, cleaned, for a table: what a spreadsheet would take for a formula stays text."""
    name = clean(text, 200)
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
