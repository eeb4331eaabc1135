"""What moves by itself: the news that a browser asks for, and those that a page's script sends."""

import base64
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.requests import Request
from streamlit import config

from model import server
from model.data import datasets
from model.data.datasets import DataError
from model.networks.architectures import NETWORKS
from model.networks.first_layer import first_kernels
from model.training.checkpoint import start
from model.training.glimpse import Batch
from model.training.metrics import Score
from model.training.recipes import Config
from model.training.run import Run
from model.training.snapshot import Change, EpochResult
from ui import live
from ui.train import curves, progress

ROUTE = f"/{live.ADDRESS}/run"


class Idle:
    """An engine that does nothing yet."""

    def submit(self, job):
        pass

    def withdraw(self, run):
        return True


@pytest.fixture
def run(monkeypatch):
    made = Run(Config(data="wardrobe", epochs=10, batch_size=100, train_images=6000), "c", Idle())
    registry = SimpleNamespace(
        get={"token": made}.get, training=lambda: 30, workers=2, slices_ahead=lambda run: 7
    )
    monkeypatch.setattr(server, "runs", lambda: registry)
    return made


def trained(run, batches):
    """Let the run be so many batches further."""
    now = run.snapshot()
    step = now.step + batches
    more = np.linspace(2, 1, step).astype(np.float32)
    ended = tuple(EpochResult(n, 1.5, 0.5, None) for n in range(1, step // 60 + 1))
    run._change(step=step, losses=more, accuracies=more / 2, epochs=ended, glimpse=None)


def asked(after="", token="token"):
    """What the server answers to a browser."""
    headers = [(live.HEADER.lower().encode(), token.encode())]
    scope = {"type": "http", "method": "GET", "path": ROUTE, "headers": headers}
    request = Request(scope | {"query_string": f"after={after}".encode()})
    [route] = live.routes([progress.VIEW])
    answer = route.endpoint(request)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.body


def news(after=""):
    status, body = asked(after)
    assert status == 200
    return json.loads(body)


def test_news_begin_where_those_before_ended(run):
    trained(run, 65)
    first = news()
    assert first["after"] == ""
    assert first["cursor"] == "32-1-65-0"
    assert [len(line["y"]) for line in first["curves"]["figures"][0]["lines"]] == [32, 32, 1]
    assert not news(first["cursor"])["curves"]["figures"][0]["lines"][0]["y"]
    trained(run, 10)
    more = news(first["cursor"])
    assert more["after"] == first["cursor"]
    assert [len(line["y"]) for line in more["curves"]["figures"][1]["lines"]] == [5, 5, 0]
    assert more["where"].startswith("Running · epoch 2 of 10 · batch 15 of 60")
    assert more["queue"] == "30 runs share 2 workers in turns. 7 are ahead of yours."


@pytest.mark.parametrize(
    ("images_per_second", "words"),
    [
        (0, "working out how long it takes"),
        (1_000, "1,000 images per second · 54 s left"),
        (300, "300 images per second · 3 min 00 s left"),
        (40, "40 images per second · 22 min left"),
        (6.9, "7 images per second · 2 h 10 min left"),
    ],
)
def test_the_time_that_is_left_is_told_once_it_is_known(run, images_per_second, words):
    trained(run, 60)
    run._change(images_per_second=images_per_second)
    assert news()["where"] == f"Running · epoch 1 of 10 · batch 60 of 60 · {words}"


WRONG = ["", "nonsense", "-1--1--1-0", "9" * 30 + "-0-0", "1-2", "1-2-3", "1-2-3-4-5", "%00"]


@pytest.mark.parametrize("after", WRONG)
def test_a_cursor_that_nobody_gave_gets_everything(run, after):
    trained(run, 20)
    found = news(after)
    assert found["after"] == ""
    assert len(found["curves"]["figures"][0]["lines"][0]["y"]) == 10


def test_a_cursor_from_the_future_gets_nothing_new(run):
    trained(run, 20)
    found = news("900-9-900-0")
    assert found["cursor"] == "10-0-20-0"
    assert found["curves"]["figures"][0]["lines"][0]["y"] == []


def test_a_single_batch_is_told_once_and_not_any_more_when_the_run_went_on(run):
    trained(run, 20)
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    labels, answers = np.array([1, 2], np.uint8), np.array([1, -1], np.int8)
    batch = Batch(20, 2, images, labels, answers, np.array([0.1, 2.5], np.float32))
    run._change(batch=batch)
    first = news()
    assert base64.b64decode(first["batch"]["pixels"]) == images.tobytes()
    assert first["batch"]["answers"] == [1, -1]
    assert "batch" not in news(first["cursor"])
    trained(run, 1)
    gone = news(first["cursor"])
    assert gone["batch"] is None
    assert "batch" not in news(gone["cursor"])
    assert "batch" not in news()


def test_what_was_changed_on_the_way_stands_on_the_curves_and_the_page_is_told(run):
    trained(run, 90)
    before = news()["state"]
    run._change(changes=(Change(60, "learning_rate", 0.001, 0.01),))
    assert news()["state"] == f"{before}, changed 1 times"
    for figure in (curves.loss(run.snapshot(), "t"), curves.accuracy(run.snapshot(), "t")):
        [line] = [one for one in figure["layout"]["shapes"] if one.get("xref") == "x"]
        assert (line["x0"], line["x1"]) == (1.0, 1.0)
        assert "rate 0.01" in [one["text"] for one in figure["layout"]["annotations"]]


def test_a_tick_is_small_also_where_thirty_train(run):
    """What a run gains in the three seconds between two looks, at the pace of thirty at once."""
    config = run.snapshot().config
    trained(run, 300)
    assert config.epochs * 60 > curves.MOST_POINTS
    before = news()["cursor"]
    trained(run, 60)
    assert len(asked(before)[1]) < 1_950
    trained(run, 20)
    assert len(asked(news("180-5-300-0")["cursor"])[1]) < 800  # the glimpse is known


@pytest.mark.parametrize("name", NETWORKS)
def test_a_glimpse_is_sent_once_and_is_small(run, name):
    run._change(config=replace(run.snapshot().config, network=name))
    run._checkpoint = start(run.snapshot().config)
    seen = news()["look"]
    assert len(json.dumps(seen)) < (450 if name != "mlp" else 1_800)
    count, height, width = seen["shape"]
    weights = np.frombuffer(base64.b64decode(seen["weights"]), np.int8)
    assert len(weights) == count * height * width
    kernels = first_kernels(NETWORKS[name], run.trained().weights)
    np.testing.assert_allclose(
        weights * seen["largest"] / 127, kernels.ravel(), atol=seen["largest"] / 90
    )
    assert len(seen["answers"]) == len(seen["sure"]) == 10
    assert news(news()["cursor"])["look"] is None
    trained(run, 5)
    assert news("0-0-0")["look"]


def test_pictures_are_sent_with_the_page_and_say_whether_they_are_held_out(run):
    shown = progress.VIEW.about(run, "token")["look"]
    assert "learns from these" in shown["words"]
    assert [one["label"] for one in shown["pictures"]] == list(range(10))
    assert len(json.dumps(shown)) < 10_000
    run._change(config=replace(run.snapshot().config, validation_images=500))
    held_out = progress.VIEW.about(run, "token")["look"]
    assert "never learns" in held_out["words"]
    assert held_out["pictures"] != shown["pictures"]


def test_a_run_whose_pictures_are_not_here_shows_its_curves_alone(run, monkeypatch):
    def missing(name):
        raise DataError("Fashion-MNIST is not on this computer.")

    trained(run, 20)
    run._change(config=replace(run.snapshot().config, data="fashion-mnist", train_images=777))
    monkeypatch.setattr(datasets, "load", missing)
    assert progress.VIEW.about(run, "token")["look"] is None
    found = news()
    assert found["look"] is None
    assert len(found["curves"]["figures"][0]["lines"][0]["y"]) == 10


def test_what_is_said_changes_with_the_status_and_with_an_epoch_and_with_nothing_else(run):
    assert news()["said"] == ["Training is about to begin.", ""]
    said = []
    for _ in range(13):
        trained(run, 10)
        said.append(news()["said"])
    begun = "The network is training."
    one, two = (f"Epoch {n} of 10: training 50\u00a0%." for n in (1, 2))
    assert said == [[begun, ""]] * 5 + [[begun, one]] * 6 + [[begun, two]] * 2
    run.pause()
    assert news()["said"] == ["Training is paused.", two]
    score = Score(0.5, 0.789, np.zeros((10, 10), np.int64))
    run._change(epochs=(EpochResult(3, 0.4, 0.834, score),))
    assert news()["said"][1] == "Epoch 3 of 10: training 83\u00a0%, validation 79\u00a0%."
    run._change(test=score)
    run._end("stopped")
    assert news()["said"][0] == "Training has ended: 78.9\u00a0% of the test pictures right."
    run._change(status="failed")
    assert news()["said"][0] == "Training failed."


def epochs_of(*pairs):
    """Epochs with these accuracies of training and validation."""
    zero = np.zeros((10, 10), np.int64)
    return tuple(
        EpochResult(number, 0.5, trained, Score(0.5, held_out, zero))
        for number, (trained, held_out) in enumerate(pairs, 1)
    )


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (
            [(0.834, 0.786)],
            "Training 83.4\u00a0%, validation 78.6\u00a0%: it is much better at pictures",
        ),
        ([(0.83, 0.81)], "Training 83.0\u00a0%, validation 81.0\u00a0%: it is a little better"),
        ([(0.83, 0.83)], "what it learns holds"),
        ([(0.136, 0.089)], "it hardly does better than to guess"),
        ([(0.70, 0.80)], "the network had not learned all of it yet"),
        (
            [(0.9, 0.89), (0.92, 0.88), (0.93, 0.88), (0.94, 0.88)],
            "best 3 epochs ago, with 89.0\u00a0%",
        ),
    ],
)
def test_a_sentence_reads_the_curves(run, pairs, words):
    assert "After the first epoch" in news()["reading"]
    run._change(config=replace(run.snapshot().config, validation_images=100))
    assert "After the first epoch" in news()["reading"]
    run._change(epochs=epochs_of(*pairs))
    found = news()
    assert words in found["reading"]
    assert "best" not in found["reading"] or len(pairs) > 3
    assert news(found["cursor"])["reading"] is None, "it is sent once for each epoch"


def test_without_held_out_pictures_the_sentence_says_what_cannot_be_seen(run):
    trained(run, 60)
    assert news()["reading"].startswith("Training 50.0\u00a0%. No pictures are held out")


def test_the_page_is_told_when_more_must_change_and_when_to_look_again(run):
    assert news()["wait"] == progress.TICK_SECONDS  # somebody waits for it to begin
    trained(run, 5)
    assert news()["state"] == "running, moving"
    assert news()["wait"] == pytest.approx(3)  # thirty train
    run.pause()
    assert news()["state"] == "paused, still"
    assert news()["wait"] == progress.PAUSED_SECONDS
    run._end("failed", "It is over.")
    assert news()["wait"] == 0


def test_a_run_that_is_not_here_is_told(run):
    status, body = asked(token="nobody's")
    assert status == 410
    assert json.loads(body) == {"gone": True}


@pytest.mark.parametrize("base", ["", "school/lenet", "/school/lenet/"])
def test_the_address_is_below_the_apps(base, monkeypatch):
    monkeypatch.setattr(config, "get_option", lambda name: base)
    [route] = live.routes([progress.VIEW])
    assert route.path == ("/school/lenet" if base else "") + ROUTE
