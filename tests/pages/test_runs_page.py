"""The Runs page without a browser: table, questions, sentence, and what is done with a run."""

import json
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model import server
from model.training.batches import split, steps_per_epoch
from model.training.metrics import Score
from model.training.questions import QUESTIONS
from model.training.recipes import Config
from model.training.results import Slice
from model.training.snapshot import ENDED, TRAINING
from model.training.storage.database import StorageError
from tests.pages.test_train_page import APP, CONFUSION, Engine, button, captions, wait
from ui import state
from ui.runs import table as runs_table
from ui.runs.view import View

SMALL = Config(data="wardrobe", epochs=2, batch_size=50, train_images=1_000)
TITLE = "<b>Big</b> [one](http://x)"


class Whole(Engine):
    """Trains runs to their ends, on the drawn clothes, and learns nothing."""

    def submit(self, job):
        checkpoint, config, steps, last = job.arguments
        parts = split(6_000, config.train_images, config.validation_images)
        per_epoch = steps_per_epoch(len(parts.train), config.batch_size)
        after = replace(checkpoint, step=checkpoint.step + steps)
        each = np.full(steps, 0.5, np.float32)
        score = Score(0.3, 0.91, CONFUSION)
        held_out = score if config.validation_images and after.step % per_epoch == 0 else None
        ends = last or after.step == per_epoch * config.epochs
        result = Slice(after, each, each, 0.01, held_out, score if ends else None)
        self.waiting.append(lambda: job.on_done(result, None))
        if self.answering:
            self.answer()


@pytest.fixture
def engine(trained_by):
    return trained_by(Whole())


@pytest.fixture
def page(engine, opened):
    return opened("pages/runs.py")


def begin(page, config=SMALL, ends=True, **more):
    """A run of the page's visitor."""
    token = server.runs().start(config, "custom", page.session_state[state.VISITOR], **more)
    run = server.runs().get(token)
    if ends:
        wait(lambda: run.status in ENDED)
    return run


def table(page):
    """What the table was told."""
    shown = [one.proto for one in page.main.get("bidi_component")]
    [told] = [one.bytes for one in shown if one.component_name.endswith("lenet_runs")]
    return json.loads(told)


def rows(page):
    return [{key: cell[0] for key, cell in row["cells"].items()} for row in table(page)["rows"]]


def drawn(page):
    """The names of the lines in the chart."""
    shown = [one.proto for one in page.main.get("bidi_component")]
    [told] = [one.bytes for one in shown if one.component_name.endswith("lenet_plot")]
    return [one["name"] for one in json.loads(told)["figure"]["data"]]


def look_at(page, *runs, **more):
    page.session_state[state.RUNS_VIEW] = View(chosen=tuple(run.name for run in runs), **more)
    return page.run()


def words(page):
    kinds = (page.markdown, page.caption, page.warning, page.info)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def test_without_a_run_there_are_questions_alone(page):
    assert not page.exception
    assert [one.label for one in page.expander if one.proto.expanded] == ["Questions to try"]
    assert "Your runs will stand here" in captions(page)
    assert "the first run measures it" in captions(page)
    labels = [one.label for one in page.button if one.label.startswith("Start ")]
    assert labels == ["Start 2 runs", "Start 2 runs", "Start 2 runs", "Start 3 runs"]


def test_runs_stand_latest_first_with_what_differs(page):
    begin(page)
    begin(page, replace(SMALL, learning_rate=0.01, train_images=500), title=TITLE)
    page.run()
    assert not page.exception
    newest, oldest = rows(page)
    assert newest["title"] == TITLE  # a component writes text as text
    assert "learning rate 0.01" in newest["settings"]
    assert "training images 500" in newest["settings"]
    assert newest["epochs"] == "2"
    assert newest["test"] == "91.00\u00a0%"
    assert newest["validation"] == "–"
    assert oldest["title"].startswith("LeNet, ")
    assert "learning rate" not in oldest["settings"]
    assert not page.expander[0].proto.expanded


def test_a_stranger_sees_no_run(page):
    begin(page)
    stranger = AppTest.from_file(APP, default_timeout=30)
    stranger.run()
    stranger.switch_page("pages/runs.py").run()
    assert "Your runs will stand here" in captions(stranger)


def test_the_newest_two_are_drawn_and_compared_until_somebody_chooses(page):
    for title in ("A", "B", "C"):
        begin(page, title=title)
    page.run()
    assert [one.split(",")[0] for one in drawn(page)] == ["C", "B"]
    assert "**C** and **B** are equal, to the picture." in words(page)
    assert "Choose one run alone" in captions(page)
    look_at(page)
    assert "Choose up to six runs" in captions(page)


