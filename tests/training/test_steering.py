"""Runs that are steered: by epochs, slowly, with changed settings, further than they were to go."""

import time
from dataclasses import replace

import numpy as np
import pytest

from model.data import datasets
from model.training import run as run_module
from model.training.batches import augment, epoch_plan, split
from model.training.checkpoint import final_weights, start
from model.training.glimpse import Batch
from model.training.metrics import Score
from model.training.quotas import Quotas
from model.training.recipes import Config, SettingError
from model.training.run import Run
from model.training.run_store import Runs, ServerFullError
from model.training.snapshot import Change, EpochResult, Origin
from model.training.stopping import why_stop
from tests.training.engines import Waiting
from tests.training.test_run import (
    SMALL,
    assert_same_weights,
    ended,
    engine,
    trained_by,
    trainer,
    undisturbed,
    wait,
)

__all__ = ["engine"]
FLIPPED = replace(SMALL, augmentation="flip and shift")


def paused(engine, config=SMALL, **more):
    run = Run(config, "custom", engine, **more)
    run.pause()
    wait(lambda: not run.outstanding)
    return run


def test_step_epoch_and_slow_motion_change_nothing(engine, monkeypatch):
    monkeypatch.setattr(run_module, "SLOW_SECONDS", 0.01)
    run = paused(engine, FLIPPED)
    run.one_batch()
    wait(lambda: not run.outstanding)
    before = run.snapshot().step
    run.slow_motion()
    assert run.snapshot().slow
    wait(lambda: run.snapshot().step >= before + 3)
    run.one_epoch()
    assert run.status == "running"
    assert not run.snapshot().slow
    wait(lambda: run.status == "paused")
    assert (run.snapshot().step, run.snapshot().until) == (20, 0)
    run.resume()
    assert ended(run).status == "finished"
    assert_same_weights(run.trained().weights, undisturbed(FLIPPED).checkpoint.weights)


def test_a_step_that_is_wanted_while_a_slice_ends_is_not_lost():
    engine = Waiting()
    run = Run(SMALL, "custom", engine)
    run.pause()
    for _ in range(3):
        run.one_batch()
    job = engine.jobs.pop(0)
    job.on_done(trained_by(5)(start(SMALL)), None)
    for step in (6, 7, 8):
        [job] = engine.jobs
        assert job.arguments[2] == 1
        engine.jobs.clear()
        job.on_done(trained_by(1)(job.arguments[0]), None)
        assert run.snapshot().step == step
    assert engine.jobs == []


def test_a_run_that_failed_goes_further_with_another_learning_rate():
    engine = Waiting()
    run = Run(SMALL, "custom", engine)
    engine.jobs.pop(0).on_done(trained_by(5)(start(SMALL)), None)
    job = engine.jobs.pop(0)
    job.on_done(trained_by(5, np.nan)(job.arguments[0]), None)
    assert (run.status, run.snapshot().step, run.goes_further) == ("failed", 5, True)
    run.change(learning_rate=0.0001)
    assert (run.status, run.snapshot().message) == ("running", "")
    [job] = engine.jobs
    assert job.arguments[0].step == 5
    assert job.arguments[1].learning_rate == 0.0001


def test_a_single_batch_is_told_as_the_network_saw_it(engine):
    run = paused(engine, FLIPPED)
    weights, first = run.trained().weights, run.snapshot().step
    run.one_batch()
    wait(lambda: not run.outstanding)
    seen, now = run.snapshot().batch, run.snapshot()
    assert (seen.step, seen.size) == (now.step, 50) == (first + 1, 50)
    data = datasets.load("wardrobe")
    plan = epoch_plan(1_000, FLIPPED.augmentation, FLIPPED.seed, 0)
    train = split(len(data.train_labels), 1_000, 100).train
    chosen = train[plan.order[50 * first : 50 * first + 32]]
    expected = augment(data.train_images[chosen], plan, 50 * first)
    np.testing.assert_array_equal(seen.images, expected)
    np.testing.assert_array_equal(seen.labels, data.train_labels[chosen])
    assert_same_weights(weights, run_weights_before(FLIPPED, first))
    assert len(seen.losses) == len(seen.answers) == 32


