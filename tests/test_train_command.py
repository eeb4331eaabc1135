"""`python -m model.train`, run as a person runs it, on the drawn wardrobe."""

import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model import PROJECT
from model import train as command
from model.data import datasets
from model.insight import reference_file
from model.networks.architectures import NETWORKS
from model.networks.forward import predict
from model.training import checkpoint
from model.training.metrics import Score
from model.training.recipes import RECIPES, Config
from model.training.results import Slice
from model.wardrobe import synthetic

EMPTY = np.zeros(0, np.uint8)
# File in assets: its network and recipe.
SHIPPED = {"lenet": ("lenet", "best"), "lenet-sketch": ("lenet-modern", "sketch")}


def train(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "model.train", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_it_trains_writes_weights_and_tells_json(tmp_path):
    out = tmp_path / "new folder" / "w.safetensors"
    done = train(
        *[
            "--recipe",
            "quick",
            "--data",
            "wardrobe",
            "--epochs",
            "2",
            "--train-images",
            "500",
            "--batch-size",
            "50",
        ],
        *("--seed", "3", "--out", str(out)),
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["epochs"] == len(told["losses"]) == len(told["accuracies"]) == 2
    assert told["seconds_per_epoch"] == pytest.approx(told["seconds"] / 2)
    assert told["peak_memory_mb"] > 100
    assert "batch" in done.stderr  # the progress bar
    trained = checkpoint.load(out.read_bytes())
    assert (trained.config.seed, trained.recipe, trained.epoch) == (3, "quick", 2)
    assert trained.accuracies["test"] == told["test_accuracy"]
    key, _ = reference_file.read(reference_file.beside(out))
    assert key == (checkpoint.fingerprint(trained), "wardrobe")
    pictures = datasets.load("wardrobe")
    guesses = predict(NETWORKS["lenet"], trained.weights, pictures.test_images).argmax(axis=1)
    assert float(np.mean(guesses == pictures.test_labels)) == pytest.approx(
        told["test_accuracy"], abs=0.002
    )


def test_an_epoch_of_129_pictures_in_batches_of_128_counts_each_picture_once(monkeypatch):
    def advance(checkpoint, config, steps):
        figures = np.array([[2.0, 8.0], [42 / 128, 1.0]], np.float32)
        after = replace(checkpoint, step=checkpoint.step + 2)
        test = Score(0.3, 0.9, np.eye(10, dtype=np.int64)) if after.step == 4 else None
        return Slice(after, *figures, 0.1, None, test)

    monkeypatch.setitem(sys.modules, "model.training.trainer", SimpleNamespace(advance=advance))
    config = Config(data="wardrobe", epochs=2, batch_size=128, train_images=129)
    training = command.Training(config)
    training.finish()
    told = training.told
    assert told["accuracies"] == pytest.approx([1 / 3, 1 / 3])
    assert told["losses"] == pytest.approx([(128 * 2 + 8) / 129] * 2)


def test_the_recipe_decides_the_data_unless_it_wants_the_usual(monkeypatch):
    parse = command._parser().parse_args
    monkeypatch.setattr(
        datasets, "load", lambda name=None: datasets.Dataset("wardrobe", "", *[EMPTY] * 4)
    )
    assert command._config(parse(["--recipe", "sketch"])).data == "mixed"
    assert command._config(parse(["--recipe", "quick"])).data == "wardrobe"
    assert command._config(parse(["--recipe", "sketch", "--data", "wardrobe"])).data == "wardrobe"


def test_mixed_is_drawn_before_it_is_trained_on(monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(datasets, "load", lambda name=None: calls.append(name))
    monkeypatch.setattr(synthetic, "build", lambda: calls.append("build"))
    command._drawn(RECIPES["quick"].config)
    assert calls == []
    command._drawn(RECIPES["sketch"].config)
    assert calls == ["fashion-mnist", "build"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--epochs", "0"), "Epochs is 0; it must be 1 to 100."),
        (("--out", str(PROJECT)), "OSError|IsADirectoryError|PermissionError"),
        (("--recipe", "slow"), "invalid choice"),
    ],
)
def test_wrong_settings_are_told_before_any_training(arguments, words):
    done = train(*arguments, "--data", "wardrobe")
    assert done.returncode == 2
    assert any(word in done.stderr for word in words.split("|")), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", SHIPPED)
def test_the_weights_that_ship_are_as_good_as_they_say(name):
    """On the real test set where it is present; on any machine, they load and fit."""
    trained = checkpoint.load((PROJECT / "assets" / f"{name}.safetensors").read_bytes())
    assert (trained.network, trained.recipe) == SHIPPED[name]
    assert trained.accuracies["test"] >= 0.91
    try:
        pictures = datasets.load("fashion-mnist")
    except datasets.DataError:
        return
    network = NETWORKS[trained.network]
    guesses = predict(network, trained.weights, pictures.test_images).argmax(axis=1)
    reached = float(np.mean(guesses == pictures.test_labels))
    assert reached == pytest.approx(trained.accuracies["test"], abs=0.0005)
