"""The Train page without a browser: settings, a run's life, weights from a file."""

import json
import re
import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model import PROJECT, server
from model.data import datasets
from model.insight.gauges import fit_gauge
from model.made import Made
from model.networks.architectures import NETWORKS, initial_weights
from model.training import batches, rate_finder
from model.training import run as run_module
from model.training.checkpoint import Trained, start, to_bytes
from model.training.feed import feed
from model.training.file_kinds import INSTEAD
from model.training.metrics import Score
from model.training.rate_finder import Sweep
from model.training.recipes import LABELS, LIMITS, RECIPES, Config, learning_rates, number
from model.training.results import Slice
from model.training.tokens import showing
from tests import at_once
from ui import images, own_runs, state
from ui.attempts import Attempt
from ui.train import duration, more_settings, settings

APP = str(PROJECT / "app.py")
CONFUSION = np.diag(np.full(10, 100))


class Engine:
    """Answers at once, in the order of the calls, with weights that did not change."""

    workers = 2

    def __init__(self):
        self.answering, self.waiting = True, []

    def warm_up(self):
        pass

    def submit(self, job):
        checkpoint, _config, steps, last = job.arguments
        after = replace(checkpoint, step=checkpoint.step + steps)
        losses = np.full(steps, 0.5, np.float32)
        test = Score(0.3, 0.91, CONFUSION) if last else None
        result = Slice(after, losses, losses, 0.01, None, test)
        self.waiting.append(lambda: job.on_done(result, None))
        if self.answering:
            self.answer()

    def withdraw(self, run):
        return False

    def ahead(self, run):
        return 0

    def answer(self):
        threading.Thread(target=self.waiting.pop(0)).start()


@pytest.fixture
def engine(trained_by):
    return trained_by(Engine())


@pytest.fixture
def page(engine, opened):
    return opened("pages/train.py")


def live(page):
    """What the component that follows a run was told: about the run, and the first news."""
    shown = [one.proto for one in page.main.get("bidi_component")]
    [told] = [one.bytes for one in shown if one.component_name.endswith("lenet_live")]
    return json.loads(told)


def button(page, label):
    return next(b for b in page.button if b.label == label)


def test_the_labels_are_there(page):
    assert not page.exception
    labels = set(fields(page))
    assert {"Network", "Recipe", "Epochs", "Batch size", "Learning rate", "Optimizer"} <= labels
    assert {"Schedule", "Seed", "Training images", "Augmentation"} <= labels
    assert button(page, "Start training")


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_brings_its_own_settings(page, recipe):
    page.selectbox("train_recipe").select(recipe).run()
    config = RECIPES[recipe].config
    values = fields(page)
    assert values["Epochs"] == config.epochs
    assert values["Batch size"] == config.batch_size
    assert values["Learning rate"] == number(config.learning_rate)
    assert values["Augmentation"] == config.augmentation


@pytest.mark.parametrize("name", LIMITS)
def test_a_setting_out_of_range_is_told_and_cannot_be_started(page, name):
    low, high = LIMITS[name]
    usual = fields(page)[LABELS[name]]
    for wrong in (low - 1, high * 2 + 1):
        put(page, name, wrong)
        assert page.error[0].value.startswith(f"{LABELS[name]} is {number(wrong)}")
        assert "; it must be" in page.error[0].value
        assert "e+" not in page.error[0].value
        assert page.button("train_start").disabled
    put(page, name, usual)
    assert not page.error
    assert not page.button("train_start").disabled


def put(page, name, value):
    """Type a setting of the recipe Quick."""
    key = f"train_quick_{name}"
    if isinstance(LIMITS[name][1], float):
        page.text_input(key).set_value(str(value)).run()
    else:
        page.number_input(key).set_value(int(value)).run()