def run_weights_before(config, step):
    return trainer.advance(start(config), config, step).checkpoint.weights


def test_a_slice_of_one_batch_of_a_run_that_goes_on_is_none_to_look_at():
    engine = Waiting()
    run = Run(SMALL, "custom", engine)
    told = Batch(1, 1, *[np.zeros(1)] * 4)
    engine.jobs.pop(0).on_done(replace(trained_by(1)(start(SMALL)), batch=told), None)
    assert run.snapshot().batch is None
    run.pause()
    job = engine.jobs.pop(0)
    job.on_done(replace(trained_by(1)(job.arguments[0]), batch=told), None)
    assert run.snapshot().batch is told


def test_the_losses_of_a_whole_batch_are_its_loss(engine):
    config = replace(SMALL, batch_size=32)
    run = paused(engine, config)
    run.one_batch()
    wait(lambda: not run.outstanding)
    now = run.snapshot()
    assert float(now.batch.losses.mean()) == pytest.approx(float(now.losses[-1]), rel=1e-4)
    right = (now.batch.answers == now.batch.labels).mean()
    assert float(right) == pytest.approx(float(now.accuracies[-1]))


def test_slow_motion_that_nobody_looks_at_ends(engine, monkeypatch):
    monkeypatch.setattr(run_module, "SLOW_SECONDS", 0.01)
    monkeypatch.setattr(run_module, "SLOW_FORGOTTEN_SECONDS", 0.05)
    run = paused(engine)
    run.slow_motion()
    wait(lambda: not run._now.slow)
    wait(lambda: not run.outstanding)
    step = run._now.step
    time.sleep(0.2)
    assert (run.status, run._now.step) == ("paused", step)


def test_a_learning_rate_that_changes_on_the_way_counts_from_there(engine):
    run = paused(engine)
    here = run.snapshot().step
    run.change(learning_rate=0.01)
    assert run.snapshot().changes == (Change(here, "learning_rate", 0.001, 0.01),)
    run.resume()
    assert ended(run).status == "finished"
    first = trainer.advance(start(SMALL), SMALL, here).checkpoint
    after = replace(SMALL, learning_rate=0.01)
    while first.step < 40:
        first = trainer.advance(first, after, 1000).checkpoint
    assert_same_weights(run.trained().weights, first.weights)


def test_while_it_trains_a_change_counts_from_the_next_slice_on(engine):
    run = Run(replace(SMALL, epochs=50), "custom", engine)
    wait(lambda: run.snapshot().step > 5)
    run.change(epochs=3, learning_rate=0.002)
    now = ended(run)
    assert (now.status, now.step, now.config.epochs) == ("finished", 60, 3)
    assert {change.name for change in now.changes} == {"learning_rate", "epochs"}
    assert 0 < now.changes[0].step < 60


def test_epochs_cannot_be_fewer_than_there_were(engine):
    run = paused(engine, replace(SMALL, epochs=5))
    run.one_epoch()
    wait(lambda: run.status == "paused")
    with pytest.raises(SettingError, match="in epoch 2, so it must be 2 or more"):
        run.change(epochs=1)
    with pytest.raises(SettingError, match="Learning rate is 7; it must be"):
        run.change(learning_rate=7)
    assert run.snapshot().changes == ()
    run.stop()
    ended(run)


def test_a_run_goes_further_as_if_it_had_been_longer_from_the_beginning(engine):
    run = Run(SMALL, "custom", engine)
    assert ended(run).status == "finished"
    run.change(epochs=3)
    now = ended(run)
    assert (now.step, now.config.epochs, now.test is not None) == (60, 3, True)
    assert now.changes == (Change(40, "epochs", 2, 3),)
    longer = replace(SMALL, epochs=3)
    assert_same_weights(run.trained().weights, undisturbed(longer).checkpoint.weights)


