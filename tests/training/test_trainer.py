"""`advance` is a pure slice: what it gives depends on its arguments and the data set alone."""

import tempfile
from dataclasses import replace

import numpy as np
import pytest

from model.data import datasets
from model.networks.architectures import NETWORKS, Network, from_vector
from model.networks.layers import BatchNorm, Conv, Dense, Flatten, Pool
from model.training import batches
from model.training.checkpoint import start
from model.training.rate_finder import suggestion
from model.training.recipes import (
    AUGMENTATIONS,
    OPTIMIZERS,
    RECIPES,
    SCHEDULES,
    Config,
    learning_rates,
)
from tests.lazy import Lazy

graph = Lazy("model.networks.graph")
keras = Lazy("keras")
trainer = Lazy("model.training.trainer")
sweeps = Lazy("model.training.sweep")

SMALL = Config(data="wardrobe", epochs=2, batch_size=50, train_images=600)


def train(config, cuts):
    """Train to the end in slices whose lengths repeat `cuts`; all slices."""
    checkpoint, slices = start(config), []
    while not (slices and slices[-1].test):
        slices.append(trainer.advance(checkpoint, config, cuts[len(slices) % len(cuts)]))
        checkpoint = slices[-1].checkpoint
    return slices


def same(first, second):
    return all(np.array_equal(first.weights[k], second.weights[k]) for k in first.weights) and all(
        np.array_equal(first.slots[k], second.slots[k]) for k in first.slots
    )