@pytest.mark.parametrize(
    ("written", "rate"), [("0,001", 0.001), ("0.00001", 1e-5), ("1e-4", 1e-4), (" 0.5 ", 0.5)]
)
def test_a_number_with_decimals_is_read_as_it_is_written(page, engine, written, rate):
    engine.answering = False
    put(page, "learning_rate", written)
    assert fields(page)["Learning rate"] == written
    button(page, "Start training").click().run()
    config = server.runs().get(page.session_state["run_token"]).snapshot().config
    assert config.learning_rate == rate
    assert f"at {number(rate)}" in " ".join(one.value for one in page.caption)


@pytest.mark.parametrize("written", ["", "fast", "0.1.2", "nan", "inf"])
def test_what_is_no_number_is_told(page, written):
    put(page, "learning_rate", written)
    assert "Learning rate is" in page.error[0].value
    assert page.button("train_start").disabled
    assert not page.exception


def test_no_more_pictures_can_be_asked_for_than_there_are(page):
    put(page, "train_images", 6_001)
    assert "Training images is 6,001; it must be 100 to 6,000" in page.error[0].value
    put(page, "train_images", 6_000)
    assert not page.error


def test_a_recipe_whose_settings_are_changed_says_so_and_leads_back(page):
    page.selectbox("train_recipe").select("article").run()
    assert "Exactly what the article does" in captions(page)
    page.number_input("train_article_batch_size").set_value(64).run()
    assert "Exactly" not in captions(page)
    assert "**Article, changed:** batch size 64 instead of 32." in captions(page)
    button(page, "Back to the recipe").click().run()
    assert "Exactly what the article does" in captions(page)
    assert fields(page)["Batch size"] == 32
    next(one for one in page.selectbox if one.label == "Network").select("lenet-modern").run()
    assert "Exactly" not in captions(page)


def test_settings_stay_for_other_pages_and_after_a_refresh(page):
    page.selectbox("train_network").select("lenet-modern").run()
    put(page, "batch_size", 48)
    put(page, "learning_rate", "0,002")
    page.switch_page("pages/dataset.py").run()
    page.switch_page("pages/train.py").run()
    typed = {"Network": "lenet-modern", "Batch size": 48, "Learning rate": "0,002"}
    assert fields(page).items() >= typed.items()
    again = AppTest.from_file(APP, default_timeout=30)
    again.session_state[state.VISITOR] = page.session_state[state.VISITOR]
    again.run()
    again.switch_page("pages/train.py").run()
    assert fields(again).items() >= typed.items()
    assert not again.exception


def fields(page):
    """What stands in every field of the form, by its label."""
    kinds = (page.selectbox, page.number_input, page.text_input)
    return {one.label: one.value for kind in kinds for one in kind}


def captions(page):
    return " ".join(one.value for one in page.caption)


def test_a_run_from_start_to_weights_in_use(page, engine):
    engine.answering = False
    page.number_input("train_quick_epochs").set_value(3)
    button(page, "Start training").click().run()
    token = page.session_state["run_token"]
    run = server.runs().get(token)
    assert run.snapshot().config.epochs == 3
    assert run.snapshot().recipe == "custom"
    assert button(page, "Pause")
    assert "TensorFlow is loaded" in live(page)["news"]["where"]
    assert len(live(page)["news"]["look"]["answers"]) == 10
    assert len(live(page)["about"]["look"]["pictures"]) == 10
    assert "3 epochs" in " ".join(c.value for c in page.caption)
    button(page, "Pause").click().run()
    assert run.status == "paused"
    assert "TensorFlow is loaded" in live(page)["news"]["where"]
    button(page, "Resume").click().run()
    assert run.status == "running"
    button(page, "Stop and keep weights").click().run()
    engine.answering = True
    engine.answer()
    wait(lambda: run.status == "stopped")
    page.run()
    assert {m.label: m.value for m in page.metric}["Test accuracy"] == "91.00\u00a0%"
    assert "not to be compared" in " ".join(c.value for c in page.caption)
    labels = [one.label for one in page.get("download_button")]
    assert labels == ["Weights (safetensors)", "History (CSV)"]
    assert f'"{labels[0]}" on the Train page' in INSTEAD
    button(page, "Use this network").click().run()
    assert any("in use now" in s.value for s in page.success)
    chosen = page.selectbox("weights_widget")
    assert "Your run" in chosen.format_func(chosen.value)
    assert not page.exception


