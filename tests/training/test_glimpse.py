"""A glimpse of a network in training: what it says, how large it is, that it changes nothing."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from model.data import datasets
from model.networks.architectures import NETWORKS, initial_weights
from model.networks.first_layer import first_kernels
from model.networks.forward import predict
from model.training.batches import split
from model.training.checkpoint import final_weights, start
from model.training.glimpse import NO_ANSWER, STEPS, glimpse, watched
from model.training.recipes import Config
from model.training.results import Slice
from model.training.run import Run
from tests.lazy import Lazy
from tests.training.engines import Waiting

trainer = Lazy("model.training.trainer")

SMALL = Config(data="wardrobe", epochs=2, batch_size=50, train_images=600, validation_images=300)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_glimpse_says_what_the_network_says(name):
    config = replace(SMALL, network=name)
    weights = initial_weights(NETWORKS[name], 3)
    seen = glimpse(config, weights, 7)
    expected = predict(NETWORKS[name], weights, watched(config).images)
    assert seen.step == 7
    np.testing.assert_array_equal(seen.answers, expected.argmax(axis=1))
    np.testing.assert_allclose(seen.sure, 100 * expected.max(axis=1), atol=0.51)
    kernels = first_kernels(NETWORKS[name], weights)
    assert seen.largest == pytest.approx(np.abs(kernels).max())
    np.testing.assert_allclose(
        seen.kernels * (seen.largest / STEPS), kernels, atol=seen.largest / STEPS
    )
    assert len(pickle.dumps(seen)) < 2_200  # it travels with every slice


@pytest.mark.parametrize("held_out", [300, 0])
def test_one_picture_of_each_class_is_watched_held_out_if_any_is(held_out):
    config = replace(SMALL, validation_images=held_out)
    pictures = datasets.load("wardrobe")
    parts = split(len(pictures.train_labels), config.train_images, held_out)
    shown = watched(config)
    assert shown.held_out == bool(held_out)
    assert shown.labels.tolist() == list(range(10))
    source = pictures.train_images[parts.validation if held_out else parts.train]
    for image, label in zip(shown.images, shown.labels, strict=True):
        [where, *_] = np.flatnonzero((pictures.train_images == image).all(axis=(1, 2)))
        assert pictures.train_labels[where] == label
        assert (source == image).all(axis=(1, 2)).any()


def test_a_class_of_which_no_picture_is_held_out_is_left_out():
    config = replace(SMALL, validation_images=4)
    shown = watched(config)
    assert shown.held_out
    assert 0 < len(shown.labels) <= 4
    assert len(glimpse(config, start(config).weights, 0).answers) == len(shown.labels)


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_weights_beyond_all_numbers_give_no_answer(value):
    weights = {name: np.full_like(a, value) for name, a in start(SMALL).weights.items()}
    seen = glimpse(SMALL, weights, 0)
    assert set(seen.answers.tolist()) == {NO_ANSWER}
    assert not seen.sure.any()
    assert np.isfinite(seen.largest)


@pytest.mark.parametrize("name", NETWORKS)
def test_each_slice_brings_a_glimpse_of_the_weights_after_it(name):
    config = replace(SMALL, network=name, averaging=0.9)
    done = trainer.advance(start(config), config, 3)
    expected = glimpse(config, final_weights(done.checkpoint, config), 3)
    assert vars(done.glimpse).keys() == vars(expected).keys()
    for field, value in vars(expected).items():
        np.testing.assert_array_equal(getattr(done.glimpse, field), value)


def test_whether_somebody_glimpses_changes_no_bit(monkeypatch):
    with_it = trainer.advance(start(SMALL), SMALL, 12)
    monkeypatch.setattr("model.training.trainer.glimpse", lambda *_: None)
    without = trainer.advance(start(SMALL), SMALL, 12)
    assert without.glimpse is None
    np.testing.assert_array_equal(with_it.losses, without.losses)
    for name, array in without.checkpoint.weights.items():
        np.testing.assert_array_equal(array, with_it.checkpoint.weights[name])
    for name, slot in without.checkpoint.slots.items():
        np.testing.assert_array_equal(slot, with_it.checkpoint.slots[name])


def test_a_run_tells_what_the_last_slice_saw_and_works_it_out_once_before(monkeypatch):
    taken = []

    def counted(*arguments):
        taken.append(arguments)
        return glimpse(*arguments)

    monkeypatch.setattr("model.training.run.glimpse", counted)
    engine = Waiting()
    run = Run(SMALL, "custom", engine)
    version = run.snapshot().version
    assert run.glimpse().step == 0
    assert run.glimpse() is run.glimpse()
    assert len(taken) == 1
    assert run.snapshot().version == version  # nothing that is kept has changed
    checkpoint, losses = replace(start(SMALL), step=5), np.ones(5, np.float32)
    seen = glimpse(SMALL, checkpoint.weights, 5)
    engine.jobs[0].on_done(Slice(checkpoint, losses, losses, 0.1, None, None, seen), None)
    assert run.glimpse() is seen
    run._end("stopped")
    assert run.glimpse() is seen
    kept = replace(run.record(), snapshot=replace(run.snapshot(), glimpse=None))
    again = Run.restored(kept, engine, "")
    np.testing.assert_array_equal(again.glimpse().answers, seen.answers)
    assert len(taken) == 2


def test_pictures_that_are_watched_are_read_once():
    assert watched(SMALL) is watched(replace(SMALL, seed=5, epochs=1))
