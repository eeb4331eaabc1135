"""What visitors leave with the server: apart from each other, for a while, and within bounds."""

import threading

import pytest

from model import belongings
from model.belongings import Belongings


class Clock:
    """Time that passes when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def left(clock):
    return Belongings(clock)


def test_a_visitor_finds_what_they_left_and_nobody_else_does(left):
    left.put("me", "files", "a", 1, 10, 3)
    left.put("me", "attempts", "a", 2, 10, 3)
    assert left.of("me", "files") == {"a": 1}
    assert left.of("you", "files") == {}
    assert "me" not in str(vars(left)["_left"].keys())
    left.forget("me", "files")
    assert left.of("me", "files") == {}
    assert left.of("me", "attempts") == {"a": 2}
    left.forget("you", "files")


def test_of_a_kind_the_newest_are_kept_and_what_is_left_again_is_new(left):
    for key in "abcab":
        left.put("me", "files", key, key, 1, 3)
    assert list(left.of("me", "files")) == ["c", "a", "b"]
    left.put("me", "files", "d", "d", 1, 3)
    assert list(left.of("me", "files")) == ["a", "b", "d"]


def test_one_visitor_has_a_bound_in_bytes(left):
    half = belongings.BYTES_EACH // 2
    for key in "abc":
        left.put("me", "files", key, key, half, 10)
    assert list(left.of("me", "files")) == ["b", "c"]
    left.put("me", "files", "giant", 0, belongings.BYTES_EACH + 1, 10)
    assert left.of("me", "files") == {}


def test_all_have_a_bound_in_bytes_and_whoever_was_here_longest_ago_goes(left):
    for number in range(belongings.BYTES // belongings.BYTES_EACH):
        left.put(str(number), "files", "a", number, belongings.BYTES_EACH, 1)
    left.of("0", "files")
    left.put("one more", "files", "a", 1, belongings.BYTES_EACH, 1)
    assert left.of("0", "files")
    assert not left.of("1", "files")
    assert left.of("2", "files")


def test_visitors_have_a_bound(left, monkeypatch):
    monkeypatch.setattr(belongings, "VISITORS", 2)
    for who in "abc":
        left.put(who, "files", "a", who, 1, 1)
    assert [bool(left.of(who, "files")) for who in "abc"] == [False, True, True]


def test_whoever_does_not_come_back_is_forgotten(left, clock):
    left.put("me", "files", "a", 1, 1, 1)
    clock.now = belongings.SECONDS - 1
    left.put("you", "files", "a", 1, 1, 1)
    assert left.of("me", "files"), "a look counts as coming back"
    clock.now = 2 * belongings.SECONDS - 2
    assert left.of("me", "files")
    clock.now = 2 * belongings.SECONDS
    assert not left.of("you", "files")
    clock.now *= 2
    assert not left.of("me", "files")
    assert not vars(left)["_left"]


def test_many_threads_may_ask(left):
    def work(who):
        for number in range(200):
            left.put(who, "files", str(number % 7), number, 1, 5)
            assert len(left.of(who, "files")) <= 5

    threads = [threading.Thread(target=work, args=(str(n % 3),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(left.of(str(who), "files")) == 5 for who in range(3))