def wait(condition):
    done = threading.Event()
    for _ in range(500):
        if condition():
            return
        done.wait(0.02)
    raise AssertionError("waited too long")


def started(page, engine):
    """A run whose first slice waits for its answer."""
    engine.answering = False
    button(page, "Start training").click().run()
    return server.runs().get(page.session_state["run_token"])


def test_step_epoch_and_slow_motion_are_for_when_they_make_sense(page, engine, monkeypatch):
    monkeypatch.setattr(run_module, "SLOW_SECONDS", 0.01)
    run = started(page, engine)
    assert button(page, "Step").disabled
    button(page, "Pause").click().run()
    engine.answer()
    wait(lambda: not run.outstanding)
    before = run.snapshot().step
    button(page, "Step").click().run()
    engine.answer()
    wait(lambda: not run.outstanding)
    assert (run.snapshot().step, run.status) == (before + 1, "paused")
    button(page, "Slow motion").click().run()
    assert run.snapshot().slow
    assert button(page, "Slow motion").disabled
    for _ in range(2):
        wait(lambda: engine.waiting)
        engine.answer()
    wait(lambda: run.snapshot().step >= before + 3)
    assert "Slow motion · epoch 1" in live(page.run())["news"]["where"]
    button(page, "Epoch").click().run()
    assert run.snapshot().until == run.snapshot().steps_per_epoch
    assert "pauses at the end of this epoch" in live(page)["news"]["where"]
    assert not page.exception


def test_start_over_begins_anew_and_keeps_the_first_run(page, engine):
    run = started(page, engine)
    server.runs().change(run, learning_rate=0.01)
    engine.answer()
    wait(lambda: run.snapshot().changes)
    page.run()
    button(page, "Start over").click().run()
    other = server.runs().get(page.session_state["run_token"])
    assert other.name != run.name
    assert run.status == "paused"
    assert other.snapshot().config == run.snapshot().first_config
    assert other.snapshot().config.learning_rate == RECIPES["quick"].config.learning_rate
    assert not page.exception


def test_settings_are_changed_on_the_way_and_what_cannot_be_is_told(page, engine):
    run = started(page, engine)
    rate, epochs = f"change_rate_{run.name}_0.004", f"change_epochs_{run.name}_8"
    for wrong, words in (("fast", "it must be a number"), ("7", "it must be 0.000001 to 1")):
        page.text_input(rate).set_value(wrong)
        button(page, "Apply").click().run()
        assert words in page.error[0].value
    page.text_input(rate).set_value("0,001")
    page.number_input(epochs).set_value(9)
    button(page, "Apply").click().run()
    assert not page.error
    engine.answer()
    wait(lambda: run.snapshot().changes)
    now = run.snapshot().config
    assert (now.learning_rate, now.epochs) == (0.001, 9)
    page.run()
    assert "Learning rate 0.004 → 0.001 after" in captions(page)
    server.runs().change(run, learning_rate=0.002, epochs=12)  # as another tab would
    engine.answer()
    wait(lambda: run.snapshot().config.epochs == 12)
    page.run()
    assert page.text_input(f"change_rate_{run.name}_0.002").value == "0.002"
    assert page.number_input(f"change_epochs_{run.name}_12").value == 12
    assert not page.exception


def test_an_ended_run_trains_on(page, engine):
    run = started(page, engine)
    button(page, "Stop and keep weights").click().run()
    engine.answering = True
    engine.answer()
    wait(lambda: run.status == "stopped")
    run._checkpoint = start(run.snapshot().config)  # as a storage would have kept it
    engine.answering = False
    page.run()
    epochs = f"change_epochs_{run.name}_{run.snapshot().config.epochs}"
    page.number_input(epochs).set_value(1_000)
    button(page, "Train on").click().run()
    assert "it must be 1 to 100" in page.error[0].value
    page.number_input(epochs).set_value(20)
    button(page, "Train on").click().run()
    assert (run.status, run.snapshot().config.epochs) == ("running", 20)
    assert button(page, "Pause")
    assert not page.exception


