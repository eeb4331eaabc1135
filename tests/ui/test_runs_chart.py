"""Runs in one figure: who is drawn how, and where their points lie."""

import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from model.training.metrics import Score
from model.training.recipes import Config
from model.training.snapshot import EpochResult, Snapshot
from ui.runs import chart
from ui.runs.view import WAYS, View


def snapshot(batches, epochs=4, validation=True, per_epoch=60):
    """A run of 100 pictures a batch after so many of them."""
    config = Config(data="wardrobe", epochs=epochs, batch_size=100)
    each = np.linspace(2, 1, batches).astype(np.float32)
    ended = tuple(
        EpochResult(
            n, 1.5, 0.5, Score(1 / n, n / 10, np.eye(10, dtype=int)) if validation else None
        )
        for n in range(1, batches // per_epoch + 1)
    )
    figures = each, 1 - each / 2
    return Snapshot(
        "running", config, "custom", "", batches, per_epoch, *figures, ended, 0, None, 1, seconds=30
    )


LINES = [chart.Line(f"Run {n}", snapshot(batches)) for n, batches in enumerate((0, 1, 59, 60, 150))]
PLAIN = chart.Line("Plain", snapshot(150, validation=False))


@pytest.mark.parametrize("draw", WAYS["draw"])
@pytest.mark.parametrize("pictures", WAYS["pictures"])
@pytest.mark.parametrize("axis", WAYS["axis"])
@pytest.mark.parametrize("scale", WAYS["scale"])
def test_plotly_and_json_take_every_way_to_draw(draw, pictures, axis, scale):
    found = chart.figure(
        [*LINES, PLAIN], View(draw=draw, pictures=pictures, axis=axis, scale=scale)
    )
    go.Figure(found)  # raises for a property or a value that there is not
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [one["name"] for one in found["data"] if one.get("showlegend", True)] != []


def test_no_two_runs_look_alike_to_any_eye():
    for parts in zip(*((one.colour, one.dash, one.marker) for one in chart.STYLES), strict=True):
        assert len(set(parts)) == len(chart.STYLES)


def test_lines_are_of_held_out_pictures_where_there_are_any():
    kept, plain = chart.figure([LINES[4], PLAIN], View())["data"]
    assert (kept["x"], kept["y"]) == ([1, 2], [0.1, 0.2])
    assert plain["name"] == "Plain, training pictures"
    assert len(plain["x"]) == 75  # every second batch
    thin, thick, _ = chart.figure([LINES[4], PLAIN], View(pictures="both"))["data"]
    assert thick["x"] == [1, 2]
    assert thin["x"] == plain["x"]
    assert not thin["showlegend"]


def test_training_points_are_means_by_pictures_and_stay_where_they_are():
    now = snapshot(150)
    steps, means = chart.training(now, "loss")
    assert steps.tolist()[:2] == [2, 4]
    assert means[1] == pytest.approx(now.losses[2:4].mean())
    before, first = chart.training(
        replace(now, step=100, losses=now.losses[:100], accuracies=now.accuracies[:100]), "loss"
    )
    assert before.tolist() == steps[:50].tolist()
    assert first == pytest.approx(means[:50])


@pytest.mark.parametrize(("axis", "end"), [("epochs", 2.5), ("batches", 150), ("seconds", 30)])
def test_the_same_run_along_epochs_batches_and_seconds(axis, end):
    found = chart.figure([LINES[4]], View(pictures="training", axis=axis))
    assert found["data"][0]["x"][-1] == pytest.approx(end)
