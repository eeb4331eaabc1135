"""The descriptions in `model/networks/architectures.py` and what is read from them."""

import contextlib
import io
import math

import numpy as np
import pytest

from model.networks import architectures
from model.networks.architectures import NETWORKS
from model.networks.forward import forward, predict
from model.training import checkpoint
from model.training.checkpoint import CheckpointError
from tests.lazy import Lazy

graph = Lazy("model.networks.graph")
keras = Lazy("keras")
tf = Lazy("tensorflow")

everyone = pytest.mark.parametrize("name", NETWORKS)


def random_weights(name, seed=0):
    """Weights with biases that are not zero, so that a forgotten bias shows."""
    rng = np.random.default_rng(seed)
    shapes = architectures.weight_shapes(NETWORKS[name])
    weights = {k: rng.normal(0, 0.15, s).astype(np.float32) for k, s in shapes.items()}
    return {k: np.abs(v) if k.endswith("/variance") else v for k, v in weights.items()}


def images(count=7):
    return np.random.default_rng(1).integers(0, 256, (count, 28, 28)).astype(np.uint8)


def keras_with(name, weights):
    model = graph.keras_model(NETWORKS[name])
    for layer in model.layers:
        layer.set_weights([v for k, v in weights.items() if k.split("/")[0] == layer.name])
    return model


def test_the_articles_lenet_has_107786_parameters():
    counts = architectures.parameter_counts(NETWORKS["lenet"])
    assert [n for n in counts.values() if n] == [156, 2_416, 94_200, 10_164, 850]
    assert sum(counts.values()) == 107_786


def test_one_picture_takes_lenet_693000_products():
    in_convolutions, in_dense = 25 * 6 * 784 + 150 * 16 * 196, 784 * 120 + 120 * 84 + 84 * 10
    found = architectures.multiplications(NETWORKS["lenet"])
    assert found == in_convolutions + in_dense == 693_000


def test_lenet_of_1998_has_61706_parameters():
    assert sum(architectures.parameter_counts(NETWORKS["lenet-1998"]).values()) == 61_706


def test_the_modern_lenet_has_fewer_parameters_than_lenet():
    parameters = architectures.parameter_counts
    counts = {name: sum(parameters(network).values()) for name, network in NETWORKS.items()}
    assert counts["lenet-modern"] == 104_386 < counts["lenet"]


@everyone
def test_shapes_and_counts_are_those_of_keras(name):
    network, model = NETWORKS[name], graph.keras_model(NETWORKS[name])
    assert [layer.output.shape[1:] for layer in model.layers] == list(
        architectures.output_shapes(network)
    )
    counts = {
        layer.name: sum(math.prod(weight.shape) for weight in layer.trainable_weights)
        for layer in model.layers
    }
    assert counts == architectures.parameter_counts(network)


@everyone
def test_numpy_and_keras_agree_on_every_layer(name):
    weights, pictures = random_weights(name), images()
    ours = forward(NETWORKS[name], weights, pictures)
    model = keras_with(name, weights)
    every_output = keras.Model(model.inputs, [layer.output for layer in model.layers])
    theirs = every_output.predict(pictures[..., None] / np.float32(255), verbose=0)
    for layer, expected in zip(model.layers, theirs, strict=True):
        # Where large numbers cancel, what is left of them is as exact as they were.
        largest = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(ours[layer.name], expected, atol=1e-5 * largest, rtol=1e-5)


@everyone
@pytest.mark.parametrize("narrow", [True, False], ids=["without AVX-512", "with AVX-512"])
def test_the_training_graph_computes_what_keras_computes(name, narrow, monkeypatch):
    monkeypatch.setattr("model.networks.graph.NARROW", narrow)
    weights, pictures = random_weights(name), images()
    ours = graph.logits(NETWORKS[name], weights, pictures).numpy()
    probabilities = keras_with(name, weights).predict(
        pictures[..., None] / np.float32(255), verbose=0
    )
    np.testing.assert_allclose(keras.ops.softmax(ours), probabilities, atol=1e-5)


@pytest.mark.parametrize("kind", ["average", "max"])
@pytest.mark.parametrize(("padding", "pool"), [("same", 2), ("valid", 2), ("same", 3)])
def test_other_layers_than_lenets_agree_as_well(monkeypatch, kind, padding, pool):
    """Layers that no entry of NETWORKS has yet, so that a new entry needs no new code."""
    layers = (
        architectures.Conv(3, 3, padding, "relu"),
        architectures.Conv(4, 3, padding, "tanh"),
        architectures.Pool(kind, pool),
        architectures.Flatten(),
        architectures.Dense(10, "softmax"),
    )
    monkeypatch.setitem(NETWORKS, "new", architectures.Network("New", "", layers))
    test_numpy_and_keras_agree_on_every_layer("new")
    for narrow in (True, False):
        test_the_training_graph_computes_what_keras_computes("new", narrow, monkeypatch)
    test_shapes_and_counts_are_those_of_keras("new")


