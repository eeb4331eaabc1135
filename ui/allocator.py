"""What the C library keeps of memory that was given back to it: little, where it can be told so.

Each page run has a thread of its own, and glibc gives each thread one of many heaps, of which every
one keeps what was once used in it. After a class of thirty that was half as much as the process
had before. Other systems' libraries are left as they are.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Any

M_ARENA_MAX = -8  # in glibc's malloc.h
HEAPS = 2


def _glibc() -> Any:
    """The C library, where it is glibc; else None."""
    try:
        library = ctypes.CDLL("libc.so.6") if sys.platform == "linux" else None
    except OSError:  # another one, as in Alpine
        return None
    return library if hasattr(library, "malloc_trim") else None


def few_heaps() -> None:
    """Have threads share heaps from now on; those that are there stay."""
    if library := _glibc():
        library.mallopt(M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Give the system back what nobody uses. It takes a tenth of a second: when nobody waits."""
    gc.collect()  # sessions are knots that counting references does not undo
    if library := _glibc():
        library.malloc_trim(0)