def test_a_finished_run_proposes_more_epochs_than_it_had(page, engine):
    run = started(page, engine)
    had = run.snapshot().config.epochs
    assert page.number_input(f"change_epochs_{run.name}_{had}").value == had
    whole = run.snapshot().total_steps
    each = np.full(whole, 0.5, np.float32)
    run._change(step=whole, losses=each, accuracies=each, status="finished")
    page.run()
    [field] = [one for one in page.number_input if one.label == "Epochs in all"]
    assert field.value == had + 5
    assert not page.exception


def test_gauges_are_there_for_who_wants_them(page, engine, monkeypatch):
    started(page, engine)
    monkeypatch.setattr(server.runs(), "moments", lambda _: (0, 10))
    monkeypatch.setattr(server.runs(), "weights_at", lambda run, step: start(SETTINGS).weights)
    monkeypatch.setattr(server, "gauge", lambda run, step, weights: fit_gauge(weights()))
    page.toggle("train_gauges").set_value(True).run()
    assert not page.exception
    shown = "\n".join(one.value for one in page.markdown)
    for words in (
        "How strongly the pictures pull",
        "Dead units",
        "spread",
        "Accuracy of each class",
    ):
        assert words in shown
    layers = ["conv1", "conv2", "dense1", "dense2", "dense3"]
    assert page.selectbox("gauge_layer").options == layers
    assert "needs an epoch that has ended" in captions(page)
    image = datasets.load().test_images[7]
    page.session_state[state.ATTEMPTS] = [Attempt("k", "a_[b].png", image.tobytes(), 3, 0.9)]
    page.run()
    assert not page.exception
    assert "Your own picture" in "\n".join(one.value for one in page.markdown)


SETTINGS = Config(data="wardrobe")


def test_a_refresh_comes_back_to_the_run_and_a_stranger_does_not(page, engine):
    engine.answering = False
    button(page, "Start training").click().run()
    token = page.session_state["run_token"]
    again = AppTest.from_file(APP, default_timeout=30)
    again.query_params["run"] = token
    again.run()
    again.switch_page("pages/train.py").run()
    assert button(again, "Pause")
    stranger = AppTest.from_file(APP, default_timeout=30).run()
    stranger.switch_page("pages/train.py").run()
    assert "Pause" not in [b.label for b in stranger.button]
    assert "run_token" not in stranger.session_state


def test_a_link_to_show_watches_and_steers_nothing(page, engine, copyable):
    engine.answering = False
    button(page, "Start training").click().run()
    token = page.session_state["run_token"]
    link = copyable(page)["Link"]
    assert not page.code, "st.code has a browser load 1.6 MB"
    assert link.endswith(f"?run={showing(token)}")
    shown = AppTest.from_file(APP, default_timeout=30)
    shown.query_params["run"] = showing(token)
    shown.run()
    shown.switch_page("pages/train.py").run()
    labels = [one.label for one in shown.button]
    assert not {
        "Pause",
        "Resume",
        "Step",
        "Epoch",
        "Slow motion",
        "Start over",
        "Stop and keep weights",
    } & set(labels)
    assert not copyable(shown)
    assert any("cannot be paused or stopped" in one.value for one in shown.caption)
    assert live(shown)["news"]["where"]
    assert not button(shown, "Start training").disabled
    assert not any(label.startswith("LeNet, ") for label in labels)  # it is no run of this visitor