def test_two_runs_of_one_name_are_told_apart(page):
    runs = [begin(page, title="Same") for _ in range(2)]
    look_at(page, *runs)
    assert [one["title"] for one in rows(page)] == ["Same (2)", "Same"]
    assert [one.split(",")[0] for one in drawn(page)] == ["Same", "Same (2)"]


def test_a_name_in_a_sentence_stays_text(page):
    look_at(page, begin(page, title=TITLE))
    assert "\\<b\\>Big" in words(page)
    assert "\\[one\\]" in words(page)


def open_with(page, **asked):
    """The same visitor's page by an address."""
    again = AppTest.from_file(APP, default_timeout=30)
    again.session_state[state.VISITOR] = page.session_state[state.VISITOR]
    again.session_state[state.VISITOR_TOLD] = True
    again.run()
    for name, value in asked.items():
        again.query_params[name] = value
    return again.switch_page("pages/runs.py").run()


def test_the_view_stands_in_the_address(page):
    first, second, _ = (begin(page, title=title) for title in "ABC")
    chosen = f"{second.name[:8]}.{first.name[:8]}"
    again = open_with(page, chosen=chosen, draw="loss", scale="log", sort="-test", filter="lenet")
    assert [one.split(",")[0] for one in drawn(again)] == ["B", "A"]
    told = table(again)
    assert told["chosen"] == [second.name, first.name]
    assert (told["sort"], told["filter"]) == ("-test", "lenet")
    assert told["address"] == {
        "question": None,
        "draw": "loss",
        "pictures": None,
        "axis": None,
        "scale": "log",
    }
    assert not again.warning
    assert table(open_with(page, chosen="none"))["chosen"] == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"chosen": "0123abcd"}, "1 run that is not among yours"),
        ({"chosen": "0123abcd.4567abcd"}, "2 runs that are not among yours"),
        ({"chosen": "<b>"}, "The address asks for no run"),
        ({"sort": "colour"}, "an order of runs that there is not: colour"),
        ({"draw": "1"}, "a way to draw curves that there is not: 1"),
        ({"question": "why"}, "a question that there is not: why"),
    ],
)
def test_an_address_that_makes_no_sense_is_told(page, asked, sentence):
    begin(page, title="A")
    again = open_with(page, **asked)
    assert not again.exception
    assert any(sentence in one.value for one in again.warning)
    assert [one["title"] for one in rows(again)] == ["A"]


def test_a_question_starts_its_runs_and_turns_to_them(page):
    page.button("runs_try_rate").click().run()
    assert not page.exception
    assert [one["title"] for one in rows(page)] == [
        "Learning rate 0.01",
        "Learning rate 0.001",
        "Learning rate 0.0001",
    ]
    assert page.session_state[state.RUNS_VIEW].question == "rate"
    assert len(table(page)["chosen"]) == 3
    assert QUESTIONS["rate"].look in words(page)
    runs = [server.runs().get(one.token) for one in server.runs().of(visitor(page))]
    assert {run.snapshot().config.data for run in runs} == {"wardrobe"}
    wait(lambda: all(run.status in ENDED for run in runs))
    page.run()
    assert "are equal, to the picture." in words(page)
    assert "About 1 second while nobody else trains." in captions(page)
    assert "An epoch: LeNet 1 second" in captions(page)


def visitor(page):
    return page.session_state[state.VISITOR]


def test_what_the_quota_refuses_is_told_and_the_rest_is_drawn(page, engine):
    engine.answering = False
    begin(page, ends=False)
    page.run()
    page.button("runs_try_rate").click().run()
    assert not page.exception
    told = [one.value for one in page.warning]
    assert "Learning rate 0.01 was not started. 3 of your runs are training already" in told[0]
    assert len(table(page)["chosen"]) == 2
    page.button("runs_try_plain").click().run()
    assert "LeNet was not started" in page.warning[0].value
    assert len(rows(page)) == 3


def test_a_run_is_renamed_and_its_own_name_comes_back(page):
    run = begin(page, title="Old")
    look_at(page, run)
    page.text_input(f"runs_title_{run.name}").set_value(" New  name ")
    button(page, "Save the name").click().run()
    assert rows(page)[0]["title"] == "New name"
    page.text_input(f"runs_title_{run.name}").set_value(" ")
    button(page, "Save the name").click().run()
    assert rows(page)[0]["title"].startswith("LeNet, ")


