"""Pictures as people take them: repeatable, varied, kept only as long as the code is the same."""

import numpy as np
import pytest
from PIL import Image

from model import PROJECT
from model.data import datasets
from model.pictures.preprocess import prepare
from model.wardrobe import synthetic


@pytest.mark.parametrize("kind", synthetic.KINDS)
def test_every_kind_draws_every_class(kind):
    seen = set()
    for label in range(10):
        picture = synthetic.KINDS[kind](np.random.default_rng(label), label, 96)
        assert isinstance(picture, Image.Image)
        assert picture.mode == "RGB"
        assert min(picture.size) >= 40
        assert prepare(picture).image.any()
        seen.add(picture.tobytes())
    assert len(seen) == 10


def test_a_number_is_a_picture():
    first, again, other = (synthetic.synthetic_picture(number, seed=5) for number in (3, 3, 13))
    assert first[0].shape == (28, 28)
    assert first[0].dtype == np.uint8
    assert np.array_equal(first[0], again[0])
    assert first[1:] == again[1:]
    assert first[1] == other[1] == 3  # the last digit is the label
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], synthetic.synthetic_picture(3, seed=6)[0])


def test_processes_give_the_same_as_one(monkeypatch):
    chunks = list(synthetic.synthetic_pictures(12, seed=4))
    alone = [synthetic.synthetic_picture(number, seed=4)[0] for number in range(12)]
    assert np.array_equal(np.concatenate(chunks), alone)


@pytest.fixture
def few(monkeypatch):
    """A build that takes no time: ten black pictures."""
    chunks = [np.zeros((10, 28, 28), np.uint8)]
    monkeypatch.setattr(synthetic, "synthetic_pictures", lambda: iter(chunks))


def test_a_build_is_kept_until_the_code_changes(few, tmp_path, monkeypatch, capsys):
    file = tmp_path / "new" / "snapshots.npz"
    assert synthetic.kept(file) is None
    synthetic.build(file)
    assert "10 of" in capsys.readouterr().err
    assert synthetic.kept(file).shape == (10, 28, 28)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    synthetic.build(file)
    assert capsys.readouterr().err == ""  # nothing is drawn twice
    monkeypatch.setattr(synthetic, "SEED", 2)
    assert synthetic.kept(file) is None


def test_a_damaged_file_counts_as_missing(tmp_path):
    file = tmp_path / "snapshots.npz"
    file.write_bytes(b"PK nonsense")
    assert synthetic.kept(file) is None


def tiny(name):
    images, labels = np.zeros((20, 28, 28), np.uint8), np.zeros(20, np.uint8)
    return datasets.Dataset(name, "a test", images, labels, images[:4].copy(), labels[:4].copy())


def test_mixed_is_both_and_is_tested_on_the_real_ones(monkeypatch):
    library = datasets.Library(sources=())
    library._search = datasets.Search(tiny("fashion-mnist"), ())
    monkeypatch.setattr(synthetic, "kept", lambda: np.full((300, 28, 28), 7, np.uint8))
    mixed = library.load("mixed")
    assert mixed.name == "mixed"
    assert mixed.train_images.shape == (320, 28, 28)
    assert mixed.train_labels[20:].tolist() == list(range(10)) * 30
    assert mixed.train_images[20:].min() == 7
    assert len(mixed.test_images) == 4
    assert library.load("mixed") is mixed


def test_without_its_drawings_mixed_says_what_to_do(monkeypatch):
    library = datasets.Library(sources=())
    library._search = datasets.Search(tiny("fashion-mnist"), ())
    monkeypatch.setattr(synthetic, "kept", lambda: None)
    with pytest.raises(datasets.DataError, match=r"python -m model\.snapshots"):
        library.load("mixed")


@pytest.mark.parametrize("pattern", synthetic.MADE_BY)
def test_what_tells_the_pictures_apart_is_there(pattern):
    """A pattern that matches nothing would let old pictures pass for new ones."""
    assert list((PROJECT / "model").glob(pattern))