def test_two_runs_of_one_visitor_can_both_be_used(page, engine):
    for _ in range(2):
        engine.answering = False
        button(page, "Start training").click().run()
        run = server.runs().get(page.session_state["run_token"])
        button(page, "Stop and keep weights").click().run()
        engine.answering = True
        while run.status != "stopped":
            engine.answer()
            wait(lambda run=run: engine.waiting or run.status == "stopped")
        page.run()
    page.switch_page("pages/predict.py").run()
    chosen = page.selectbox("weights_widget")
    own = [key for key in chosen.options if "Your run" in key]
    assert len(own) == 2
    keys = [
        f"{own_runs.KEY}{one.about.name}"
        for one in server.runs().of(page.session_state[state.VISITOR])
    ]
    for key in keys:
        page.selectbox("weights_widget").set_value(key).run()
        assert page.session_state["weights_in_use"] == key
        assert not page.exception


def test_that_runs_cannot_be_kept_is_told(page, engine):
    server.runs()._keeper._fault = "The server's disk is full."
    server.runs()._keeper.close()
    server.runs()._keeper._fault = "The server's disk is full."
    page.run()
    assert "lost when the server ends. The server's disk is full." in page.warning[0].value


def folded(page):
    """The line below a run that is on, which unfolds to the form of another one; None without."""
    return next((one for one in page.expander if one.label == "Another run"), None)


def test_below_a_run_that_is_on_the_form_of_another_one_is_folded(page, engine):
    engine.answering = False
    assert folded(page) is None
    button(page, "Start training").click().run()
    first = page.session_state["run_token"]
    assert not folded(page).proto.expanded
    [start] = [one for one in folded(page).button if one.label == "Start training"]
    assert not start.disabled
    page.number_input("train_quick_epochs").set_value(5)
    start.click().run()
    second = page.session_state["run_token"]
    assert second != first
    assert server.runs().get(second).snapshot().config.epochs == 5
    assert server.runs().get(first).status == "running"
    server.runs().get(second)._end("failed", "It is over.")
    page.run()
    assert folded(page) is None
    assert button(page, "Start training")
    assert page.number_input("train_quick_epochs").value == 5


def test_where_no_more_runs_may_be_started_the_folded_line_says_why(page, engine):
    engine.answering = False
    page.session_state[state.VISITOR] = "me"
    for _ in range(3):
        token = server.runs().start(Config(data="wardrobe"), "custom", "me")
    page.query_params["run"] = token
    page.run()
    assert "3 of your runs are training already" in folded(page).markdown[0].value
    assert "Start training" not in [one.label for one in page.button]
    button(page, "Pause").click().run()
    assert button(page, "Start training")


def test_an_unknown_run_is_told(page):
    page.query_params["run"] = "gone"
    page.run()
    assert "not on this server" in page.info[0].value
    assert button(page, "Start training")


def test_nothing_that_a_visitor_can_empty_holds_the_runs(page, engine):
    """The websocket's message `clear_cache`, two bytes from any visitor, calls these."""
    engine.answering = False
    button(page, "Start training").click().run()
    token, before = page.session_state["run_token"], server.runs()
    st.cache_resource.clear()
    st.cache_data.clear()
    page.run()
    assert button(page, "Pause")
    assert server.runs() is before
    assert server.runs().get(token).status == "running"


def test_runs_of_one_minute_are_told_apart_by_their_names(page, engine):
    engine.answering = False
    config = Config(data="wardrobe")
    named = [server.runs().start(config, "custom", "me", title=one) for one in ("Slow", "*Fast*")]
    page.session_state[state.VISITOR] = "me"
    page.query_params["run"] = named[1]
    page.run()
    assert page.subheader[0].value == "\\*Fast\\*: LeNet, settings of your own"
    options = page.selectbox("weights_widget").options
    assert {f"{state.LIVE}: Slow", f"{state.LIVE}: *Fast*"} <= set(options)
    assert any(one.label.startswith("Slow, LeNet, own settings, ") for one in page.button)
    assert own_runs.short(server.runs().get(named[0]).summary()).startswith("Slow, ")


