"""Turns: by visitor, then by run; who waits in person comes first."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from model.training.queue import CREDIT, Job, Queue


def job(visitor, run="run", interactive=False, weight=0.0):
    return Job(print, (), print, visitor, f"{visitor}'s {run}", interactive, weight)


def queue(*jobs):
    made = Queue()
    for one in jobs:
        made.put(one)
    return made


def names(jobs):
    return [one.run for one in jobs]


def test_visitors_take_turns_and_each_visitors_runs():
    mine = [job("me", f"{n}") for n in range(3)]
    yours = [job("you", f"{n}") for n in range(2)]
    order = queue(*mine, *yours).order()
    expected = ["me's 0", "you's 0", "me's 1", "you's 1", "me's 2"]
    assert names(order) == expected


def test_of_equals_who_had_least_comes_next():
    """Turns of unlike length: what counts is what was done in them."""
    waiting = queue(job("me", weight=3), job("you", weight=1))
    for expected in ("me", "you", "you", "you", "me", "you"):
        done = waiting.take()
        assert done.visitor == expected
        waiting.ended(done)
        waiting.put(done)


def test_who_is_new_or_was_away_for_long_makes_up_for_little():
    waiting, here = Queue(), job("me", weight=CREDIT)
    away = job("away")
    waiting.put(away)
    waiting.ended(waiting.take())
    for _ in range(10):
        waiting.put(here)
        waiting.ended(waiting.take())
    for visitor, turns in (("new", 0), ("away", 2)):
        before = []
        waiting.put(here)
        waiting.put(job(visitor, weight=0.6 * CREDIT))
        while (taken := waiting.take()).visitor != "me":
            waiting.ended(taken)
            before.append(taken)
            waiting.put(taken)
        waiting.ended(taken)
        assert len(before) == turns
        assert waiting.withdraw(f"{visitor}'s run")


def test_many_runs_of_one_visitor_leave_another_a_worker():
    """Two workers: whoever has a job at work waits for whoever has none."""
    waiting = queue(*[job("me", f"{n}") for n in range(3)])
    at_work = [waiting.take(), waiting.take()]
    waiting.put(job("you"))
    waiting.ended(at_work.pop(0))
    assert waiting.take().visitor == "you"
    assert waiting.take().visitor == "me"
    assert waiting.take() is None


def test_who_waits_in_person_comes_before_all_that_train():
    waiting = queue(job("me"), job("you"), job("she", interactive=True))
    assert names(waiting.order()) == ["she's run", "me's run", "you's run"]


def test_people_who_press_on_and_on_leave_training_every_second_turn():
    asking = [job(f"{n}", interactive=True) for n in range(3)]
    waiting = queue(job("me"), job("you"), *asking)
    expected = ["0's run", "me's run", "1's run", "you's run", "2's run"]
    assert names(waiting.order()) == expected
    waiting.take()
    assert names(waiting.order()) == expected[1:]


def test_the_order_is_told_without_taking_turns():
    waiting = queue(*[job(f"{n}") for n in range(5)])
    assert len(waiting.order()) == len(waiting.order()) == 5
    assert names(waiting.order()) == [waiting.take().run for _ in range(5)]


def test_what_waits_can_be_withdrawn():
    waiting = queue(job("me", "1"), job("me", "2"), job("you", interactive=True))
    assert waiting.withdraw("me's 1")
    assert not waiting.withdraw("me's 1")
    assert waiting.withdraw("you's run")
    assert names(waiting.order()) == ["me's 2"]


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=6),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_nobody_starves(runs, workers, chance):
    """Each visitor with `runs[i]` runs, one slice of each outstanding, that end in any order.

    A visitor with n runs cannot use more than n workers; besides that, all get about as much.
    """
    waiting, at_work, done = Queue(), [], Counter()
    for visitor, count in enumerate(runs):
        for run in range(count):
            waiting.put(job(str(visitor), str(run)))
    for _ in range(400):
        while len(at_work) < workers and (one := waiting.take()):
            at_work.append(one)
        ended = at_work.pop(chance.randrange(len(at_work)))
        waiting.ended(ended)
        done[ended.run] += 1
        waiting.put(ended)
    per_visitor = Counter()
    for run, count in done.items():
        per_visitor[run.split("'")[0]] += count
    fair = 400 / len(runs)
    assert len(done) == sum(runs)  # every run got turns
    assert min(per_visitor.values()) >= fair / 4
