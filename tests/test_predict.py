"""`python -m model.predict`: one line of JSON per picture, whatever the files are."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw
from safetensors.numpy import load, save

from model import predict
from model.data.datasets import CLASSES
from model.networks.architectures import NETWORKS, initial_weights
from model.training.checkpoint import Trained, to_bytes
from model.training.recipes import Config


@pytest.fixture
def weights(tmp_path):
    trained = Trained(initial_weights(NETWORKS["lenet"], 0), Config(), "quick", 0.0)
    file = tmp_path / "lenet.safetensors"
    file.write_bytes(to_bytes(trained))
    return file


@pytest.fixture
def picture(tmp_path):
    file = tmp_path / "item.png"
    image = Image.new("RGB", (120, 120), "white")
    ImageDraw.Draw(image).rectangle((40, 20, 80, 100), fill="#404040")
    image.save(file)
    return file


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_per_picture(weights, picture, capsys):
    assert predict.main(["--weights", str(weights), str(picture), str(picture)]) == 0
    first, second = lines(capsys)
    assert first == second
    assert list(first) == ["file", "index", "label", "probabilities"]
    assert first["label"] == CLASSES[first["index"]]
    assert len(first["probabilities"]) == 10
    assert sum(first["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert max(first["probabilities"]) == first["probabilities"][first["index"]]


def test_the_rest_goes_on(weights, picture, tmp_path, capsys):
    (tmp_path / "list.png").write_text("milk, bread")
    files = [tmp_path / "list.png", tmp_path / "missing.jpg", tmp_path, picture]
    assert predict.main(["--weights", str(weights), *map(str, files)]) == 1
    bad = lines(capsys)
    assert ["error" in line for line in bad] == [True, True, True, False]
    assert "not a picture" in bad[0]["error"]
    assert bad[1]["file"] == str(tmp_path / "missing.jpg")


@pytest.mark.parametrize("content", [None, b"nonsense"])
def test_weights_that_cannot_be_used(content, picture, tmp_path, capsys):
    file = tmp_path / "w.safetensors"
    if content:
        file.write_bytes(content)
    assert predict.main(["--weights", str(file), str(picture)]) == 2
    assert "cannot be used" in capsys.readouterr().err


def refused(file, change):
    """A weights file after `change(arrays, metadata)`."""
    content = file.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    arrays, about = load(content), header["__metadata__"]
    change(arrays, about)
    file.write_bytes(save(arrays, metadata=about))


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays, about: about.update(epoch="nan"),
        lambda arrays, about: about.update(config='{"data": "\\ud800"}'),
        lambda arrays, about: about.update(config='{"data": "\\u001b[2J"}'),
        lambda arrays, about: about.update(accuracies="[" * 5_000),
        lambda arrays, about: arrays.update({"\x1b[2J": arrays.pop("dense3/bias")}),
        lambda arrays, about: arrays.update(
            {name: np.full_like(array, 1e38) for name, array in arrays.items()}
        ),
    ],
)
def test_poisoned_weights_are_one_line_and_status_2(change, weights, picture):
    refused(weights, change)
    command = [sys.executable, "-W", "error", "-m", "model.predict", "--weights", str(weights)]
    done = subprocess.run([*command, str(picture)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("The weights ")
    assert done.stderr.count("\n") == 1
    assert done.stderr.strip().isprintable()


def test_weights_without_end_are_not_read_to_it(picture, capsys):
    assert predict.main(["--weights", "/dev/zero", str(picture)]) == 2
    assert "MB" in capsys.readouterr().err
