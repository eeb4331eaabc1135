"""Values that a worker makes: asked for once, there later, and made in place where none can."""

import pytest

from model.made import Made
from tests.at_once import AtOnce


@pytest.fixture
def jobs():
    made = AtOnce()
    made.holds = True
    return made


def end(jobs, error=None):
    job = jobs.waiting.pop(0)
    job.on_done(None if error else job.work(*job.arguments), error)


def test_a_worker_is_asked_once_and_its_value_kept(jobs):
    made, calls = Made(2, lambda: jobs), []

    def double(number):
        calls.append(number)
        return 2 * number

    assert made.get("key", double, 4) is None
    assert made.get("key", double, 4) is None
    assert len(jobs.waiting) == 1
    assert jobs.waiting[0].interactive, "a person waits"
    end(jobs)
    assert made.get("key", double, 4) == 8
    assert calls == [4]


def test_arguments_are_asked_for_only_where_they_are_needed(jobs):
    made, asked = Made(2, lambda: jobs), []

    def prepare():
        asked.append("7")
        return ("7",)

    def damaged():
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        made.prepared("key", int, damaged)
    assert made.prepared("key", int, prepare) is None, "it is asked for again"
    assert made.prepared("key", int, prepare) is None
    end(jobs)
    assert made.prepared("key", int, prepare) == 7
    assert asked == ["7"]
    assert made.prepared("other", int, prepare) is None
    end(jobs, MemoryError("the worker was killed"))
    assert made.prepared("other", int, prepare) == 7
    assert len(asked) == 3


def test_what_no_worker_could_make_is_made_by_who_asks_next(jobs, caplog):
    made = Made(2, lambda: jobs)
    assert made.get("key", int, "7") is None
    end(jobs, MemoryError("the worker was killed"))
    assert "No worker could do this" in caplog.text
    assert made.get("key", int, "7") == 7
    assert made.get("key", int, "not asked again") == 7
    assert not jobs.waiting


def test_what_only_workers_can_make_is_told_instead_and_can_be_asked_for_again(jobs, caplog):
    made = Made(2, lambda: jobs, 60, str)
    assert made.get("key", int, "7") is None
    assert jobs.waiting[0].seconds == 60
    end(jobs, MemoryError("the worker was killed"))
    assert "No worker could do this" in caplog.text
    for _ in range(2):
        assert made.get("key", int, "7") == "the worker was killed"
    made.forget("key")
    assert made.get("key", int, "7") is None
    end(jobs)
    assert made.get("key", int, "7") == 7


def test_an_error_of_the_work_itself_is_told_to_who_asks(jobs):
    made = Made(2, lambda: jobs)
    assert made.get("key", int, "seven") is None
    end(jobs, ValueError())
    for _ in range(2):
        with pytest.raises(ValueError, match="seven"):
            made.get("key", int, "seven")


def test_a_value_that_had_to_go_is_asked_for_again(jobs):
    made = Made(1, lambda: jobs)
    for key in ("1", "2"):
        made.get(key, int, key)
        end(jobs)
    assert made.get("2", int, "2") == 2
    assert made.get("1", int, "1") is None
    assert len(jobs.waiting) == 1
