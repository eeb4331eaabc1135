"""The benchmark of recognition: how folders are read, and that every way runs."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks import recognition
from model.networks.architectures import NETWORKS, initial_weights
from model.training.checkpoint import Trained, to_bytes
from model.training.recipes import Config


@pytest.fixture
def folder(tmp_path):
    picture = Image.new("RGB", (80, 80), "white")
    ImageDraw.Draw(picture).rectangle((20, 10, 60, 70), fill="#404040")
    for name in ("photo_3_001.png", "Ankle boot/mine.png", "8/bag.png", "notes/readme.png"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        picture.save(file)
    (tmp_path / "icon_2_001.png").write_text("broken")
    return tmp_path


def test_labels_come_from_names_or_folders(folder, capsys):
    found = recognition.labelled(folder)
    assert sorted((one.kind, one.label) for one in found) == [
        ("photo", 3),
        ("picture", 8),
        ("picture", 9),
    ]
    assert "icon_2_001.png" in capsys.readouterr().err


def test_a_row_per_way_and_a_row_per_class(folder):
    trained = Trained(initial_weights(NETWORKS["lenet"], 0), Config(), "quick", 0.0)
    pictures = recognition.labelled(folder)
    assert len(recognition.table(trained, pictures).splitlines()) == 2 + len(recognition.WAYS)
    assert len(recognition.confusion(trained, pictures).splitlines()) == 12


def test_score_counts_what_could_not_be_read_as_wrong():
    rows = np.zeros((2, 10), np.float32)
    rows[0, 0] = 1
    assert recognition.score(rows, np.array([0, 0])) == "50 / 50 %"


def test_weights_are_compared_for_each_kind_and_class(folder, tmp_path, capsys):
    files = [tmp_path / f"{name}.safetensors" for name in ("one", "two")]
    for seed, file in enumerate(files):
        trained = Trained(initial_weights(NETWORKS["lenet"], seed), Config(), "quick", 0.0)
        file.write_bytes(to_bytes(trained))
    assert recognition.main([str(folder), "--brief", "--weights", *map(str, files)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 4 + 1 + 2 + 4
    assert sum(line.startswith("| two |") for line in lines) == 4
    assert "photo (1) | picture (2) | all (3)" in lines[0]


def test_without_weights_or_pictures_it_says_so(folder, tmp_path, capsys):
    assert recognition.main([str(folder), "--weights", str(tmp_path / "none")]) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_what_cannot_be_prepared_has_no_views():
    blank = recognition.Labelled(Image.new("RGB", (50, 50), "white"), "photo", 3)
    seen = recognition.shown([blank], recognition.WAYS["all stages"])
    assert seen[0].shape == (0, 28, 28)
    trained = Trained(initial_weights(NETWORKS["lenet"], 0), Config(), "quick", 0.0)
    assert not recognition.answers(trained, seen).any()
