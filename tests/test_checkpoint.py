"""Weights files: what is saved comes back, and everything else is refused in one sentence."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from model import checkpoint
from model.checkpoint import CheckpointError, Trained, load, to_bytes
from model.networks import NETWORKS, initial_weights
from model.recipes import Config


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
    about["config"] = "[" * 100_000


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
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(change, words):
    with pytest.raises(CheckpointError, match=words) as caught:
        load(file_with(change))
    assert "\n" not in str(caught.value)
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
