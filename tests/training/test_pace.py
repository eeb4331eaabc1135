"""The time that is left is told once it can be, from what is worth measuring."""

import pytest

from model.training import pace as pace_module
from model.training.pace import Pace


class Clock:
    """The clock on the wall, which stands unless it is told."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(pace_module, "time", made)
    return made


def slices(pace, clock, passed, count=1, steps=50, running=True, cold=False, seconds=0.5):
    """So many slices of batches of 100 pictures, each `passed` seconds after it was handed in."""
    for _ in range(count):
        pace.began(running)
        clock.now += passed
        pace.ended(steps, 100 * steps, seconds, cold, scored=False)


def test_nothing_is_told_before_three_slices_and_two_seconds(clock):
    pace = Pace()
    slices(pace, clock, 0.5, 3)
    assert pace.images_per_second == 0
    slices(pace, clock, 0.5, 2)
    assert pace.images_per_second == pytest.approx(10_000)
    slow = Pace()
    slices(slow, clock, 6, 2)
    assert slow.images_per_second == 0
    slices(slow, clock, 6)
    assert slow.images_per_second == pytest.approx(5_000 / 6)


def test_a_start_a_pause_and_single_batches_leave_it_as_it_is(clock):
    pace = Pace()
    slices(pace, clock, 30, cold=True, steps=5, seconds=2)  # TensorFlow is loaded meanwhile
    slices(pace, clock, 0.5, 10)
    steady = pace.images_per_second, pace.sharing
    assert steady == pytest.approx((10_000, 1))
    clock.now += 600  # paused
    slices(pace, clock, 3, 5, steps=1, running=False, seconds=0.1)
    clock.now += 600
    slices(pace, clock, 20, cold=True)  # a second worker started
    assert (pace.images_per_second, pace.sharing) == steady
    slices(pace, clock, 0.5, 3)
    assert pace.images_per_second == pytest.approx(10_000)


def test_waiting_for_turns_counts_and_is_forgotten_once_nobody_else_trains(clock):
    pace = Pace()
    slices(pace, clock, 0.5, 20)
    slices(pace, clock, 2, 40)
    assert pace.images_per_second == pytest.approx(2_500, rel=0.1)
    assert pace.sharing == pytest.approx(4)
    slices(pace, clock, 0.5, 200)
    assert pace.images_per_second == pytest.approx(10_000, rel=0.1)


def test_a_worker_that_is_warm_tells_more_of_a_batch_than_a_cold_one(clock):
    pace = Pace()
    slices(pace, clock, 5, cold=True, steps=5, seconds=5)
    assert pace.per_batch == 1
    slices(pace, clock, 0.5)
    assert pace.per_batch == pytest.approx(0.01)
    slices(pace, clock, 5, cold=True, steps=5, seconds=5)
    assert pace.per_batch == pytest.approx(0.01)


def test_what_measures_held_out_pictures_tells_the_time_and_not_the_batch(clock):
    pace = Pace()
    slices(pace, clock, 0.5, 4)
    pace.began(True)
    clock.now += 2
    pace.ended(50, 5_000, 2.0, False, scored=True)
    assert pace.per_batch == pytest.approx(0.01)
    assert pace.images_per_second == pytest.approx(25_000 / 4, rel=0.05)