def test_a_fourth_run_of_one_visitor_is_told(page, engine):
    engine.answering = False
    tokens = [server.runs().start(Config(data="wardrobe"), "custom", "me") for _ in range(3)]
    page.session_state[state.VISITOR] = "me"
    button(page, "Start training").click().run()
    assert "3 of your runs are training already" in page.error[0].value
    first = next(one for one in page.button if one.label.startswith("LeNet, own settings, "))
    assert first.label.endswith(": running, epoch 0.0 of 30")
    first.click().run()
    assert page.session_state["run_token"] in tokens
    assert button(page, "Pause")
    [here] = [one.value for one in page.markdown if one.value.endswith("(shown above)")]
    assert "LeNet, own settings" in here
    page = AppTest.from_file(APP, default_timeout=30)
    page.session_state[state.VISITOR] = "me"
    page.run().switch_page("pages/train.py").run()
    server.runs().get(tokens[0]).pause()
    button(page, "Start training").click().run()
    assert not page.error
    page.query_params["run"] = tokens[1]
    page.run()
    button(page, "Pause").click().run()
    server.runs().start(Config(data="wardrobe"), "custom", "me")
    button(page, "Resume").click().run()
    assert button(page, "Resume")
    assert "3 of your runs" in page.warning[0].value


def test_a_failed_run_says_why(page, engine):
    engine.answering = False
    button(page, "Start training").click().run()
    run = server.runs().get(page.session_state["run_token"])
    run._change(status="failed", message="The worker was lost.")
    page.run()
    assert "The worker was lost." in page.warning[0].value
    assert button(page, "Use this network")


def test_weights_that_give_no_numbers_any_more_cannot_be_used(page, engine):
    engine.answering = False
    button(page, "Start training").click().run()
    run = server.runs().get(page.session_state["run_token"])
    weights = {name: np.full_like(a, 1e30) for name, a in run._checkpoint.weights.items()}
    run._checkpoint = replace(run._checkpoint, weights=weights)
    run._change(status="failed", message="The loss grew beyond all numbers.")
    page.run()
    assert any("no picture gets an answer" in one.value for one in page.warning)
    assert button(page, "Use this network").disabled
    labels = [one.label for one in page.get("download_button")]
    assert labels == ["History (CSV)"]
    page.switch_page("pages/predict.py").run()
    assert not any("run" in label for label in page.selectbox("weights_widget").options)


def test_weights_from_a_file(page):
    config = Config(network="mlp")
    trained = Trained(initial_weights(NETWORKS["mlp"], 0), config, "quick", 3, {})
    page.file_uploader("train_weights_file").set_value(("mine.safetensors", to_bytes(trained), ""))
    page.run()
    button(page, "Use these weights").click().run()
    assert page.session_state["weights_in_use"] == state.key_of("File mine.safetensors")
    assert "in use now" in page.success[0].value
    broken = trained.weights | {"dense1/bias": np.full(120, np.nan, np.float32)}
    files = {
        "a file of an unknown kind": ("bad.safetensors", b"\0" * 400),
        "a Keras or HDF5 file": ("lenet.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 400),
        "NaN": ("bad.safetensors", to_bytes(replace(trained, weights=broken))),
    }
    for words, (name, content) in files.items():
        page.file_uploader("train_weights_file").set_value((name, content, "")).run()
        assert words in page.error[0].value
        assert not page.exception


def test_recipe_sketch_learns_from_drawings_where_they_were_made(page, monkeypatch, tmp_path):
    monkeypatch.setattr(settings.synthetic, "FILE", tmp_path / "snapshots.npz")
    monkeypatch.setattr(state, "dataset", lambda: SimpleNamespace(name="fashion-mnist"))
    assert settings.data_for("sketch") == "fashion-mnist"
    settings.synthetic.FILE.touch()
    assert settings.data_for("sketch") == "mixed"
    assert settings.data_for("quick") == "fashion-mnist"
    monkeypatch.setattr(state, "dataset", lambda: SimpleNamespace(name="wardrobe"))
    assert settings.data_for("sketch") == "wardrobe"


def test_how_long_a_run_takes_is_said_before_it_starts(page, engine):
    assert "is not known yet: the first run on this server measures it" in captions(page)
    page.number_input("train_quick_epochs").set_value(8)
    server.runs()._speeds.note(RECIPES["quick"].config, 0.128)  # a picture takes 1 ms
    page.run()
    assert "About 6\u00a0s an epoch here, 45\u00a0s in all." in captions(page)  # 5,500 pictures
    put(page, "patience", 3)
    assert "at most 45\u00a0s in all." in captions(page)
    page.number_input("train_quick_epochs").set_value(1).run()
    assert "About 6\u00a0s an epoch here." in captions(page)
    put(page, "batch_size", 0)
    assert "an epoch here" not in captions(page)
    put(page, "batch_size", 128)
    engine.answering = False
    for training, words in ((1, ""), (2, "2 other runs train now: beside them it takes longer.")):
        server.runs().start(Config(data="wardrobe"), "custom", "somebody")
        page.run()
        assert f"an epoch here. {words}".strip() in captions(page)
        assert ("takes longer" in captions(page)) == (training >= engine.workers)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "1 s"), (8.6, "9 s"), (99.4, "99 s"), (840, "14 min"), (9000, "2 h 30 min")],
)
def test_a_time_is_told_as_exactly_as_it_can_be_known(seconds, told):
    assert duration.words(seconds).replace("\u00a0", " ") == told


