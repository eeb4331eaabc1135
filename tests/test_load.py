"""The load test's own arithmetic, and one of its learners on a real server; nothing is timed."""

import asyncio
import json
from dataclasses import replace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import learner, lesson, load, ticks
from benchmarks.learner import Learner, Look, Wait, place, step_at
from benchmarks.lesson import Lesson, Span
from benchmarks.load import percentile, steps_at_first_end
from benchmarks.processes import server
from benchmarks.sizes import SMOKE
from benchmarks.ticks import Tick, Ticks
from benchmarks.window import Cache
from ui.live import HEADER


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.95, 0), ([3], 0.95, 3), (range(1, 101), 0.95, 95), ([4, 1, 3, 2], 0.5, 2)],
)
def test_percentile(values, share, found):
    assert percentile(values, share) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Running · epoch 2 of 3 · batch 1,000 of 1,875 · 9 images per second", (2875, 5625)),
        ("Finished · epoch 3 of 3 · batch 188 of 188", (564, 564)),
        ("Starting. The first batch takes some seconds, while TensorFlow is loaded.", None),
        ("Running before the first batch", None),
    ],
)
def test_the_place_of_a_run_is_read_from_its_page(text, found):
    look = place(text, 1.0)
    assert (look and (look.step, look.total)) == found
    assert look is None or look.status == text.partition(" ")[0].lower()


LOOKS = [Look(10.0, "running", 100, 200), Look(20.0, "finished", 200, 200)]


@pytest.mark.parametrize(("when", "step"), [(9, 0), (10, 100), (15, 150), (20, 200), (99, 200)])
def test_between_two_looks_is_a_straight_line(when, step):
    assert step_at(LOOKS, when) == step
    assert step_at([], when) == 0


def watcher(looks, pressed=8.0):
    """A learner who has seen this."""
    made = Learner("http://nowhere", 0, SMOKE)
    made.looks, made.pressed = looks, pressed
    return made


def test_progress_is_compared_when_the_first_run_ends():
    slow = watcher([Look(10.0, "running", 50, 200), Look(30.0, "finished", 200, 200)])
    assert steps_at_first_end([watcher(LOOKS), slow]) == [200, 125]
    assert steps_at_first_end([watcher(LOOKS[:1])]) == []
    assert watcher(LOOKS).first_point == 2.0


def lesson_of(*learners):
    """A lesson in which two looks fell into the time of watching and one came later."""
    held = Lesson(
        list(learners), [Span(100.0, 10.0, 0.5)], [Span(110.0, 5.0, 0.05)], before_mb=100.0
    )
    window = type("Window", (), {"ticks": type("Ticks", (), {})})
    window.ticks.done = [Tick(when, 0.1, 500) for when in (101.0, 109.0, 111.0)]
    learners[0]._window = window
    return held


def test_rows_of_a_lesson():
    one = watcher(LOOKS)
    one.waits = [
        Wait("page", "", 0.2, False),
        Wait("setting", "train", 9.0, False),
        Wait("setting", "dataset", 0.1, True),
    ]
    found = {row.name: row for row in load.rows(lesson_of(one), SMOKE)}
    assert found["page"].detail == {"home": [0.2]}
    assert found["setting"].ours == 0.1
    assert "the slowest 0.10 s, on dataset" in found["setting"].includes
    assert found["tick-cpu"].ours == pytest.approx(0.2)
    assert found["tick-bytes"].ours == 500
    assert found["fairness"].ours == 1.0
    assert found["errors"].met
    assert not any(row.fault for row in found.values())


def test_where_anything_went_wrong_no_row_counts():
    one = watcher([])
    one.faults = ["shown in the page: no"]
    found = load.rows(lesson_of(one), SMOKE)
    assert not any(row.met for row in found)
    assert "shown in the page: no" in found[-1].includes


def test_a_failure_ends_one_learner_alone_and_is_told():
    one = watcher([])
    asyncio.run(lesson.together([one], Learner.tour))
    asyncio.run(lesson.together([one], Learner.tour))
    assert one.faults == ["tour: there is no window"]


def test_long_messages_are_remembered_as_long_as_the_frontend_does():
    cache = Cache()
    cache.hear(ForwardMsg(hash="chart", metadata={"cacheable": True}, delta={"fragment_id": "f"}))
    cache.hear(ForwardMsg(hash="short"))
    for _ in range(3):
        cache.ran(["another"])
    assert cache.names == ["chart"]
    cache.hear(ForwardMsg(ref_hash="chart"))
    for left in (["chart"], ["chart"], []):
        cache.ran(["f"])
        assert cache.names == left


def told(status, *waits):
    """What a page was sent of a run, and a server that answers looks at it, one after the other."""
    answers = [
        json.dumps({"where": f"look {n}", "cursor": f"{n}", "wait": wait, "state": "s"}).encode()
        for n, wait in enumerate(waits)
    ]

    async def get(url, **headers):
        asked.append((url, headers))
        return status, None, answers[len(asked)]

    asked = []
    return asked, get, json.loads(answers[0])


def follow(get, news, monkeypatch):
    """Follow a run until it ends: what was seen, what failed, and the looks."""
    monkeypatch.setattr(ticks, "get", get)
    seen, failed = [], []
    about = {"route": "live/run/run", "token": "t", "state": "s", "asks": True}

    async def go():
        looks = Ticks("http://here", seen.append, failed.append)
        looks.start({"about": about, "news": news}, None)
        await looks._task
        return looks.done

    return seen, failed, asyncio.run(go())


def test_a_run_is_looked_at_again_and_again_until_nothing_moves(monkeypatch):
    asked, get, news = told(200, 0.01, 0.01, 0)
    seen, failed, done = follow(get, news, monkeypatch)
    assert [url for url, _ in asked] == [
        "http://here/live/run/run?after=0",
        "http://here/live/run/run?after=1",
    ]
    assert asked[0][1] == {HEADER: "t"}
    assert seen == ["look 0", "look 1", "look 2"]
    assert len(done) == 2
    assert failed == []
    assert done[0].size == len(json.dumps(news))


def test_a_look_that_is_refused_is_a_fault(monkeypatch):
    _, get, news = told(500, 0.01, 0.01)
    _, failed, done = follow(get, news, monkeypatch)
    assert failed == ["a look at a run was answered with status 500"]
    assert done == []


@pytest.mark.whole
def test_a_learner_trains_and_looks_around(monkeypatch):
    monkeypatch.setattr(learner, "THERE", (0, 0))
    sizes = replace(SMOKE, arrive_seconds=0)

    async def learn(url):
        one = Learner(url, 0, sizes)
        for stage in (Learner.arrive, Learner.start, Learner.look_around, Learner.follow):
            await stage(one)
        await one.leave()
        return one

    with server(workers=1) as app:
        one = asyncio.run(asyncio.wait_for(learn(app.url), 120))
    assert one.faults == []
    assert one.ended
    assert one.looks[-1].step == one.looks[-1].total == 38
    assert [wait.what for wait in one.waits if wait.training][:3] == ["page", "setting", "page"]
