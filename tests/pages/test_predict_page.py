"""The Predict page in AppTest: every source, and every kind of trouble, without a browser."""

import base64
import io
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from model import PROJECT, server
from model.data.datasets import CLASSES
from model.networks.architectures import NETWORKS, initial_weights
from model.training.run_store import Listed
from model.training.storage.database import StorageError
from model.training.storage.record import Summary
from model.training.tokens import of_run
from ui import state
from ui.attempts import NONE
from ui.predict import answers, files
from ui.predict.closer_looks import LOOKS
from ui.predict.drawing import MOST_STEPS, Drawing

TIMEOUT = 60


@pytest.fixture
def page():
    at = AppTest.from_file(PROJECT / "app.py", default_timeout=TIMEOUT)
    at.run()
    return at.switch_page("pages/predict.py").run()


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def shirt(ground="white"):
    picture = Image.new("RGBA", (288, 288), ground)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((90, 40, 200, 250), fill="#8a8a8a")
    pen.rectangle((40, 40, 250, 110), fill="#8a8a8a")
    return picture


def stroke(at, picture, strokes=1):
    """What the canvas tells when it has this many strokes and looks like this."""
    data = "data:image/png;base64," + base64.b64encode(png(picture)).decode()
    raw = {"objects": [{"type": "Path", "left": number} for number in range(strokes)]}
    canvas = at.session_state[state.DRAWING].key
    at.session_state[canvas] = {"drawing": {"raw": raw, "data": data}}
    return at.run()


def choose(at, source):
    return at.pills(key="predict_source").set_value(source).run()


def words(at):
    parts = (at.markdown, at.caption, at.info, at.warning, at.subheader)
    return "\n".join(element.value for elements in parts for element in elements)


def answered(at):
    assert not at.exception
    assert "Softmax" in words(at)
    return next(one.value for one in at.subheader if one.value in CLASSES)


def test_blank_canvas_invites(page):
    assert not page.exception
    assert "The answer follows every stroke." in page.info[0].value
    key = page.session_state[state.DRAWING].key
    for button in ("draw_clear", "draw_undo"):  # neither has anything to do
        page.button(key=button).click().run()
        assert page.session_state[state.DRAWING].key == key


def test_a_stroke_is_answered(page):
    stroke(page, shirt())
    assert answered(page)
    assert "outline drawing" not in words(page)


def test_white_strokes_only_are_a_sentence(page):
    stroke(page, Image.new("RGBA", (288, 288), "white"))
    assert not page.exception
    assert "one colour" in page.info[0].value


def test_undo_takes_back_one_step_at_once_and_clear_is_a_step(page):
    stroke(page, shirt())
    first = answered(page)
    stroke(page, shirt("black"), strokes=2)
    page.button(key="draw_undo").click().run()
    assert answered(page) == first
    assert len(page.session_state[state.DRAWING].start) == 1
    page.button(key="draw_clear").click().run()
    assert "The canvas is empty" in page.info[0].value
    page.button(key="draw_undo").click().run()
    assert answered(page) == first
    page.button(key="draw_undo").click().run()
    assert "The canvas is empty" in page.info[0].value
    page.button(key="draw_undo").click().run()
    assert "The canvas is empty" in page.info[0].value


def test_a_canvas_that_was_replaced_is_not_listened_to(page):
    stroke(page, shirt())
    old = page.session_state[state.DRAWING].key
    late = page.session_state[old]
    page.button(key="draw_clear").click().run()
    page.session_state[old] = late
    page.run()
    assert "The canvas is empty" in page.info[0].value


def test_steps_share_the_strokes_that_they_have_in_common_and_do_not_grow_for_ever():
    drawing = Drawing()
    for number in range(MOST_STEPS + 5):
        drawing.add([{"left": one} for one in range(number + 1)], b"png")
    assert len(drawing.steps) == MOST_STEPS
    assert drawing.steps[-1].objects == [{"left": one} for one in range(MOST_STEPS + 5)]
    assert drawing.steps[-1].objects[0] is drawing.steps[0].objects[0]


