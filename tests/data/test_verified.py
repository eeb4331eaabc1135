"""Fashion-MNIST in the file that all processes map: written once, and looked at each time."""

import subprocess
import sys

import numpy as np
import pytest

from model import PROJECT
from model.data import browse, datasets, verified
from model.data.datasets import FIELDS, Dataset
from tests.data.test_datasets import genuine as genuine
from tests.data.test_datasets import names, place, write


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kept" / "fashion-mnist.verified"


@pytest.fixture
def source(genuine, tmp_path):
    return place(write(tmp_path / "source", genuine), "the source")


def test_what_was_found_is_kept_and_mapped_from_then_on(source, file):
    first = datasets.Library([source], file).load()
    assert names(file.parent) == {file.name}
    later = datasets.Library([], file).load("fashion-mnist")
    found = datasets.take(source)
    for dataset in (first, later):
        assert dataset.mapping is not None
        assert (dataset.name, dataset.origin) == ("fashion-mnist", "the source")
        for field in FIELDS:
            array = getattr(dataset, field)
            np.testing.assert_array_equal(array, getattr(found, field))
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1


def test_pictures_are_the_files_and_labels_are_not(source, file):
    dataset = datasets.Library([source], file).load()
    dataset.release()
    assert dataset.train_images.sum() > 0, "they come again"
    assert not dataset.train_images.flags.owndata
    assert dataset.train_labels.base is None or dataset.train_labels.base.flags.owndata


def test_a_search_says_what_it_took(source, file):
    assert datasets.Library([source], file).reload().dataset is not None
    search = datasets.Library([], file).reload()
    assert search.story == (f"{file}: taken, verified when it was written",)
    assert "the source" in search.conclusion


FAULTS = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[:-1],
    "too long": lambda content: content + b"\0",
    "of no use": lambda content: b"nothing" * 1000,
    "of another data set": lambda content: content.replace(b'["', b'["0', 1),
    "with other labels": lambda content: content[:-5] + bytes(5) + b"",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_is_not_what_was_written_is_written_again(source, file, fault):
    datasets.Library([source], file).load()
    sound = file.read_bytes()
    file.write_bytes(FAULTS[fault](sound))
    assert file.read_bytes() != sound
    assert datasets.kept(file) is None
    assert datasets.Library([source], file).load().name == "fashion-mnist"
    assert file.read_bytes() == sound


def test_without_a_place_to_write_it_stays_in_memory(source, tmp_path):
    (tmp_path / "in the way").write_text("")
    dataset = datasets.Library([source], tmp_path / "in the way" / "file").load()
    assert dataset.mapping is None
    dataset.release()
    assert dataset.train_images.shape == (30, 28, 28)


def test_what_was_written_wrong_gets_no_name(genuine, source, file):
    found = datasets.take(source)
    arrays = [getattr(found, field) for field in FIELDS]
    with pytest.raises(OSError, match="not written as it is"):
        verified.write(file, datasets.PARTS, [arrays[0] ^ 1, *arrays[1:]], "here")
    assert names(file.parent) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_loading_brings_no_picture_into_memory():
    """The real files, where this computer has them."""
    if datasets.load().mapping is None:
        return
    script = """
import psutil
from model.data import browse, datasets
before = psutil.Process().memory_info().rss
datasets.load()
print(psutil.Process().memory_info().rss - before)
browse.averages("fashion-mnist")
print(psutil.Process().memory_info().rss - before)
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    loaded, averaged = map(int, done.stdout.split())
    assert loaded < 3e6
    assert averaged < 25e6


def test_averages_are_those_of_all_pictures_of_a_class(monkeypatch):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (95, 28, 28), dtype=np.uint8)
    labels = (np.arange(95) % 9).astype(np.uint8)
    few = Dataset("wardrobe", "", images, labels, images[:1].copy(), labels[:1].copy())
    monkeypatch.setattr(datasets, "load", lambda name: few)
    monkeypatch.setattr(browse, "PIECE", 20)
    browse.averages.cache_clear()
    found = browse.averages("wardrobe")
    browse.averages.cache_clear()
    for label in range(9):
        mean = images[labels == label].mean(axis=0).round()
        np.testing.assert_array_equal(found[label], mean)
    assert not found[9].any(), "a class without a picture is black"
