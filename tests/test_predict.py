"""`python -m model.predict`: one line of JSON per picture, whatever the files are."""

import json

import pytest
from PIL import Image, ImageDraw

from model import predict
from model.checkpoint import Trained, to_bytes
from model.data import CLASSES
from model.networks import NETWORKS, initial_weights
from model.recipes import Config


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