def test_no_file_is_left_that_a_killed_worker_could_not_remove(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    from model.training.trainer import _trainer

    _trainer.cache_clear()  # what is traced by now has left its files elsewhere
    trainer.advance(start(SMALL), SMALL, 2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("optimizer", "network"),
    [*((name, "lenet") for name in OPTIMIZERS), ("adamw", "lenet-modern")],
)
def test_cuts_do_not_change_a_bit(optimizer, network):
    config = replace(
        SMALL,
        optimizer=optimizer,
        network=network,
        schedule="cosine",
        averaging=0.99,
        weight_decay=0.1,
        augmentation="flip, shift and erase",
        train_images=300,
        validation_images=100,
    )
    whole, cut = train(config, [1000]), train(config, [1, 5, 2])
    assert len(cut) > len(whole)
    assert same(whole[-1].checkpoint, cut[-1].checkpoint)
    np.testing.assert_array_equal(
        np.concatenate([s.losses for s in whole]), np.concatenate([s.losses for s in cut])
    )
    assert whole[-1].test.accuracy == cut[-1].test.accuracy


def test_the_number_of_cores_changes_no_bit():
    """With more threads TensorFlow adds up in another order."""
    from model.training import trainer

    assert trainer.tf.config.threading.get_intra_op_parallelism_threads() == 1


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_losses_of_batches_and_of_held_out_pictures_are_of_one_kind(smoothing, monkeypatch):
    """The same pictures, none of them changed, as one batch and held out, by the same weights."""
    config = replace(SMALL, epochs=1, label_smoothing=smoothing, train_images=500, batch_size=500)
    one = trainer.advance(start(config), config, 1)
    learned = batches.split(6_000, 500, 0).train
    monkeypatch.setattr("model.training.trainer.split", lambda *_: batches.Split(learned, learned))
    held = trainer.validate(start(config), config)
    assert float(one.losses[0]) == pytest.approx(held.loss, rel=1e-5)
    assert float(one.accuracies[0]) == pytest.approx(held.accuracy)


def test_the_first_slice_of_a_worker_is_known_by_its_name():
    from model.training.trainer import _trainer

    _trainer.cache_clear()
    first = trainer.advance(start(SMALL), SMALL, 2)
    second = trainer.advance(first.checkpoint, SMALL, 2)
    assert (first.cold, second.cold) == (True, False)


def test_another_seed_gives_other_weights():
    one, two = (train(replace(SMALL, epochs=1, seed=s), [1000])[-1] for s in (0, 1))
    assert not same(one.checkpoint, two.checkpoint)


def test_a_slice_ends_with_its_epoch():
    config = replace(SMALL, train_images=130)
    first = trainer.advance(start(config), config, 1000)
    assert first.checkpoint.step == 3  # 50 + 50 + 30 pictures
    assert first.test is None
    assert trainer.advance(first.checkpoint, config, 2).checkpoint.step == 5


def test_validation_comes_with_epochs_and_the_test_set_only_at_the_end():
    config = replace(SMALL, validation_images=100)
    slices = train(config, [5])
    ends = [s.checkpoint.step % 12 == 0 for s in slices]
    assert [s.validation is not None for s in slices] == ends
    assert [s.test is not None for s in slices] == [False] * (len(slices) - 1) + [True]
    assert slices[-1].validation.confusion.sum() == 100
    assert slices[-1].test.confusion.sum() == 1_000


def test_stopping_early_measures_the_test_set_and_trains_nothing():
    checkpoint = trainer.advance(start(SMALL), SMALL, 4).checkpoint
    ended = trainer.advance(checkpoint, SMALL, 0, last=True)
    assert same(checkpoint, ended.checkpoint)
    assert ended.test.accuracy == trainer.evaluate(SMALL, checkpoint.weights).accuracy
    assert len(ended.losses) == 0


NORMALISED = Network(
    "With batch normalisation",
    "",
    (
        Conv(6, 3, "same", "linear", bias=False),
        BatchNorm("relu"),
        Pool("average"),
        Flatten(),
        Dense(10, "softmax"),
    ),
)


@pytest.mark.parametrize(
    ("optimizer", "network"),
    [*((name, "lenet") for name in OPTIMIZERS), ("adamw", "normalised")],
)
def test_the_steps_are_those_of_keras(optimizer, network, monkeypatch):
    """The same pictures in the same order through `train_on_batch` give the same weights."""
    monkeypatch.setitem(NETWORKS, "normalised", NORMALISED)
    config = replace(
        SMALL,
        optimizer=optimizer,
        network=network,
        epochs=1,
        learning_rate=0.003,
        weight_decay=0.1,
        label_smoothing=0.1,
    )
    pictures = datasets.load("wardrobe")
    chosen = batches.split(6_000, 600, 0).train
    order = chosen[batches.epoch_plan(600, "none", 0, 0).order]
    x = pictures.train_images[order][..., None] / np.float32(255)
    y = keras.utils.to_categorical(pictures.train_labels[order], 10)
    model = graph.keras_model(NETWORKS[network])
    for layer in model.layers:
        weights = start(config).weights
        layer.set_weights([v for k, v in weights.items() if k.split("/")[0] == layer.name])
    theirs = {
        "sgd": keras.optimizers.SGD(0.003, momentum=0.9),
        "adam": keras.optimizers.Adam(0.003),
        "adamw": keras.optimizers.AdamW(0.003, weight_decay=0.1),
    }[optimizer]
    if optimizer == "adamw":
        theirs.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    told = keras.metrics.CategoricalCrossentropy()  # of a batch, without the labels' smoothing
    model.compile(theirs, loss, metrics=[told], run_eagerly=True)  # no graph for six steps
    ours, expected = trainer.advance(start(config), config, 6), []
    for i in range(0, 300, 50):
        model.reset_metrics()
        expected.append(float(model.train_on_batch(x[i : i + 50], y[i : i + 50])[1]))
    np.testing.assert_allclose(ours.losses, expected, rtol=2e-4)
    # Adam makes whole steps of a gradient that is only rounding error: one weight in ten thousand
    near = 1e-3 if network == "normalised" else 2e-4
    for layer in model.layers:
        mine = [v for k, v in ours.checkpoint.weights.items() if k.split("/")[0] == layer.name]
        mine = mine[: len(layer.trainable_weights)]  # averages have a test of their own
        for a, b in zip(mine, layer.trainable_weights, strict=True):
            np.testing.assert_allclose(a, b, atol=near)


def test_batch_normalisation_knows_what_was_usual_after_a_few_batches(monkeypatch):
    """Measured with the averages, a short run is about as good as its last batches were."""
    monkeypatch.setitem(NETWORKS, "normalised", NORMALISED)
    config = replace(SMALL, network="normalised", learning_rate=0.01, validation_images=500)
    first = trainer.advance(start(config), config, 1).checkpoint.weights
    assert (first["batchnorm1/variance"] < 0.2).all()  # those of the batch, not 1 as before it
    last = train(config, [1000])[-1]
    assert last.validation.accuracy > last.accuracies[-3:].mean() - 0.15


def test_dropout_zeroes_by_chance_and_keeps_the_sum():
    """Two layers of a batch, and two batches, lose different numbers; the same one the same."""
    ones = np.ones((100, 50), np.float32)

    def drops(step):
        mode = graph.TrainingMode(np.array([7, step], np.int32))
        return [mode.dropout(ones, 0.3).numpy() for _ in range(2)]

    first, second = drops(1)
    assert (first == 0).mean() == pytest.approx(0.3, abs=0.03)
    assert first.mean() == pytest.approx(1, abs=0.05)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, drops(1)[0])
    assert not np.array_equal(first, drops(2)[0])


def test_lenet_learns_the_drawn_wardrobe():
    config = replace(SMALL, epochs=3, train_images=6_000, learning_rate=0.002)
    slices = train(config, [1000])
    losses = [s.losses.mean() for s in slices]
    assert losses[-1] < losses[0] / 2
    assert slices[-1].test.accuracy > 0.6


def test_the_average_is_used_where_one_is_kept():
    config = replace(SMALL, averaging=0.9, validation_images=100)
    last = train(config, [1000])[-1]
    average = from_vector(NETWORKS["lenet"], last.checkpoint.slots["average"])
    assert last.test.accuracy == trainer.evaluate(config, average).accuracy
    assert not np.array_equal(average["dense1/kernel"], last.checkpoint.weights["dense1/kernel"])