def layers_with(kernel, padding, kind):
    """A convolution of a picture and one of channels, each with a pooling after it."""
    return (
        architectures.Conv(3, kernel, padding, "tanh"),
        architectures.Pool(kind, 2),
        architectures.Conv(4, kernel, padding, "relu"),
        architectures.Pool(kind, 2),
        architectures.Flatten(),
        architectures.Dense(10, "softmax"),
    )


@pytest.mark.parametrize("narrow", [True, False], ids=["without AVX-512", "with AVX-512"])
@pytest.mark.parametrize(
    ("kernel", "padding", "kind"),
    [(5, "same", "average"), (5, "valid", "max"), (3, "same", "max"), (4, "same", "average")],
)
def test_the_gradients_are_those_of_keras(monkeypatch, kernel, padding, kind, narrow):
    monkeypatch.setattr("model.networks.graph.NARROW", narrow)
    network = architectures.Network("New", "", layers_with(kernel, padding, kind))
    monkeypatch.setitem(NETWORKS, "new", network)
    weights, pictures = random_weights("new"), images()
    labels = np.arange(len(pictures))
    ours = {name: tf.constant(array) for name, array in weights.items()}
    with tf.GradientTape() as tape:
        tape.watch(list(ours.values()))
        logits = graph.logits(network, ours, pictures)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    found = tape.gradient(loss, list(ours.values()))
    model = keras_with("new", weights)
    with tf.GradientTape() as tape:
        guess = model(pictures[..., None] / np.float32(255))
        loss = keras.losses.sparse_categorical_crossentropy(labels, guess)
    expected = tape.gradient(loss, model.trainable_weights)
    for mine, theirs in zip(found, expected, strict=True):
        scale = np.abs(theirs).max()
        np.testing.assert_allclose(mine / scale, theirs / scale, atol=1e-5)


@everyone
def test_weights_survive_the_way_to_a_vector_and_back(name):
    weights = random_weights(name)
    back = architectures.from_vector(NETWORKS[name], architectures.to_vector(weights))
    assert list(back) == list(weights)
    for key in weights:
        np.testing.assert_array_equal(back[key], weights[key])


def test_first_weights_follow_from_the_seed():
    first, same, other = (architectures.initial_weights(NETWORKS["lenet"], s) for s in (3, 3, 4))
    np.testing.assert_array_equal(first["conv1/kernel"], same["conv1/kernel"])
    assert not np.array_equal(first["conv1/kernel"], other["conv1/kernel"])
    assert not first["conv1/bias"].any()
    # Glorot's limit for 5x5 kernels from 6 to 16 channels
    assert np.abs(first["conv2/kernel"]).max() <= np.sqrt(6 / (25 * 22))


def test_prediction_in_parts_is_prediction_at_once():
    weights, pictures = random_weights("lenet"), images(10)
    whole = predict(NETWORKS["lenet"], weights, pictures)
    parts = predict(NETWORKS["lenet"], weights, pictures, batch=3)
    np.testing.assert_allclose(whole, parts, atol=1e-6)
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)
    assert predict(NETWORKS["lenet"], weights, pictures[:0]).shape == (0, 10)


@pytest.mark.filterwarnings("ignore:Even though the `tf.config")  # tf.data stays a graph; so be it
@everyone
def test_the_keras_code_runs_and_builds_this_network(name, monkeypatch):
    """The text is run whole, with a tiny data set and one epoch in place of thirty.

    Eagerly: to compile a graph takes seconds, and it would be used once.
    """
    rng = np.random.default_rng(0)
    small = [(rng.integers(0, 256, (n, 28, 28)), rng.integers(0, 10, n)) for n in (32, 32)]
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: small)
    code = architectures.keras_code(NETWORKS[name]).replace("epochs=30", "epochs=1")
    space: dict = {}
    tf.config.run_functions_eagerly(True)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, space)
    finally:
        tf.config.run_functions_eagerly(False)
    ours = graph.keras_model(NETWORKS[name])
    assert space["model"].count_params() == ours.count_params()
    assert activations(space["model"]) == activations(ours)


def activations(model):
    """The activation of every layer, also of those inside a layer."""
    flat = [inner for layer in model.layers for inner in getattr(layer, "layers", [layer])]
    return [layer.get_config().get("activation") for layer in flat]


@pytest.mark.parametrize(
    ("ending", "kind"), [("keras", "a Keras model"), ("h5", "a Keras or HDF5")]
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras advises against .h5
def test_what_keras_saved_is_told_and_not_loaded(ending, kind, tmp_path):
    file = tmp_path / f"model.{ending}"
    graph.keras_model(NETWORKS["lenet"]).save(file)
    with pytest.raises(CheckpointError, match=kind):
        checkpoint.read(file)
