"""What is usual for weights, as a file beside them: it comes back, and what ships is right."""

import json

import numpy as np
import pytest
from safetensors.numpy import load, save

from model import PROJECT, reference, server
from model.data import datasets
from model.insight import reference_file
from model.insight.out_of_distribution import Reference, channels, fit_reference, seen_layer
from model.networks.architectures import NETWORKS, initial_weights
from model.networks.forward import forward
from model.training import checkpoint
from model.training.checkpoint import CheckpointError, Trained, fingerprint
from model.training.recipes import Config

SHIPPED = sorted((PROJECT / "assets").glob("*.reference.safetensors"))
FIELDS = ("mean", "whiten", "most", "temperature")


def untrained(network="lenet"):
    weights = initial_weights(NETWORKS[network], 0)
    return Trained(weights, Config(network=network, data="wardrobe"), "quick", 0.0)


def some(network="lenet"):
    size = channels(network)
    return Reference(np.ones(size, np.float32), np.eye(size, dtype=np.float32), 3.5, 1.25)


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "some.reference.safetensors"
    file.write_bytes(reference_file.to_bytes(some(), untrained(), "wardrobe"))
    return file


def same(one, other, **tolerance):
    for name in FIELDS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), **tolerance)


def test_it_stands_beside_the_weights(tmp_path):
    assert reference_file.beside(tmp_path / "a.safetensors").name == "a.reference.safetensors"
    assert reference_file.beside(tmp_path / "weights").name == "weights.reference.safetensors"


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_written_comes_back(network, tmp_path):
    file, made = tmp_path / "one", some(network)
    file.write_bytes(reference_file.to_bytes(made, untrained(network), "wardrobe"))
    key, back = reference_file.read(file)
    assert key == (fingerprint(untrained(network)), "wardrobe")
    same(back, made, rtol=0)


@pytest.mark.parametrize("network", NETWORKS)
def test_activity_has_as_many_numbers_as_the_layer_that_is_looked_at(network):
    weights = initial_weights(NETWORKS[network], 0)
    outputs = forward(NETWORKS[network], weights, np.zeros((1, 28, 28), np.uint8))
    assert outputs[seen_layer(network)].shape[-1] == channels(network)


def changed(file, change):
    content = file.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    arrays, about = dict(load(content)), header["__metadata__"]
    change(arrays, about)
    file.write_bytes(save(arrays, metadata=about))


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays, about: about.update(format="lenet-lab 1"),
        lambda arrays, about: about.update(network="resnet"),
        lambda arrays, about: about.update(most="nan"),
        lambda arrays, about: about.update(temperature="0"),
        lambda arrays, about: about.update(most="a lot"),
        lambda arrays, about: about.pop("weights"),
        lambda arrays, about: arrays.pop("mean"),
        lambda arrays, about: arrays.update(more=arrays["mean"]),
        lambda arrays, about: arrays.update(mean=arrays["mean"][1:].copy()),
        lambda arrays, about: arrays.update(whiten=arrays["whiten"].astype(np.float64)),
        lambda arrays, about: arrays.update(mean=np.full_like(arrays["mean"], np.inf)),
    ],
)
def test_a_file_that_is_wrong_is_refused(file, change):
    changed(file, change)
    with pytest.raises(CheckpointError):
        reference_file.read(file)


def test_a_file_that_is_none_is_refused_however_long(tmp_path):
    for number, content in enumerate((b"", b"nonsense", bytes(10**6))):
        broken = tmp_path / str(number)
        broken.write_bytes(content)
        with pytest.raises(CheckpointError):
            reference_file.read(broken)


def test_a_broken_file_of_ours_is_told_in_the_log_and_left_out(tmp_path, monkeypatch, file, caplog):
    monkeypatch.setattr(server, "PROJECT", tmp_path)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "bad.reference.safetensors").write_bytes(b"nonsense")
    file.rename(tmp_path / "assets" / file.name)
    assert list(server._read_references()) == [(fingerprint(untrained()), "wardrobe")]
    assert "assets/bad.reference.safetensors cannot be used" in caplog.text


@pytest.mark.parametrize("weights", ["lenet", "lenet-sketch"])
def test_what_ships_is_what_is_worked_out(weights):
    """On the real data set where it is present; anywhere, it belongs to the weights that ship."""
    file = PROJECT / "assets" / f"{weights}.safetensors"
    trained = checkpoint.read(file)
    key, shipped = reference_file.read(reference_file.beside(file))
    assert key == (fingerprint(trained), "fashion-mnist")
    try:
        pictures = datasets.load("fashion-mnist")
    except datasets.DataError:
        return
    same(shipped, fit_reference(trained, pictures), rtol=1e-2, atol=1e-3)


def test_nothing_ships_that_no_test_looks_at():
    assert {file.name.split(".")[0] for file in SHIPPED} == {"lenet", "lenet-sketch"}


def test_the_command_writes_it_beside_weights_and_says_where(tmp_path, capsys):
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(checkpoint.to_bytes(untrained("mlp")))
    assert reference.main([str(weights)]) == 0
    made = tmp_path / "mine.reference.safetensors"
    assert capsys.readouterr().out == f"{made}\n"
    key, written = reference_file.read(made)
    assert key == (fingerprint(untrained("mlp")), "wardrobe")
    same(written, fit_reference(untrained("mlp"), datasets.load("wardrobe")), rtol=1e-5)


def test_the_command_tells_what_cannot_be_used(tmp_path, capsys):
    (tmp_path / "bad.safetensors").write_bytes(b"nonsense")
    for name in ("bad.safetensors", "missing.safetensors"):
        assert reference.main([str(tmp_path / name)]) == 2
        assert "cannot be used: " in capsys.readouterr().err