# As many batches as a sweep has are ten epochs and no multiple of one.
SWEPT = replace(SMALL, batch_size=47, augmentation="flip", label_smoothing=0.1)


def test_a_sweep_through_learning_rates_falls_and_repeats_itself():
    first, second = sweeps.sweep(SWEPT), sweeps.sweep(replace(SWEPT, learning_rate=0.5, epochs=1))
    np.testing.assert_array_equal(first.rates, second.rates)
    np.testing.assert_array_equal(first.losses, second.losses)
    assert len(first.losses) == len(first.rates) > 80
    assert np.isfinite(first.losses).all()
    assert 1e-4 <= suggestion(first) <= 1e-2
    assert not np.array_equal(first.losses, sweeps.sweep(replace(SWEPT, seed=1)).losses)


def test_a_sweep_begins_as_a_run_does():
    """The same first batch and weights, and the same step where the rate is the same."""
    lowest = replace(SWEPT, learning_rate=1e-5, epochs=1)
    run = trainer.advance(start(lowest), lowest, 2)
    losses = sweeps.sweep(SWEPT).losses[:2]
    assert losses[0] == run.losses[0]
    assert losses[1] == pytest.approx(run.losses[1], rel=1e-5)


def test_a_sweep_changes_no_bit_of_a_run():
    alone = train(SWEPT, [1000])
    checkpoint, slices = start(SWEPT), []
    for _ in alone:
        sweeps.sweep(replace(SWEPT, batch_size=8))
        slices.append(trainer.advance(checkpoint, SWEPT, 1000))
        checkpoint = slices[-1].checkpoint
    assert same(alone[-1].checkpoint, checkpoint)
    for mine, theirs in zip(slices, alone, strict=True):
        np.testing.assert_array_equal(mine.losses, theirs.losses)


def test_a_sweep_that_goes_wrong_ends_early(monkeypatch):
    monkeypatch.setattr(
        "model.training.sweep.over", lambda losses: 13 if len(losses) >= 13 else None
    )
    found = sweeps.sweep(SWEPT)
    assert len(found.losses) == len(found.rates) == 13


def test_split_never_trains_on_what_is_held_out():
    parts = batches.split(60_000, 60_000, 5_000)
    assert (len(parts.train), len(parts.validation)) == (55_000, 5_000)
    assert not set(parts.train) & set(parts.validation)
    fewer = batches.split(60_000, 1_000, 5_000)
    np.testing.assert_array_equal(parts.validation, fewer.validation)
    assert len(batches.split(6_000, 60_000, 5_000).validation) == 500


def test_every_picture_is_seen_once_an_epoch():
    for epoch in (0, 1):
        order = batches.epoch_plan(1_000, "flip", 7, epoch).order
        assert sorted(order) == list(range(1_000))
    assert not np.array_equal(order, batches.epoch_plan(1_000, "flip", 7, 0).order)


# Those that turn and relight pictures are tested in test_batches.py.
@pytest.mark.parametrize("name", [key for key, change in AUGMENTATIONS.items() if not change.turn])
def test_augmentation_does_what_its_plan_says(name):
    images = np.random.default_rng(0).integers(1, 256, (300, 28, 28)).astype(np.uint8)
    plan = batches.epoch_plan(300, name, 0, 0)
    changed = batches.augment(images[100:200], plan, 100)
    for i in (0, 1, 2, 50, 99):
        expected = images[100 + i][:, ::-1] if plan.flip[100 + i] else images[100 + i]
        rows, columns = plan.shift[100 + i]
        moved = np.zeros((28, 28), np.uint8)
        for row in range(28):
            for column in range(28):
                if 0 <= row - rows < 28 and 0 <= column - columns < 28:
                    moved[row, column] = expected[row - rows, column - columns]
        top, left, side = plan.erase[100 + i]
        moved[top : top + side, left : left + side] = 0
        np.testing.assert_array_equal(changed[i], moved)
    assert images.min() > 0, "the data set itself was changed"
    if name == "none":
        np.testing.assert_array_equal(changed, images[100:200])


@pytest.mark.parametrize("name", SCHEDULES)
def test_learning_rates_stay_between_nothing_and_the_full_rate(name):
    config = Config(schedule=name, learning_rate=0.5)
    rates = learning_rates(config, 0, 1_000, 1_000)
    assert rates.min() >= 0
    assert 0.45 < rates.max() <= 0.5
    np.testing.assert_array_equal(rates[300:400], learning_rates(config, 300, 100, 1_000))


def test_recipes_hold_out_pictures_except_the_articles():
    held = {name: recipe.config.validation_images for name, recipe in RECIPES.items()}
    assert held == {"article": 0, "quick": 5_000, "best": 5_000, "sketch": 5_000}
    article = RECIPES["article"].config
    assert (article.epochs, article.batch_size, article.learning_rate) == (30, 32, 0.001)
