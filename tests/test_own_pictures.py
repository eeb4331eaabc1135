"""The labelled pictures that this program drew: complete, small, and recognised."""

import numpy as np
import pytest

from benchmarks import recognition
from model import PROJECT
from model.insight.classify import WEIGHTS
from model.training import checkpoint
from tools import own_pictures

FOLDERS = [own_pictures.FOLDER / part for part in own_pictures.PARTS]


def top_1(pictures, way):
    trained = checkpoint.load(WEIGHTS.read_bytes())
    rows = recognition.answers(trained, recognition.shown(pictures, recognition.WAYS[way]))
    return float(np.mean(rows.argmax(axis=1) == [one.label for one in pictures]))


def test_both_folders_have_every_class_in_every_style_and_are_small():
    for folder in FOLDERS:
        found = [(one.kind, one.label) for one in recognition.labelled(folder)]
        assert sorted(found) == sorted((k, n) for k in own_pictures.STYLES for n in range(10))
    files = [file for folder in FOLDERS for file in folder.iterdir()]
    assert sum(file.stat().st_size for file in files) < 1_500_000
    contents = [file.read_bytes() for file in files]
    assert len(set(contents)) == len(contents) >= 100


@pytest.mark.parametrize("style", own_pictures.STYLES)
def test_drawing_again_gives_the_same(style):
    first, again = (own_pictures.STYLES[style](np.random.default_rng(5), 9) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert first.size == (own_pictures.SIZE, own_pictures.SIZE)


def test_most_are_recognised_and_many_more_than_after_plain_resizing():
    pictures = recognition.labelled(PROJECT / "tests" / "pictures" / "report")
    prepared = top_1(pictures, "all stages")
    assert prepared >= 0.8
    assert prepared >= top_1(pictures, "plain resize") + 0.3