def test_more_epochs_that_are_wanted_during_the_last_slice_are_not_lost():
    engine = Waiting()
    run = Run(SMALL, "custom", engine)

    def answer(job):
        job.on_done(trainer.advance(*job.arguments), None)

    while run.snapshot().step + engine.jobs[0].arguments[2] < 40:
        answer(engine.jobs.pop())
    run.change(epochs=3)
    answer(engine.jobs.pop())
    now = run.snapshot()
    assert (now.step, now.status, now.config.epochs, now.test) == (40, "running", 3, None)
    assert now.changes == (Change(40, "epochs", 2, 3),)
    while engine.jobs:
        answer(engine.jobs.pop())
    assert (run.status, run.snapshot().step) == ("finished", 60)


def test_a_run_begins_with_the_weights_of_another(engine):
    first = undisturbed(SMALL).checkpoint.weights
    run = paused(engine, begin=(first, Origin("a", 40)))
    assert run.snapshot().origin == Origin("a", 40)
    here = run.snapshot().step
    begun = replace(start(SMALL), weights=first)
    expected = trainer.advance(begun, SMALL, here).checkpoint
    assert_same_weights(run.trained().weights, final_weights(expected, SMALL))
    run.stop()
    ended(run)


def snapshot(config, *accuracies):
    eye = np.eye(10, dtype=np.int64)
    epochs = tuple(
        EpochResult(number, 1.0, 0.5, Score(1.0, accuracy, eye))
        for number, accuracy in enumerate(accuracies, 1)
    )
    run = Run(config, "custom", Nobody())
    return replace(run.snapshot(), epochs=epochs, step=20 * len(epochs))


class Nobody:
    def submit(self, job):
        """Nothing is trained."""

    def withdraw(self, run):
        return True


def test_a_target_or_a_standstill_ends_a_run():
    config = replace(SMALL, epochs=9)
    assert why_stop(snapshot(config, 0.9)) == ""
    target = replace(config, target_accuracy=0.8)
    assert why_stop(snapshot(target, 0.7)) == ""
    assert "80.50\u00a0% of the validation" in why_stop(snapshot(target, 0.7, 0.805))
    patient = replace(config, patience=2)
    assert why_stop(snapshot(patient, 0.7, 0.6)) == ""
    reason = why_stop(snapshot(patient, 0.6, 0.7, 0.69, 0.7))
    assert reason.startswith("Stopped early: for 2 epochs")
    assert "70.00\u00a0% of epoch 2" in reason
    assert why_stop(replace(snapshot(patient, 0.7, 0.6, 0.5), step=180)) == "", "it ends anyway"


def test_a_run_that_stops_by_itself_says_why_and_is_measured(engine):
    run = Run(replace(SMALL, epochs=60, target_accuracy=0.2), "custom", engine)
    now = ended(run)
    assert (now.status, now.test is not None) == ("stopped", True)
    assert now.message.startswith("The target is reached")
    assert now.step % 20 == 0


def test_what_measures_by_held_out_pictures_needs_some():
    for name in ("target_accuracy", "patience"):
        config = Config(data="wardrobe", **{name: 1})
        with pytest.raises(SettingError, match="needs pictures that are held out"):
            Run(config, "custom", Nobody())


def test_going_further_needs_a_place(engine):
    runs = Runs(engine, 1, None, Quotas(training_each=1))
    run = runs.get(runs.start(SMALL, "custom", "me"))
    run.stop()
    ended(run)
    runs._alone[run.name]._checkpoint = start(SMALL)  # as a storage would have kept it
    other = runs.get(runs.start(replace(SMALL, epochs=50), "custom", "me"))
    with pytest.raises(ServerFullError):
        runs.change(run, epochs=4)
    with pytest.raises(SettingError, match="on this server it must be"):
        runs.change(other, epochs=1_000)
    other.stop()
    ended(other)


def test_a_run_that_was_removed_stays_away(engine):
    runs = Runs(engine, 1, None)
    token = runs.start(replace(SMALL, epochs=50), "custom", "me")
    run = runs.get(token)
    wait(lambda: run.snapshot().step)
    runs.remove(run)
    wait(lambda: not run.outstanding)
    assert runs.of("me") == []
    assert runs.get(token) is None
