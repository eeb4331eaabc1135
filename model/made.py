"""Values that a worker makes while pages go on: asked for once, there some seconds later."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Generic, TypeVar, cast

from model.cache import Kept
from model.training.queue import Job, Jobs

SECONDS = 5.0  # that one takes, about; see queue.Job

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

log = logging.getLogger(__name__)


class Made(Generic[Key, Value]):
    """At most `most` values by key, each made by a worker of `jobs` that is asked for it once.

    A value that no worker could make is made by who asks for it next, or is what `instead` makes
    of the error: where only workers can make one.
    """

    def __init__(
        self,
        most: int,
        jobs: Callable[[], Jobs],
        seconds: float = SECONDS,
        instead: Callable[[BaseException], Value] | None = None,
    ) -> None:
        self._seconds, self._instead = seconds, instead
        self._values: Kept[Key, Value] = Kept(most)
        self._jobs = jobs
        self._lock = threading.Lock()
        self._asked: set[Key] = set()
        self._lost: set[Key] = set()

    def get(self, key: Key, work: Callable[..., Value], *arguments: object) -> Value | None:
        """The value of `key`, `work(*arguments)`; None while a worker makes it.

        `work` can be imported by a worker. An error of it is the caller's.
        """
        return self.prepared(key, work, lambda: arguments)

    def prepared(
        self, key: Key, work: Callable[..., Value], arguments: Callable[[], tuple[object, ...]]
    ) -> Value | None:
        """The same, where the arguments cost something: they are asked for only where needed."""
        with self._lock:
            is_there = key in self._values or key in self._lost
            first = not is_there and key not in self._asked
            if first:
                self._asked.add(key)
        if first:
            self._hand_in(key, work, arguments)
        if not is_there:
            return None
        value = self._values.get(key, lambda: work(*arguments()))
        with self._lock:
            self._lost.discard(key)
        return value

    def _hand_in(
        self, key: Key, work: Callable[..., Value], arguments: Callable[[], tuple[object, ...]]
    ) -> None:
        try:
            given = arguments()
        except BaseException:
            with self._lock:
                self._asked.discard(key)
            raise
        ended = partial(self._ended, key)
        self._jobs().submit(Job(work, given, ended, interactive=True, seconds=self._seconds))

    def forget(self, key: Key) -> None:
        """Let go of a value; who asks for it next has it made anew."""
        self._values.forget(key)

    def _ended(self, key: Key, result: Any, error: BaseException | None) -> None:
        """On the engine's thread."""
        if error is not None and self._instead:
            log.warning("No worker could do this: %r", error)
            result, error = self._instead(error), None
        if error is None:
            self._values.get(key, lambda: cast(Value, result))
        else:
            log.warning("No worker could do this, so whoever asks next does: %r", error)
        with self._lock:
            self._asked.discard(key)
            if error is not None:
                self._lost.add(key)