def test_a_long_name_is_shortened_and_can_still_be_edited(page):
    begin(page, title="x" * 40)
    run = begin(page, title="x" * 40)
    look_at(page, run)
    field = page.text_input(f"runs_title_{run.name}")
    assert field.value == "x" * 40 + " (2)"
    assert len(field.value) <= field.proto.max_chars
    field.set_value("y" * 190)
    button(page, "Save the name").click().run()
    assert rows(page)[0]["title"] == "y" * 26 + "…" + "y" * 13


def test_a_run_is_trained_on_from_where_it_stopped(page):
    run = begin(page)
    look_at(page, run)
    page.number_input(f"runs_epochs_{run.name}_2").set_value(3)
    page.button("runs_train_on").click().run()
    assert not page.exception
    assert run.snapshot().config.epochs == 3
    wait(lambda: run.status in ENDED)
    assert run.snapshot().step == 60
    page.run()
    assert rows(page)[0]["epochs"] == "3"


def test_why_a_run_cannot_be_trained_on_is_told(page, engine):
    run = begin(page)
    engine.answering = False
    for _ in range(3):
        begin(page, ends=False)
    look_at(page, run)
    page.button("runs_train_on").click().run()
    assert "3 of your runs are training already" in page.warning[0].value
    assert run.status in ENDED


def test_a_new_run_begins_with_the_weights_of_another_and_other_settings(page):
    run = begin(page, title="First")
    look_at(page, run)
    page.text_input(f"runs_fork_rate_{run.name}").set_value("0,0001")
    page.number_input(f"runs_fork_epochs_{run.name}").set_value(1)
    page.button("runs_fork").click().run()
    assert not page.exception
    newest = server.runs().of(visitor(page))[0]
    assert newest.about.origin.name == run.name
    assert newest.about.config == replace(SMALL, learning_rate=0.0001, epochs=1)
    assert rows(page)[0]["title"] == "From First"
    assert rows(page)[0]["settings"].endswith("begun with First")
    assert table(page)["chosen"] == [run.name, newest.about.name]
    assert run.snapshot().config == SMALL


def test_a_wrong_setting_of_a_new_run_is_told(page):
    run = begin(page)
    look_at(page, run)
    page.text_input(f"runs_fork_rate_{run.name}").set_value("fast")
    page.button("runs_fork").click().run()
    assert "Learning rate is 'fast'; it must be a number." in page.warning[0].value
    assert len(rows(page)) == 1


def test_a_run_is_deleted_with_its_curves(page):
    kept, gone = begin(page, title="Kept"), begin(page, title="Gone")
    page.session_state[state.RUN] = server.runs().of(visitor(page))[0].token
    look_at(page, gone)
    assert "lost for good" in words(page)
    page.button("runs_delete").click().run()
    assert not page.exception
    assert [one["title"] for one in rows(page)] == ["Kept"]
    assert [one.about.name for one in server.runs().of(visitor(page))] == [kept.name]
    assert page.session_state[state.RUN] is None, "the address leads to it no more"


def test_a_run_that_cannot_be_deleted_now_is_told(page, monkeypatch):
    def fail(_run):
        raise StorageError("The server's disk is full.")

    look_at(page, begin(page))
    monkeypatch.setattr(server.runs(), "remove", fail)
    page.button("runs_delete").click().run()
    assert "The server's disk is full." in page.warning[0].value
    assert len(rows(page)) == 1


def test_a_run_is_opened_on_train_and_looked_into_on_network(page):
    run = begin(page, title="Mine")
    look_at(page, run)
    page.button("runs_inside").click().run()
    assert page.title[0].value == "Network"
    assert page.session_state[state.IN_USE] == f"run-{run.name}"
    page.switch_page("pages/runs.py").run()
    page.button("runs_open").click().run()
    assert page.title[0].value == "Train"
    token = page.session_state["run_token"]
    assert server.runs().get(token) is run


def test_the_page_looks_again_only_while_something_trains(page, engine):
    look_at(page, begin(page))
    listed = server.runs().of(visitor(page))
    assert runs_table.seconds(listed) is None
    engine.answering = False
    run = begin(page, ends=False)
    assert run.status in TRAINING
    assert runs_table.seconds(server.runs().of(visitor(page))) > 0


def test_a_run_that_went_away_meanwhile_is_forgotten(page):
    run = begin(page)
    look_at(page, run)
    server.runs().remove(run)
    page.run()
    assert not page.exception
    assert "Your runs will stand here" in captions(page)
