"""How long a run will take is told from runs that were measured."""

import time
from dataclasses import replace

import pytest

from model.networks.architectures import NETWORKS, multiplications
from model.training.recipes import RECIPES, Config
from model.training.run_store import Runs
from model.training.snapshot import ENDED
from model.training.speed import Speeds, in_words, roughly, together
from tests.training.engines import Steady

QUICK = RECIPES["quick"].config


def test_nothing_is_told_before_anything_was_measured():
    assert Speeds().per_picture(QUICK) is None
    assert Speeds().per_epoch(QUICK, 60_000) is None


def test_what_was_measured_is_told_and_the_newest_counts():
    speeds = Speeds()
    speeds.note(QUICK, 1.28)
    assert speeds.per_picture(QUICK) == pytest.approx(0.01)
    speeds.note(QUICK, 0.64)
    assert speeds.per_picture(QUICK) == pytest.approx(0.005)


def test_an_epoch_has_the_pictures_that_are_trained_and_those_that_are_measured():
    speeds = Speeds()
    speeds.note(QUICK, 1.28)
    assert speeds.per_epoch(QUICK, 60_000) == pytest.approx(550 + 50 / 3)
    few = replace(QUICK, train_images=500, validation_images=0)
    assert speeds.per_epoch(few, 60_000) == pytest.approx(5)


def test_a_network_that_was_not_measured_costs_by_its_products():
    speeds = Speeds()
    speeds.note(QUICK, 1.28)
    products = {name: multiplications(network) for name, network in NETWORKS.items()}
    vgg = replace(QUICK, network="vgg-small")
    expected = 0.01 * products["vgg-small"] / products["lenet"]
    assert speeds.per_picture(vgg) == pytest.approx(expected)
    speeds.note(replace(vgg, batch_size=32), 1.6)
    assert speeds.per_picture(vgg) == pytest.approx(0.05), "the same network tells more"
    speeds.note(replace(QUICK, batch_size=32), 0.64)
    assert speeds.per_picture(QUICK) == pytest.approx(0.01), "and the same size of batches"


def test_runs_side_by_side_share_the_workers():
    assert together([60], 2) == 60
    assert together([60, 60], 2) == 60
    assert together([60, 60, 60], 2) == 90
    assert together([10, 100], 2) == 100
    assert together([10, 100], 1) == 110


def test_a_server_knows_it_once_a_run_has_trained():
    runs = Runs(Steady(0.01), 1)
    config = Config(data="wardrobe", epochs=2, batch_size=50, train_images=1_000)
    assert runs.seconds_per_epoch(config) is None
    run = runs.get(runs.start(config, "custom"))
    end = time.monotonic() + 60
    while run.status not in ENDED and time.monotonic() < end:
        time.sleep(0.01)
    known = runs.seconds_per_epoch(config)
    assert 0 < known < 5
    twice = runs.seconds_per_epoch(replace(config, train_images=2_000))
    assert twice == pytest.approx(2 * known)


def test_times_are_said_as_people_say_them():
    times = {0: "1 second", 59.6: "60 seconds", 100: "2 minutes", 90 * 60: "90 minutes"}
    assert {seconds: in_words(seconds) for seconds in times} == times
    assert in_words(2.5 * 3600) == "2.5 hours"


def test_an_estimate_is_told_roughly():
    times = {
        0.2: "1 second",
        7.4: "7 seconds",
        13: "15 seconds",
        67: "70 seconds",
        118: "2 minutes",
    }
    assert {seconds: roughly(seconds) for seconds in times} == times
