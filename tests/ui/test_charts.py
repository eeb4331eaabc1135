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
    turns = np.arange(-180, 181, 20)
    yield charts.rotations(turns, VALUES.random((19, 10)), CLASSES, 20)
    yield charts.gauges(["0", "1"], {"conv1": [0.1, np.nan], "dense1": [0.5, 1]}, "Share", True)
    yield charts.gauges(["0", "1"], {"Length": [3.0, 2.0]}, "Length")
    yield charts.spread(["0", "1"], np.linspace(-1, 1, 5), VALUES.random((5, 2)))
    yield charts.class_counts(dict.fromkeys(CLASSES, 6000))
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


def lines(now, points=0, epochs=0):
    """The points of each line of both figures that come after so many batches and epochs."""
    gained = curves.grown(now, points, epochs)
    return [
        [{"x": gained["batches"]} | line for line in figure["lines"]]
        for figure in gained["figures"]
    ]


def test_curves_draw_every_batch_of_a_short_run_and_few_of_a_long_one():
    now = snapshot(6, 300)
    for figure, drawn in zip((curves.loss, curves.accuracy), lines(now), strict=True):
        empty = figure(now, "token")["data"]
        assert len(drawn) == len(empty)
        for one, place in zip(drawn, empty, strict=True):
            assert set(one) == {axis for axis in "xy" if place.get(axis) == []}
        assert len(drawn[0]["y"]) == len(drawn[1]["y"]) == 300 == curves.counts(now)[0]
        # the first batch is drawn at its end
        assert drawn[0]["x"] == pytest.approx(np.arange(1, 301) / 60, abs=1e-4)
    long = snapshot(100, 6000)
    drawn = lines(long)[0][0]
    assert len(drawn["x"]) == len(drawn["y"]) == curves.counts(long)[0]
    seen = [sum(x <= end for x in drawn["x"]) for end in curves.ends(100)]
    assert seen[0] == 60  # of the first epoch all
    assert all(200 < count < 3 * curves.MOST_POINTS for count in seen[2:]), seen


def test_the_axis_of_a_long_run_grows_with_it_and_that_of_a_short_one_is_whole():
    def ends(epochs):
        shown = [curves.grown(snapshot(epochs, 60 * n), 0, 0)["figures"] for n in range(epochs + 1)]
        assert all(one["end"] == figures[0]["end"] for figures in shown for one in figures)
        return [figures[0]["end"] for figures in shown]

    assert ends(8) == [8] * 9
    assert ends(30) == [1, 1, 2, *[5] * 3, *[10] * 5, *[20] * 10, *[30] * 10]
    for epochs in (8, 30, 100):
        assert sorted(set(ends(epochs))) == curves.ends(epochs)


@pytest.mark.parametrize("epochs", [3, 10, 100])
def test_what_curves_gain_is_what_they_would_have_had_at_once(epochs):
    total = 60 * epochs
    values = VALUES.random(total).astype(np.float32)
    whole = lines(snapshot(epochs, total, accuracies=values, losses=values))
    known, drawn = (0, 0), None
    for step in sorted({0, 1, 2, 59, 60, 61, 150, total - 7, total}):
        now = snapshot(epochs, step, accuracies=values[:step], losses=values[:step])
        new = lines(now, *known)
        for axes in [axes for figure in new for axes in figure]:
            assert len({len(points) for points in axes.values()}) == 1
        drawn = new if drawn is None else joined(drawn, new)
        known = curves.counts(now)
        assert len(drawn[0][0]["y"]) == known[0]
        assert len(drawn[0][2]["x"]) == known[1]
    assert drawn == whole
    assert lines(snapshot(epochs, total), *known)[1][0] == {"x": [], "y": []}


def joined(before, new):
    return [
        [
            {axis: one[axis] + more[axis] for axis in one}
            for one, more in zip(figure, gained, strict=True)
        ]
        for figure, gained in zip(before, new, strict=True)
    ]


def test_smoothing_is_the_mean_of_the_last_values_by_pictures():
    values = np.array([1, 2, 3, 4, 5], np.float32)
    same, small = np.full(5, 32), np.array([32, 32, 32, 32, 8])
    np.testing.assert_allclose(curves.smoothed(values, same, 3), [1, 1.5, 2, 3, 4])
    last = (3 * 32 + 4 * 32 + 5 * 8) / 72
    np.testing.assert_allclose(curves.smoothed(values, small, 3), [1, 1.5, 2, 3, last])
