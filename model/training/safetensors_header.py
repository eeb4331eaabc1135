"""The description at the head of a safetensors file: the first thing that is read of one.

It is JSON that a stranger may have written, so it is bounded before anything parses it, and read
more strictly than JSON usually is. What the file is about is for `checkpoint.py` to judge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from model.training.file_kinds import INSTEAD, is_safetensors, kind_of

MOST_BYTES = 16_384  # of the description; the largest network's has 3 kB
MOST_ARRAYS = 64  # that a file may hold; the largest network has 34
MOST_DIGITS = 20  # of a whole number

DAMAGED = f"This safetensors file is damaged. {INSTEAD}"


class CheckpointError(ValueError):
    """A weights file cannot be used. The message says in a sentence or two why, and what to do."""


@dataclass(frozen=True)
class Header:
    """What a safetensors file says of itself."""

    about: dict[str, str]  # by name, as whoever saved it likes
    shapes: dict[str, tuple[int, ...]]  # of the arrays
    types: dict[str, str]  # of their numbers, as safetensors calls them


def read(content: bytes) -> Header:
    """What a file says about itself. Raises CheckpointError where it is no whole safetensors file.

    Afterwards the rest of the file can be parsed: it holds few arrays, and all in bounded time.
    """
    if not is_safetensors(content):
        raise CheckpointError(f"{kind_of(content)} {INSTEAD}")
    size = int.from_bytes(content[:8], "little")
    if MOST_BYTES < size <= len(content) - 8:
        raise CheckpointError(
            f"This file describes itself in {size / 1000:,.0f} kB; no weights file of this app "
            f"needs more than {MOST_BYTES / 1000:.0f}."
        )
    if size > len(content) - 8:
        raise CheckpointError(_cut_off(8 + size, len(content)) if size < MOST_BYTES else DAMAGED)
    try:
        found = strict_json(content[8 : 8 + size].decode())
        about = found.pop("__metadata__", {})
        end = 8 + size + max((_whole(one["data_offsets"][1]) for one in found.values()), default=0)
        header = Header(
            {name: _text(text) for name, text in about.items()},
            {name: tuple(map(_whole, one["shape"])) for name, one in found.items()},
            {name: _text(one["dtype"]) for name, one in found.items()},
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise CheckpointError(DAMAGED) from None
    if len(header.shapes) > MOST_ARRAYS:
        raise CheckpointError(
            f"This file holds {len(header.shapes):,} arrays; the largest network of this app has "
            f"fewer than {MOST_ARRAYS}."
        )
    if end > len(content):
        raise CheckpointError(_cut_off(end, len(content)))
    return header


def _cut_off(whole: int, length: int) -> str:
    return (
        f"This safetensors file is cut off: {length:,} of its {whole:,} bytes are here. Download "
        "or copy it again."
    )


def written(arrays: Mapping[str, NDArray[np.float32]], about: Mapping[str, str]) -> bytes:
    """A safetensors file with these arrays and these words about them.

    The same ones give the same bytes in every process: `safetensors.numpy.save` puts the words in
    the order of a hash table that each process seeds anew.
    """
    described: dict[str, Any] = {"__metadata__": dict(sorted(about.items()))} if about else {}
    end = 0
    for name, array in sorted(arrays.items()):
        start, end = end, end + array.nbytes
        described[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [start, end]}
    header = json.dumps(described, separators=(",", ":")).encode()
    header = header.ljust(-8 * (-len(header) // 8))  # so that the numbers begin at a multiple of 8
    numbers = (np.ascontiguousarray(array, "<f4").tobytes() for _, array in sorted(arrays.items()))
    return b"".join([len(header).to_bytes(8, "little"), header, *numbers])


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


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no whole number")
    return value
