"""The description at the head of a safetensors file: the first thing that is read of one.

It is JSON that a stranger may have written, so it is bounded before anything parses it, and read
more strictly than JSON usually is. What the file is about is for `checkpoint.py` to judge.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

MOST_BYTES = 16_384  # of the description; the largest network's has 3 kB
MOST_ARRAYS = 64  # that a file may hold; the largest network has 34
MOST_DIGITS = 20  # of a whole number

DAMAGED = "This is not a safetensors file, or it is damaged; download the weights again."


class CheckpointError(ValueError):
    """A weights file cannot be used. The message is one sentence that says why."""


def metadata(content: bytes) -> dict[str, str]:
    """What a file says about itself, by name. Raises CheckpointError where it is no such file.

    Afterwards the rest of the file can be parsed: it holds few arrays, and all in bounded time.
    """
    size = int.from_bytes(content[:8], "little")
    if len(content) < 8 or size > len(content) - 8:
        raise CheckpointError(DAMAGED)
    if size > MOST_BYTES:
        raise CheckpointError(
            f"This file describes itself in {size / 1000:,.0f} kB; no weights file of this app "
            f"needs more than {MOST_BYTES / 1000:.0f}."
        )
    try:
        header = strict_json(content[8 : 8 + size].decode())
    except (ValueError, RecursionError):
        raise CheckpointError(DAMAGED) from None
    about = header.pop("__metadata__", {}) if isinstance(header, dict) else None
    if not isinstance(about, dict) or not all(isinstance(text, str) for text in about.values()):
        raise CheckpointError(DAMAGED)
    if len(header) > MOST_ARRAYS:
        raise CheckpointError(
            f"This file holds {len(header):,} arrays; the largest network of this app has fewer "
            f"than {MOST_ARRAYS}."
        )
    return about


def strict_json(text: str) -> Any:
    """JSON without what other readers would understand in another way: ValueError for it.

    That is a key that comes twice, NaN and infinity, whole numbers beyond all use.
    """
    return json.loads(
        text, object_pairs_hook=_once, parse_constant=_refuse, parse_int=_whole_number
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _whole_number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("a number is too long")
    return int(digits)
