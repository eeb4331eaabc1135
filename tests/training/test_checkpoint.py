"""Weights files: what is saved comes back, and everything else is refused in one sentence."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from model import PROJECT
from model.data.datasets import NAMES, Dataset
from model.insight.out_of_distribution import confidence, distances, fit_reference
from model.networks.architectures import NETWORKS, initial_weights, weight_shapes
from model.networks.forward import forward, largest, predict
from model.training import checkpoint
from model.training.checkpoint import CheckpointError, Trained, fingerprint, load, to_bytes
from model.training.recipes import RECIPES, Config

ASSETS = PROJECT / "assets"
SHIPPED = sorted(set(ASSETS.glob("*.safetensors")) - set(ASSETS.glob("*.reference.safetensors")))


def trained(network="lenet", seed=0):
    config = Config(network=network, seed=seed)
    weights = initial_weights(NETWORKS[network], seed)
    return Trained(weights, config, "article", 2.5, {"test": 0.9})


def file_with(change, network="lenet"):
    """A weights file after `change(arrays, metadata)`."""
    made = trained(network)
    arrays = dict(made.weights)
    content = to_bytes(made)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    about = header["__metadata__"]
    change(arrays, about)
    return save(arrays, metadata=about)


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_saved_comes_back(network):
    made = trained(network)
    back = load(to_bytes(made))
    assert (back.config, back.recipe, back.epoch) == (made.config, "article", 2.5)
    assert back.accuracies == {"test": 0.9}
    for name, array in made.weights.items():
        np.testing.assert_array_equal(back.weights[name], array)


def test_a_fingerprint_tells_weights_and_networks_apart():
    assert fingerprint(trained()) == fingerprint(trained())
    assert (
        len({fingerprint(trained(*made)) for made in (("lenet", 0), ("lenet", 1), ("mlp", 0))}) == 3
    )


def nan(arrays, about):
    arrays["conv1/kernel"] = np.full_like(arrays["conv1/kernel"], np.nan)


def other_network(arrays, about):
    about["config"] = json.dumps(json.loads(about["config"]) | {"network": "mlp"})


def unknown_network(arrays, about):
    about["config"] = json.dumps(json.loads(about["config"]) | {"network": "resnet"})


def other_shape(arrays, about):
    arrays["dense1/bias"] = arrays["dense1/bias"][:-1]


def other_type(arrays, about):
    arrays["dense1/bias"] = arrays["dense1/bias"].astype(np.float64)


def missing(arrays, about):
    del arrays["dense3/bias"]


def no_metadata(arrays, about):
    about.clear()


def odd_metadata(arrays, about):
    about["config"] = "[" * 10_000


def set_to(**changes):
    """A change of the settings in a file."""

    def change(arrays, about):
        about["config"] = json.dumps(json.loads(about["config"]) | changes)

    return change


def about_is(**changes):
    """A change of what a file says about itself."""
    return lambda arrays, about: about.update(changes)


def huge(name, value, others=None):
    """A change that fills one array with a value, and leaves the others or fills them, too."""

    def change(arrays, about):
        for each, array in arrays.items():
            if each == name or others is not None:
                arrays[each] = np.full_like(array, value if each == name else others)

    return change


def renamed(arrays, about):
    arrays["\x1b[2J![x](https://example.org/a.png)\u202e" + "x" * 5_000] = arrays.pop("dense3/bias")


def crowded(arrays, about):
    arrays |= {f"a{number}": np.zeros(1, np.float32) for number in range(100)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (nan, "not numbers"),
        (other_network, "do not belong to Plain neural network"),
        (unknown_network, "a network that this app does not have"),
        (other_shape, r"'dense1/bias' is \(119,\), not \(120,\)"),
        (other_type, "float64"),
        (missing, "'dense3/bias' is missing"),
        (no_metadata, "which network"),
        (odd_metadata, "which network"),
        (about_is(format="pt"), "which network"),
        (about_is(config=" " * 3_000_000), "describes itself in 3,00[0-9] kB"),
        (about_is(config='{"seed": 0, "seed": 1}'), "which network"),
        (about_is(config="[]"), "which network"),
        (about_is(config='"lenet"'), "which network"),
        (set_to(extra=1), "which network"),
        (set_to(__doc__="text"), "which network"),
        (set_to(network=["lenet"]), "which network"),
        (set_to(data=["fashion-mnist"]), "which network"),
        (set_to(data={"a": "b"}), "which network"),
        (set_to(data="\ud800"), "Data is"),
        (set_to(data="![x](https://example.org/a.png)"), "Data is"),
        (set_to(optimizer="lion"), "Optimizer is"),
        (set_to(schedule="steps"), "Schedule is"),
        (set_to(augmentation="mixup"), "Augmentation is"),
        (set_to(seed=True), "which network"),
        (set_to(seed=1.0), "which network"),
        (set_to(epochs="3"), "which network"),
        (set_to(epochs=0), "Epochs is 0"),
        (set_to(epochs=10**18), "Epochs is 1e"),
        (set_to(epochs=10**400), "which network"),
        (set_to(learning_rate=float("nan")), "which network"),
        (set_to(learning_rate=1e308), "Learning rate is far too large"),
        (about_is(recipe="**best**"), "which network"),
        (about_is(epoch="nan"), "which network"),
        (about_is(epoch="-1"), "which network"),
        (about_is(epoch="inf"), "which network"),
        (about_is(epoch="1e9"), "which network"),
        (about_is(epoch="9" * 5_000), "which network"),
        (about_is(accuracies='{"test": NaN}'), "which network"),
        (about_is(accuracies='{"test": 1e308}'), "which network"),
        (about_is(accuracies='{"test": -0.1}'), "which network"),
        (about_is(accuracies='{"test": "0.9"}'), "which network"),
        (about_is(accuracies='{"test": true}'), "which network"),
        (about_is(accuracies='{"test": null}'), "which network"),
        (about_is(accuracies=f'{{"test": {"9" * 400}}}'), "which network"),
        (about_is(accuracies='{"exam": 0.9}'), "which network"),
        (about_is(accuracies="[0.9]"), "which network"),
        (renamed, r"'\\x1b\[2J!\[x\]"),
        (crowded, "holds 110 arrays"),
        (huge("conv1/kernel", 1e38), "so large that no picture"),
        (huge("dense3/bias", 1e38), "so large that no picture"),
        (huge("conv1/kernel", 1e12, 1e12), "so large that no picture"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(change, words):
    with pytest.raises(CheckpointError, match=words) as caught:
        load(file_with(change))
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300
    assert str(caught.value).endswith((".", "needed."))


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch):
    monkeypatch.setattr(checkpoint, "parse", lambda content: pytest.fail("was parsed"))
    with pytest.raises(CheckpointError, match="MB"):
        load(bytes(checkpoint.MAX_FILE_BYTES + 1))


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(content):
    with pytest.raises(CheckpointError):
        load(content)


WHOLE = to_bytes(trained())


@settings(max_examples=200)
@given(st.integers(0, 1500), st.integers(0, 255), st.integers(0, len(WHOLE)))
def test_a_damaged_file_is_refused_or_harmless(place, value, length):
    damaged = bytearray(WHOLE)
    damaged[place] = value
    for content in (bytes(damaged), WHOLE[:length]):
        try:
            back = load(content)
        except CheckpointError:
            continue
        assert set(back.weights) == set(trained().weights)


def test_many_arrays_are_refused_before_they_are_parsed(monkeypatch):
    arrays = {f"{number}": np.zeros(1, np.float32) for number in range(30_000)}
    content = save(arrays, metadata={})
    monkeypatch.setattr(checkpoint, "parse", lambda content: pytest.fail("was parsed"))
    start = time.perf_counter()
    with pytest.raises(CheckpointError, match="kB"):
        load(content)
    assert time.perf_counter() - start < 0.1


@pytest.mark.parametrize("header", [b"[]", b'{"__metadata__": []}', b'{"__metadata__": {"a": 1}}'])
def test_a_header_of_another_shape_is_refused(header):
    with pytest.raises(CheckpointError, match="damaged"):
        load(len(header).to_bytes(8, "little") + header)


@pytest.mark.parametrize("recipe", [*RECIPES, "custom"])
@pytest.mark.parametrize("data", NAMES)
def test_every_run_comes_back(recipe, data):
    config = replace(RECIPES.get(recipe, RECIPES["quick"]).config, data=data)
    made = Trained(initial_weights(NETWORKS[config.network], 0), config, recipe, 0.0)
    back = load(to_bytes(made))
    assert (back.config, back.recipe, back.epoch, back.accuracies) == (config, recipe, 0, {})


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_weights_that_ship_are_taken(file):
    assert checkpoint.read(file).accuracies["test"] > 0.92


@pytest.mark.parametrize("network", NETWORKS)
def test_no_number_in_a_forward_pass_is_larger_than_the_bound(network):
    rng = np.random.default_rng(0)
    weights = {
        name: abs(array) if name.endswith("/variance") else array
        for name, shape in weight_shapes(NETWORKS[network]).items()
        for array in [rng.normal(0, 3, shape).astype(np.float32)]
    }
    most = largest(NETWORKS[network], weights)
    noise = rng.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    images = np.concatenate([noise, np.zeros_like(noise[:1]), np.full_like(noise[:1], 255)])
    for output in forward(NETWORKS[network], weights, images).values():
        assert abs(output).max() <= most * 1.0001


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("value", "others"), [(0, 0), (1e-30, 1e-30), (1e-3, 1e-3), (1, 1), (1e9, None), (1e3, 1e3)]
)
def test_weights_that_are_taken_answer_with_numbers_and_without_a_warning(value, others):
    """Strange weights may say nonsense; the pages that show it must live on."""
    try:
        made = load(file_with(huge("conv1/kernel", value, others)))
    except CheckpointError:
        assert value == others == 1e3
        return
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    labels = np.arange(300, dtype=np.uint8) % 10
    pictures = Dataset("fashion-mnist", "", images, labels, images[:20].copy(), labels[:20].copy())
    reference = fit_reference(made, pictures)
    for image in (images[0], np.zeros_like(images[0]), np.full_like(images[0], 255)):
        values = predict(NETWORKS["lenet"], made.weights, image[None])
        assert np.isfinite(values).all()
        assert np.isfinite(distances(made, reference, image[None])).all()
        assert 0 <= confidence(reference, values[0]) <= 1
