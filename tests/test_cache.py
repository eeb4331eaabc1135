"""Values that all threads share: made once, and the oldest let go."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.cache import Kept


def test_threads_that_ask_together_get_one_value_made_once():
    kept, made = Kept(2), []
    together = threading.Barrier(8)

    def make():
        made.append(None)
        time.sleep(0.05)
        return object()

    def ask():
        together.wait()
        return kept.get("key", make)

    with ThreadPoolExecutor(8) as pool:
        values = [future.result() for future in [pool.submit(ask) for _ in range(8)]]
    assert len(made) == 1
    assert len(set(map(id, values))) == 1
    assert "key" in kept
    assert "other" not in kept


def test_who_makes_one_value_does_not_keep_others_waiting():
    kept, slow = Kept(2), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(kept.get, "slow", slow.wait)
        assert kept.get("quick", lambda: 1) == 1
        slow.set()
        assert first.result()


def test_the_value_that_was_asked_for_longest_ago_goes():
    kept = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: key)
    assert [key in kept for key in "abc"] == [True, False, True]


def test_an_error_is_not_kept():
    kept = Kept(1)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 2) == 2
