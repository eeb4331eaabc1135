"""What the page Network computes: how layers are counted, one step of learning, what excites."""

import re

import numpy as np
import pytest

from model import PROJECT
from model.data import datasets
from model.insight.anatomy import anatomy, written
from model.insight.excitement import MOST, excitement
from model.insight.learning import RATES, learn
from model.networks.architectures import NETWORKS
from model.networks.forward import forward, predict
from model.training import checkpoint
from tests.lazy import Lazy

graph = Lazy("model.networks.graph")


@pytest.fixture(scope="module")
def trained():
    return checkpoint.read(PROJECT / "assets" / "lenet.safetensors")


@pytest.fixture(scope="module")
def images():
    return datasets.load("wardrobe").test_images[:120]


@pytest.mark.parametrize("name", NETWORKS)
def test_parts_are_those_of_keras_and_their_words_add_up(name):
    layers = {layer.name: layer for layer in graph.keras_model(NETWORKS[name]).layers}
    for part in anatomy(NETWORKS[name]):
        if part.name in layers:
            assert tuple(layers[part.name].output.shape[1:]) == part.given
        if not part.parameters:
            assert part.counted.startswith("nothing to learn")
            continue
        told = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+\d|\d", part.counted)]
        *factors, count, total = told
        each = np.prod(factors) if "numbers" in part.counted else 2
        bias = "and one bias" in part.counted
        assert count * (each + bias) == total == part.parameters


def test_the_second_convolution_is_counted_in_words():
    part = next(part for part in anatomy(NETWORKS["lenet"]) if part.name == "conv2")
    assert part.counted == "5 × 5 × 6 numbers and one bias for each of 16 filters: 2,416"
    assert written(part.given) == "14 × 14 × 16"


def test_a_step_of_learning_raises_the_true_class(trained, images):
    network = NETWORKS[trained.network]
    before = predict(network, trained.weights, images[:1])[0]
    truth = int(before.argsort()[-2])
    lesson = learn(network, trained.weights, images[0], truth, 0.01)
    assert lesson.answer[truth] > before[truth]
    key = "conv1/kernel"
    moved = trained.weights[key] - np.float32(0.01) * lesson.told.gradients[key]
    np.testing.assert_array_equal(lesson.after[key], moved)


@pytest.mark.parametrize("rate", [RATES[0], -1.0, 1.1, float("nan")])
def test_a_learning_rate_out_of_range_is_told(trained, images, rate):
    with pytest.raises(ValueError, match="above 0, and 1 at most"):
        learn(NETWORKS[trained.network], trained.weights, images[0], 0, rate)


@pytest.mark.parametrize("layer", ["conv1", "conv2", "pool1"])
def test_what_excites_a_filter_is_the_strongest_of_all_pictures(trained, images, layer):
    found = excitement(trained, images, layer)
    maps = forward(NETWORKS[trained.network], trained.weights, images)[layer]
    filters = maps.shape[-1]
    assert found.pictures.shape == (filters, MOST)
    for number in range(filters):
        strongest = maps[..., number].reshape(len(images), -1).max(axis=1)
        np.testing.assert_allclose(found.values[number], np.sort(strongest)[::-1][:MOST], rtol=1e-5)
        picture, (row, column) = found.pictures[number, 0], found.places[number, 0]
        assert maps[picture, row, column, number] == pytest.approx(strongest.max(), rel=1e-5)


def test_a_layer_that_is_not_there_is_an_error(trained, images):
    with pytest.raises(KeyError):
        excitement(trained, images, "conv9")