def test_undo_stops_at_the_oldest_step_that_is_kept_however_often_it_is_pressed():
    drawing = Drawing()
    for number in range(MOST_STEPS + 5):
        drawing.add([{"left": one} for one in range(number + 1)], b"png")
    for _ in range(MOST_STEPS + 5):
        drawing.undo()
    assert len(drawing.now.objects) == 6
    fresh = Drawing()
    fresh.undo()
    assert fresh.now.objects == []


def unfold(at):
    """Have the widgets there that change the preparation of a drawing."""
    at.session_state["Draw_changes"] = True
    return at.run()


def stages(at):
    """The stages that are shown, by name."""
    shown = next(block.value for block in at.get("html") if 'class="stages"' in block.value)
    return re.findall(r"<strong>\d\. (.*?)</strong>", shown)


def test_overrides_change_the_answer_picture(page):
    stroke(page, shirt())
    assert "Crop" in stages(page)
    assert "Draw_crop" not in [one.key for one in page.segmented_control]
    unfold(page)
    page.segmented_control(key="Draw_crop").set_value("No").run()
    assert not page.exception
    assert "Crop" not in stages(page)
    page.session_state["Draw_changes"] = False
    page.run()
    assert "Crop" not in stages(page), "what was chosen stays when it is folded away"


def test_threshold_by_hand_that_finds_nothing(page):
    stroke(page, shirt())
    unfold(page)
    page.toggle(key="Draw_find").set_value(False).run()
    page.slider(key="Draw_threshold").set_value(255).run()
    assert not page.exception
    assert "lower threshold" in page.info[0].value
    page.slider(key="Draw_threshold").set_value(30).run()
    assert answered(page)


def test_upload(page):
    choose(page, "Upload")
    assert "not stored" in words(page)
    page.file_uploader[0].upload("shirt.png", png(shirt()), "image/png").run()
    assert answered(page)


