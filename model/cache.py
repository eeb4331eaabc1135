"""Values that all threads share: made once per key, and kept while there is room.

Streamlit's caches are not for this: any visitor can empty them with one message.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """At most `most` values; the one that was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Key, Value] = {}  # asked for longest ago first
        self._making: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def __contains__(self, key: Key) -> bool:
        """Whether `get` would answer at once."""
        return key in self._values

    def forget(self, key: Key) -> None:
        """Let go of a value; who asks for it next makes it anew."""
        with self._lock:
            if self._values.pop(key, None) is not None:
                self._making.pop(key, None)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of `key`. Who asks while another thread makes it waits for that one.

        An error of `make` is the caller's, and nothing is kept.
        """
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._values:
                    self._values[key] = value = self._values.pop(key)
                    return value
            value = make()
            with self._lock:
                self._values[key] = value
                while len(self._values) > self._most:
                    gone = next(iter(self._values))
                    del self._values[gone]
                    self._making.pop(gone, None)
            return value
