"""The backward pass in NumPy gives the gradients of Keras, for every network."""

import numpy as np
import pytest

from model.networks import architectures
from model.networks.architectures import NETWORKS
from model.networks.backward import backward, gradients
from tests.lazy import Lazy
from tests.networks.test_networks import images, keras_with, layers_with, random_weights

keras = Lazy("keras")
tf = Lazy("tensorflow")


def keras_gradients(name, weights, image, label):
    """Loss and gradients by Keras' trainable weights, in the order of ours that are learned."""
    model = keras_with(name, weights)
    with tf.GradientTape() as tape:
        guess = model(image[None, ..., None] / np.float32(255), training=False)
        loss = keras.losses.sparse_categorical_crossentropy(np.array([label]), guess)
    return float(loss[0]), tape.gradient(loss, model.trainable_weights)


def check(name, label):
    weights, image = random_weights(name), images(1)[0]
    found = backward(NETWORKS[name], weights, image, label)
    loss, expected = keras_gradients(name, weights, image, label)
    assert found.loss == pytest.approx(loss, rel=1e-4, abs=1e-5)
    assert found.errors == pytest.approx(found.probabilities - np.eye(10)[label], abs=1e-6)
    learned = [key for key in weights if not key.endswith(("/mean", "/variance"))]
    assert set(found.gradients) == set(learned)
    for key, theirs in zip(learned, expected, strict=True):
        scale = max(float(np.abs(theirs).max()), 1e-9)
        np.testing.assert_allclose(found.gradients[key] / scale, theirs / scale, atol=2e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_keras(name):
    check(name, 7)


@pytest.mark.parametrize(
    ("kernel", "padding", "kind"),
    [(5, "same", "max"), (3, "valid", "average"), (4, "same", "average")],
)
def test_gradients_of_other_layers_are_those_of_keras(monkeypatch, kernel, padding, kind):
    network = architectures.Network("New", "", layers_with(kernel, padding, kind))
    monkeypatch.setitem(NETWORKS, "new", network)
    check("new", 2)


def test_a_small_step_against_the_gradient_lowers_the_loss():
    network, weights, image = NETWORKS["lenet"], random_weights("lenet"), images(1)[0]
    before = backward(network, weights, image, 3)
    after = {key: array - 1e-4 * before.gradients[key] for key, array in weights.items()}
    assert backward(network, after, image, 3).loss < before.loss


def test_weights_that_give_no_numbers_are_told():
    weights = {key: array * np.float32(1e30) for key, array in random_weights("lenet").items()}
    with (
        np.errstate(all="ignore"),
        pytest.raises(OverflowError, match="no finite numbers"),
    ):
        backward(NETWORKS["lenet"], weights, images(1)[0], 0)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_of_some_pictures_is_the_mean_of_each_one_s(name):
    weights, pictures, labels = random_weights(name), images(3), np.array([4, 0, 9])
    found = gradients(NETWORKS[name], weights, pictures, labels)
    each = [
        backward(NETWORKS[name], weights, image, label).gradients
        for image, label in zip(pictures, labels, strict=True)
    ]
    for part, gradient in found.items():
        expected = np.mean([one[part] for one in each], axis=0)
        largest = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(gradient, expected, atol=1e-5 * largest, rtol=1e-4)
