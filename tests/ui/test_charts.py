"""Figures are plain dicts that Plotly takes, and points that were drawn once stay."""

import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from model.data.datasets import CLASSES
from model.training.metrics import Score
from model.training.recipes import Config
from model.training.snapshot import EpochResult, Snapshot
from ui import charts
from ui.train import curves

VALUES = np.random.default_rng(0)


def snapshot(epochs, batches, **changes):
    """A run of 60 batches an epoch after so many of them, in which all gets better."""
    config = Config(data="wardrobe", epochs=epochs, validation_images=500)
    each = np.linspace(2, 1, batches).astype(np.float32)
    score = Score(1.0, 0.5, np.zeros((10, 10), np.int64))
    ended = tuple(EpochResult(n, 1.5, 0.5, score) for n in range(1, batches // 60 + 1))
    now = Snapshot(
        "running", config, "custom", "", batches, 60, each, 1 - each / 2, ended, 900, None, 1
    )
    return replace(now, **changes)


def figures():
    yield charts.pixels(np.arange(784).reshape(28, 28) // 4)
    turns = np.arange(-180, 181, 20)
    yield charts.rotations(turns, VALUES.random((19, 10)), CLASSES, 20)
    yield charts.class_counts(dict.fromkeys(CLASSES, 6000))
    yield curves.confusion(np.diag([0, *range(9)]), CLASSES)
    for now in (
        snapshot(3, 0),
        snapshot(3, 130),
        snapshot(3, 130, losses=np.full(130, np.nan, np.float32)),
        replace(snapshot(3, 9), config=Config(validation_images=0)),
    ):
        yield curves.loss(now, "token")
        yield curves.accuracy(now, "token")


@pytest.mark.parametrize("figure", list(figures()))
def test_plotly_knows_every_word_of_a_figure_and_json_every_number(figure):
    go.Figure(figure)  # raises for a property or a value that there is not
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    for axis in ("xaxis", "yaxis"):
        assert figure["layout"][axis].get("title", {}).get("text") or figure["data"][0]["y"]


def test_what_is_no_number_is_a_gap():
    assert charts.values(np.array([0.123456, np.nan, np.inf])) == [0.1235, None, None]
    assert charts.values(np.array([], np.float32)) == []
    assert charts.values(np.arange(2)) == [0, 1]


def test_curves_draw_every_batch_of_a_short_run_and_few_of_a_long_one():
    each = curves.loss(snapshot(10, 300), "token")["data"][0]
    assert len(each["x"]) == len(each["y"]) == 300
    assert each["x"][-1] == 5
    assert len(curves.loss(snapshot(100, 6000), "token")["data"][0]["x"]) <= curves.MOST_POINTS


def test_points_once_drawn_stay_where_they_are():
    values = VALUES.random(5_000).astype(np.float32)
    for line in (0, 1):
        before, after = (
            curves.accuracy(snapshot(100, n, accuracies=values[:n]), "token")["data"][line]
            for n in (3_000, 5_000)
        )
        for axis in "xy":
            assert 100 < len(before[axis]) < len(after[axis])
            assert after[axis][: len(before[axis])] == before[axis]


def test_smoothing_is_the_mean_of_the_last_values():
    values = np.array([1, 2, 3, 4, 5], np.float32)
    np.testing.assert_allclose(curves.smoothed(values, 3), [1, 1.5, 2, 3, 4])