BAD = {
    "text": (b"milk, bread", "not a picture"),
    "tiny": (png(Image.new("RGB", (1, 1))), "too small"),
    "truncated": (png(shirt())[:600], "damaged"),
    "blank": (png(Image.new("RGB", (90, 90), "white")), "one colour"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_a_sentence_and_the_page_works_on(page, name):
    content, sentence = BAD[name]
    choose(page, "Upload")
    page.file_uploader[0].upload("bad.png", content, "image/png").run()
    assert not page.exception
    assert sentence in page.info[0].value
    page.file_uploader[0].set_value([("shirt.png", png(shirt()), "image/png")]).run()
    assert answered(page)


def test_several_files_are_a_table(page):
    choose(page, "Upload")
    files = [("a.png", png(shirt()), "image/png"), ("b.png", b"no", "image/png")]
    page.file_uploader[0].set_value(files).run()
    table = page.dataframe[0].value
    assert list(table["File"]) == ["a.png", "b.png"]
    assert table["Picture"][0].startswith("data:image/")
    assert table["Taken for"][0].endswith("\u00a0%")
    assert table["Taken for"][1] == "cannot be read"
    assert answered(page)
    page.selectbox(key="predict_file").select(1).run()
    assert "not a picture" in page.info[0].value


def test_files_are_still_there_after_a_look_at_another_source(page):
    choose(page, "Upload")
    page.file_uploader[0].upload("shirt.png", png(shirt()), "image/png").run()
    before = answered(page)
    choose(page, "From the data set")
    choose(page, "Upload")
    assert "Still here: **shirt.png**" in words(page)
    assert answered(page) == before
    files = [("a.png", png(shirt()), "image/png"), ("b.png", png(shirt()), "image/png")]
    page.file_uploader[0].set_value(files).run()
    assert list(page.dataframe[0].value["File"]) == ["shirt.png", "a.png", "b.png"]
    page.file_uploader[0].set_value(files[:1]).run()
    assert list(page.dataframe[0].value["File"]) == ["shirt.png", "a.png"]
    page.button(key="predict_remove").click().run()
    assert "Still here" not in words(page)
    page.file_uploader[0].set_value([]).run()
    assert "Choose a picture" in page.info[0].value


def test_a_drawing_is_still_there_after_a_look_at_another_page(page):
    stroke(page, shirt())
    drawn, before = page.session_state[state.DRAWING].now.objects, answered(page)
    page.switch_page("pages/home.py").run()
    page.switch_page("pages/predict.py").run()
    assert page.session_state[state.DRAWING].start == drawn != []
    assert answered(page) == before


def test_from_the_data_set(page):
    choose(page, "From the data set")
    assert answered(page)
    assert not page.expander, "nothing is done to these pictures, so nothing can be changed"
    assert "It is: **" in words(page)
    page.multiselect(key="predict_classes").select(8).run()
    assert "It is: **Bag**" in words(page)
    before = page.session_state[state.SAMPLE]
    page.button(key="predict_another").click().run()
    assert page.session_state[state.SAMPLE] == before + 1
    assert "It is: **Bag**" in words(page)


@pytest.mark.parametrize("look", LOOKS)
def test_every_closer_look(page, look):
    choose(page, "Samples")
    page.pills(key="predict_look").set_value(look).run()
    assert answered(page)


def test_the_sliders_change_the_answer_below_and_can_be_undone(page):
    choose(page, "From the data set")
    page.pills(key="predict_look").set_value("Try to break it").run()
    before = words(page)
    page.slider(key="break_rotation").set_value(90).run()
    assert not page.exception
    assert words(page) != before
    page.button(key="break_reset").click().run()
    assert words(page) == before


def figures(at):
    """The percentages of the headline, and of "Now" and "Before" in "Try to break it"."""
    told = re.search(r"\*\*([\d.]+)\s%\*\*.* Then ", words(at))[1]
    now, before = re.search(
        r"Now: \*\*.*, ([\d.]+)\s%\*\*  \nBefore: .*, ([\d.]+)\s%", words(at)
    ).groups()
    return told, now, before


@pytest.mark.parametrize("source", ["Samples", "From the data set", "pair"])
def test_one_picture_has_one_figure(page, source):
    if source == "pair":
        choose(page, "Upload")
        two = Image.new("RGB", (300, 200), "white")
        for left in (30, 170):
            ImageDraw.Draw(two).polygon(
                [(left, 60), (left + 40, 60), (left + 90, 120), (left + 90, 150), (left, 150)],
                "#555",
            )
        page.file_uploader[0].upload("pair.png", png(two), "image/png").run()
    else:
        choose(page, source)
    page.pills(key="predict_look").set_value("Try to break it").run()
    assert len(set(figures(page))) == 1
    page.slider(key="break_rotation").set_value(90).run()
    told, now, before = figures(page)
    assert told == before != now
    views = {
        "Samples": "looks at your picture 6 times",
        "From the data set": "once, as it is",
        "pair": "looks at your picture 8 times",
    }
    assert views[source] in words(page)


def test_a_new_picture_starts_undisturbed_and_a_drawing_that_grows_stays_turned(page):
    choose(page, "Samples")
    page.pills(key="predict_look").set_value("Try to break it").run()
    page.slider(key="break_rotation").set_value(90).run()
    page.pills(key="predict_sample_name").set_value("picture_8").run()
    assert page.slider(key="break_rotation").value == 0
    assert len(set(figures(page))) == 1
    stroke(choose(page, "Draw"), shirt())
    page.slider(key="break_noise").set_value(60).run()
    stroke(page, shirt("#f4f4f4"), strokes=2)
    assert page.slider(key="break_noise").value == 60
    page.pills(key="predict_look").set_value("Where it looked").run()
    choose(page, "Samples")
    page.pills(key="predict_look").set_value("Try to break it").run()
    assert page.slider(key="break_noise").value == 0


def test_a_face_is_called_strange_and_clothes_are_not(page):
    choose(page, "Samples")
    page.pills(key="predict_sample_name").set_value("strange_face").run()
    assert "does not look like the clothes" in words(page)
    choose(page, "From the data set")
    assert "does not look like the clothes" not in words(page)


def test_the_bars_can_be_sorted(page):
    choose(page, "Samples")
    page.segmented_control(key="predict_order").set_value("Likeliest first").run()
    assert not page.exception
    winner = answered(page)
    table = next(block.value for block in page.get("html") if "bars" in block.value)
    assert table.index(winner) == min(table.index(f">{name}<") + 1 for name in CLASSES)


def test_score_of_ones_own_pictures(page):
    choose(page, "Upload")
    page.file_uploader[0].upload("shirt.png", png(shirt()), "image/png").run()
    page.button(key="attempt_yes").click().run()
    assert "Score: 1 of 1 recognised" in words(page)
    page.button(key="attempt_change").click().run()
    next(one for one in page.selectbox if one.label == "No, it is").set_value(10).run()
    assert "Score: 0 of 1 recognised" in words(page)
    stroke(choose(page, "Draw"), shirt())
    assert "Your last attempts" in [one.value for one in page.subheader]
    assert len(page.session_state[state.ATTEMPTS]) == 2


def attempts(at):
    return at.session_state[state.ATTEMPTS]


def say(at, truth):
    """Answer the question whether it was right by what it is."""
    next(one for one in at.selectbox if one.label == "No, it is").set_value(truth).run()


def outline(width=26):
    """A T-shirt as people draw one with the default brush: its outline alone."""
    picture = Image.new("RGBA", (288, 288), "white")
    corners = [(90, 45), (198, 45), (255, 95), (225, 130), (200, 110), (200, 250), (88, 250)]
    corners += [(88, 110), (63, 130), (33, 95)]
    ImageDraw.Draw(picture).line([*corners, *corners[:2]], "#8a8a8a", width, joint="curve")
    return picture


def test_the_question_and_the_score_are_about_the_class_in_the_headline_also_in_doubt(page):
    stroke(page, outline())
    monkey = answered(page)
    page.session_state[state.ATTEMPTS] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "is_strange", lambda *_: True)
        page.run()
        assert answered(page) == monkey
        assert "does not look like the clothes" in words(page)
        assert f"%**, {answers.DOUBT}. Then" in words(page)
        assert f"Was this right: **{monkey}**?" in words(page)
        page.button("attempt_yes").click().run()
        assert f"You said: **{monkey}**, so it was right. Score: 1 of 1" in words(page)
    [attempt] = attempts(page)
    assert (attempt.guess, attempt.truth) == (CLASSES.index(monkey),) * 2


def test_a_strange_picture_may_be_none_of_the_ten(page):
    choose(page, "Samples")
    page.pills(key="predict_sample_name").set_value("strange_face").run()
    named = answered(page)
    assert f"Was this right: **{named}**?" in words(page)
    assert "Was this right: **none" not in words(page)
    say(page, NONE)
    assert "so it was wrong, but it was in doubt. Score: 0 of 1 recognised" in words(page)
    stroke(choose(page, "Draw"), shirt())
    say(page, NONE)
    assert "so it was wrong. Score: 0 of 2 recognised" in words(page)
    assert "None of the ten: 2, and 1 in doubt." in words(page)


def test_the_places_of_the_answer_are_there_before_it_is(page):
    def tables():
        return [block.value for block in page.get("html") if "<table" in block.value]

    [blank] = tables()
    assert page.segmented_control(key="predict_order")
    assert page.pills(key="predict_look")
    stroke(page, shirt())
    [bars] = tables()
    assert re.findall("<th.*?</th>", bars) == re.findall("<th.*?</th>", blank)
    assert re.findall(r"[\d.]+\s%", blank) == []


def test_attempts_come_back_after_a_refresh_and_can_be_forgotten(page):
    choose(page, "Upload").file_uploader[0].upload("a.png", png(shirt()), "image/png").run()
    page.button("attempt_yes").click().run()
    stroke(choose(page, "Draw"), shirt("#ffe0a0"))
    page.button("attempt_yes").click().run()
    again = AppTest.from_file(PROJECT / "app.py", default_timeout=TIMEOUT)
    again.session_state[state.VISITOR] = page.session_state[state.VISITOR]
    again.run().switch_page("pages/predict.py").run()
    kept = [(one.key, one.truth) for one in attempts(page) if one.truth is not None]
    assert [(one.key, one.truth) for one in attempts(again) if one.truth is not None] == kept
    assert "Score: 2 of 2 recognised" in words(again)
    again.button("attempts_forget").click().run()
    assert "Your last attempts" not in words(again)
    third = AppTest.from_file(PROJECT / "app.py", default_timeout=TIMEOUT)
    third.session_state[state.VISITOR] = page.session_state[state.VISITOR]
    third.run().switch_page("pages/predict.py").run()
    assert "Your last attempts" not in words(third)


def test_files_of_one_name_are_told_apart(page):
    choose(page, "Upload")
    page.file_uploader[0].upload("image.jpg", png(shirt()), "image/png").run()
    page.button(key="attempt_yes").click().run()
    page.file_uploader[0].set_value([("image.jpg", png(shirt("#ffe0a0")), "image/png")]).run()
    assert "Was this right" in words(page)
    assert len(page.session_state[state.ATTEMPTS]) == 2


def test_pictures_of_the_data_set_do_not_count(page):
    choose(page, "From the data set")
    assert "Was this right" not in words(page)
    assert state.ATTEMPTS not in page.session_state


def test_answers_as_csv():
    values = np.full(10, 0.05)
    values[3] = 0.55
    found = [files.Answer(values, strange=True), "This is not a picture."]
    lines = files.as_csv(["a.png", "b, b.png"], found).splitlines()
    assert lines[0].startswith("file,index,label,T-shirt/top")
    assert lines[1].startswith("a.png,3,Dress,0.05")
    assert lines[0].endswith("Ankle boot,strange,error")
    assert lines[1].endswith(",yes,")
    assert files.as_csv(["a.png"], [files.Answer(values, None)]).endswith(",0.050000,,\n")
    assert lines[2].startswith('"b, b.png",,,')
    assert lines[2].endswith("This is not a picture.")


def test_an_answer_does_not_wait_for_what_is_usual(page, slow_jobs):
    """It comes without how sure to be of it, and that is filled in once a worker knows."""
    choose(page, "Samples")
    page.pills(key="predict_sample_name").set_value("strange_face").run()
    assert answered(page)
    assert "looks at some ordinary clothes" in words(page)
    assert "does not look like the clothes" not in words(page)
    assert not any(sure in words(page) for _, sure in answers.SURE)
    assert answers.DOUBT not in words(page)
    assert attempts(page)[0].doubted is None
    assert len(slow_jobs.waiting) == 1, "asked for once, however often the page runs"
    slow_jobs.holds = False
    job = slow_jobs.waiting.pop()
    job.on_done(job.work(*job.arguments), None)
    page.run()
    assert "does not look like the clothes" in words(page)
    assert "some ordinary clothes" not in words(page)
    assert [one.doubted for one in attempts(page)] == [True]


def test_what_is_usual_is_asked_for_while_the_visitor_still_draws(page, slow_jobs):
    page.run()
    assert "The canvas is empty" in page.info[0].value
    assert len(slow_jobs.waiting) == 1


def test_several_files_do_not_wait_for_what_is_usual(page, slow_jobs):
    choose(page, "Upload")
    files = [(name, png(shirt()), "image/png") for name in ("a.png", "b.png")]
    page.file_uploader[0].set_value(files).run()
    assert page.dataframe[0].value["Taken for"][0].endswith("\u00a0%")
    assert "which of them do not look like clothes" in words(page)


def test_the_closest_training_pictures_are_looked_for_when_somebody_asks(page, slow_jobs):
    choose(page, "From the data set")
    assert len(slow_jobs.waiting) == 1
    page.pills(key="predict_look").set_value("What it looks like").run()
    assert len(slow_jobs.waiting) == 2
    assert "Looking at training pictures" in words(page)
    for job in slow_jobs.waiting:
        job.on_done(job.work(*job.arguments), None)
    page.run()
    assert "these have the features most like yours" in words(page)
    assert "Looking at training pictures" not in words(page)


class FakeRun:
    """A run that has trained one epoch and goes on."""

    name, status, total_steps, steps_per_epoch = "abc", "running", 4, 2

    def __init__(self):
        self.weights = state.shipped()[0][state.READY_MADE].trained

    def watch(self, watcher, is_here):
        pass

    def snapshot(self):
        return self

    def trained(self):
        return replace(self.weights, epoch=1.25)

    def summary(self):
        told = (self.name, 0.0, "lenet", "quick", self.status, 1, 2, 2, None)
        return Summary(*told, self.weights.config, None, 0.0, "", False, None)


@pytest.fixture
def run(page, monkeypatch):
    """A run of this visitor, in the page's address."""
    made = FakeRun()
    token = of_run(page.session_state[state.VISITOR], made.name)
    listed = [Listed(token, made.summary())]
    runs = SimpleNamespace(get={token: made}.get, of=lambda *_: listed)
    monkeypatch.setattr(server, "runs", lambda: runs)
    page.query_params["run"] = token
    return made


def test_ones_own_run_answers_while_it_trains_once_it_is_chosen(page, run):
    stroke(page, shirt())
    assert "Your run is training" in words(page)
    assert "Was this right" in words(page)
    page.selectbox("weights_widget").set_value("run-abc").run()
    assert f"Using **{state.LIVE}**" in words(page)
    assert "Your run, running, after 1.25 epochs." in words(page)
    assert answered(page)
    assert "Was this right" not in words(page)
    assert "Your run is training" not in words(page)
    page.selectbox("weights_widget").set_value(state.EVERYDAY).run()
    assert "after 1.25 epochs" not in words(page)
    assert "Was this right" in words(page)
    assert answered(page)


def test_a_run_that_ends_while_it_answers_stays_in_use_and_is_asked_about(page, run):
    stroke(page, shirt())
    page.button("predict_use_run").click().run()
    assert "Was this right" not in words(page)
    run.status = "finished"
    page.run()
    assert not page.exception
    assert page.selectbox("weights_widget").value == "run-abc"
    assert "Using **Your run, 01 Jan 00:" in words(page)
    assert "Was this right" in words(page)


def test_a_run_in_use_that_goes_wrong_is_told_and_loses_nothing(page, run):
    stroke(page, shirt())
    page.button("predict_use_run").click().run()
    weights = {name: np.full_like(array, 1e30) for name, array in run.weights.weights.items()}
    run.weights = replace(run.weights, weights=weights)
    page.run()
    assert not page.exception
    assert "Your run went wrong while it trained" in page.warning[0].value
    assert page.selectbox("weights_widget").value == state.EVERYDAY
    assert answered(page)
    page.run()
    assert not page.warning
    page.selectbox("weights_widget").set_value("run-abc").run()
    assert "Your run went wrong while it trained" in page.warning[0].value
    assert page.selectbox("weights_widget").value == state.EVERYDAY
    assert answered(page)


def test_the_answer_through_the_training_of_ones_run(page, run, monkeypatch):
    stroke(page, shirt())
    page.pills(key="predict_look").set_value("Through the training").run()
    assert "choose your run under" in words(page)
    kept = {step: initial_weights(NETWORKS[run.weights.network], step) for step in (0, 2)}

    def weights_at(_, step):
        if step == 4:
            raise StorageError("It is damaged.")
        return kept[step]

    runs = server.runs()
    monkeypatch.setattr(runs, "moments", lambda _: (0, 2, 4), raising=False)
    monkeypatch.setattr(runs, "weights_at", weights_at, raising=False)
    page.selectbox("weights_widget").set_value("run-abc").run()
    assert not page.exception
    assert "Some moments of this run cannot be read" in page.warning[0].value
    [figure] = [
        json.loads(one.proto.bytes)["figure"]
        for one in page.main.get("bidi_component")
        if one.proto.component_name.endswith("lenet_plot")
    ]
    assert figure["data"][0]["x"] == ["0", "1"]
    sums = np.sum([line["y"] for line in figure["data"]], axis=0)
    assert sums == pytest.approx([1, 1], abs=1e-3)


def test_camera_waits_for_a_picture(page):
    choose(page, "Camera")
    assert not page.exception
    assert "Take a picture" in page.info[0].value


def test_without_weights_the_page_says_so(page, monkeypatch):
    monkeypatch.setattr(state, "choices", dict)
    stroke(page, shirt())
    assert not page.exception
    assert any("No weights" in one.value for one in page.info)


def test_drawing_is_read_as_the_browser_sends_it(page):
    outline = Image.new("RGBA", (288, 288), "white")
    ImageDraw.Draw(outline).rectangle((90, 40, 200, 250), outline="#404040", width=6)
    stroke(page, outline)
    assert answered(page)
    assert "outline drawing" in words(page)
    assert np.asarray(outline).shape == (288, 288, 4)