def test_every_setting_has_its_place_among_the_others():
    grouped = [name for names in more_settings.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(settings.SETTINGS)


def curve(page):
    """The drawing beside Schedule."""
    shown = [one.proto for one in page.main.get("bidi_component")]
    [drawn] = [one.bytes for one in shown if one.component_name.endswith("lenet_vector")]
    return drawn.decode()


def heights(drawn):
    """Of the curve's points, from 0 below to 1 above."""
    [points] = re.findall(r'points="([^"]*)"', drawn)
    return [1 - float(point.split(",")[1]) / 100 for point in points.split()]


def test_the_learning_rate_is_drawn_as_the_run_will_have_it(page):
    drawn = curve(page)
    assert "0 to 8. Schedule: Warm-up, then cosine. Highest: 0.004" in drawn
    assert all(f">{words}</text>" in drawn for words in ("0", "4", "8", "0.004", "Epoch"))
    expected = learning_rates(RECIPES["quick"].config, 0, 201, 200) / 0.004
    assert heights(drawn) == pytest.approx(expected, abs=1e-3)
    page.selectbox("train_quick_schedule").select("linear")
    page.number_input("train_quick_epochs").set_value(5)
    put(page, "learning_rate", 0.00001)
    drawn = curve(page)
    assert heights(drawn)[::100] == pytest.approx([1, 0.5, 0], abs=1e-3)
    assert "Highest: 0.00001" in drawn
    assert ">1.0e-05</text>" in drawn
    put(page, "learning_rate", "fast")
    assert "points" not in curve(page)


def test_the_first_batch_is_shown_where_somebody_asks(page):
    def shown():
        return [one.proto.body for one in page.get("html") if '"first-batch"' in one.proto.body]

    assert not shown()
    page.toggle("train_first_batch").set_value(True).run()
    config = replace(RECIPES["quick"].config, data="wardrobe", train_images=6_000)
    pictures = datasets.load("wardrobe")
    plan = batches.epoch_plan(5_500, "flip", 0, 0)
    first = batches.split(6_000, 6_000, 5_000).train[plan.order[:10]]
    before, after = pictures.train_images[first], feed(config, 0, 0, 10).images
    assert not np.array_equal(before, after)
    [body] = shown()
    found = re.findall(r'src="([^"]*)"', body)
    assert found[::2] == [images.data_uri(one) for one in before]
    assert found[1::2] == [images.data_uri(one) for one in after]
    assert "The first 10 pictures of the first batch, with seed 0." in captions(page)
    put(page, "batch_size", 1)
    assert shown()[0].count("<figure>") == 1
    put(page, "batch_size", 0)
    assert not shown()
    assert "Once all settings can be used" in captions(page)
    put(page, "batch_size", 4)
    page.selectbox("train_quick_augmentation").select("none").run()
    found = re.findall(r'src="([^"]*)"', shown()[0])
    assert len(found) == 8
    assert found[::2] == found[1::2]
    assert not page.exception


@pytest.fixture
def swept(monkeypatch):
    """Jobs that wait until they are done, without TensorFlow: sweeps whose loss falls at 0.003."""
    jobs = at_once.AtOnce()
    jobs.holds = True
    made = Made(20, lambda: jobs, 60, rate_finder.failed)
    monkeypatch.setattr(server, "_sweeps", made)
    rates = rate_finder.rates(Config())
    losses = 2.3 - 1.8 / (1 + np.exp(-4 * (np.log10(rates) - np.log10(0.003))))

    def sweep(config):
        jobs.swept.append(config)
        return Sweep(rates, losses.astype(np.float32) if jobs.falls else rates)

    monkeypatch.setattr(server, "sweep_rates", sweep)
    jobs.swept, jobs.falls = [], True
    return jobs


def do(jobs, error=None):
    job = jobs.waiting.pop()
    job.on_done(None if error else job.work(*job.arguments), error)


def plotted(page):
    shown = [one.proto for one in page.main.get("bidi_component")]
    return [json.loads(one.bytes) for one in shown if one.component_name.endswith("lenet_plot")]


def test_a_learning_rate_is_found_and_taken(page, swept):
    assert not plotted(page)
    put(page, "batch_size", 64)
    button(page, "Find a learning rate").click().run()
    assert "Trying learning rates on 120 batches." in captions(page)
    assert not plotted(page)
    page.run()
    assert len(swept.waiting) == 1
    do(swept)
    page.run()
    [plot] = plotted(page)
    assert plot["alt"].endswith("the suggestion is 0.003")
    assert plot["figure"]["layout"]["xaxis"]["type"] == "log"
    assert "Trying" not in captions(page)
    assert swept.swept[0].batch_size == 64
    assert swept.swept[0].optimizer == "adamw"
    page.text_input("train_quick_weight_decay").set_value("0.03")
    page.text_input("train_quick_weight_decay").set_value("0.02").run()
    button(page, "Use 0.003").click().run()
    values = fields(page)
    assert (values["Learning rate"], values["Batch size"]) == ("0.003", 64)
    assert any("0.003 stands in the field" in one.value for one in page.markdown)
    assert not any(one.label.startswith("Use 0") for one in page.button)
    assert len(plotted(page)) == 1, "the rate itself changes nothing of a sweep"
    assert "learning rate 0.003 instead of 0.004" in captions(page)
    assert not page.exception


def test_what_was_found_goes_with_the_settings_that_it_is_for(page, swept):
    button(page, "Find a learning rate").click().run()
    do(swept)
    put(page, "seed", 1)
    assert not plotted(page)
    assert not swept.waiting, "nobody asked"
    put(page, "seed", 0)
    assert plotted(page)
    put(page, "learning_rate", "fast")
    assert not plotted(page)
    assert button(page, "Find a learning rate").disabled


def test_where_no_rate_lets_the_loss_fall_none_is_suggested(page, swept):
    swept.falls = False
    button(page, "Find a learning rate").click().run()
    do(swept)
    page.run()
    assert plotted(page)[0]["alt"].endswith("it does not fall")
    assert any("nothing to suggest" in one.value for one in page.markdown)
    assert not any(one.label.startswith("Use 0") for one in page.button)


def test_that_no_worker_could_try_rates_is_told_and_can_be_tried_again(page, swept):
    button(page, "Find a learning rate").click().run()
    do(swept, MemoryError())
    page.run()
    assert "could not be tried (MemoryError). Start again" in page.error[0].value
    assert not swept.waiting
    button(page, "Find a learning rate").click().run()
    assert not page.error
    do(swept)
    page.run()
    assert plotted(page)
    assert not page.exception
