"""Files that are no weights of this app: each is told what it is, and none is loaded."""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest
from PIL import Image

from model.networks.architectures import NETWORKS, initial_weights
from model.training import checkpoint
from model.training.checkpoint import CheckpointError, Trained, load, to_bytes
from model.training.recipes import Config

INSTEAD = '"Weights (safetensors)" on the Train page gives one.'
OURS = to_bytes(Trained(initial_weights(NETWORKS["lenet"], 0), Config(), "quick", 1.0))
TEXT = b"epoch,loss\n1,0.5\n" * 1_000


class Runs:
    """What a pickle file does to whoever loads it."""

    def __reduce__(self):
        return pytest.fail, ("was loaded",)


def zipped(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, pickle.dumps(Runs()))
    return file.getvalue()


def saved(save, *arguments, **options):
    file = io.BytesIO()
    save(file, *arguments, **options)
    return file.getvalue()


def picture(kind):
    return saved(Image.new("RGB", (30, 20), "red").save, kind)


# As the programs write them; of those that are not installed here, the first bytes.
FILES = [
    ("empty", b""),
    ("a Keras model", zipped("metadata.json", "config.json", "model.weights.h5")),
    ("a Keras or HDF5 file", b"\x89HDF\r\n\x1a\n" + bytes(500)),
    ("a PyTorch file", zipped("archive/data.pkl", "archive/byteorder", "archive/data/0")),
    ("a PyTorch file", pickle.dumps(0x1950A86A20F9469CFC6C, 2) + bytes(100)),
    ("a ZIP archive", zipped("readme.txt")),
    ("a NumPy archive", saved(np.savez, a=np.zeros(3), b=np.ones(3))),
    ("a NumPy archive", saved(np.savez_compressed, a=np.zeros(3))),
    ("a NumPy array", saved(np.save, np.zeros(3))),
    *(("a Python pickle file", pickle.dumps(Runs(), protocol)) for protocol in (2, 3, 4, 5)),
    ("an ONNX model", b"\x08\x08\x12\x07pytorch\x1a\x052.4.0:\xc2" + bytes(100)),
    ("an ONNX model", b"\x08\x0a:\xc2\x01" + bytes(100)),
    ("a TensorFlow Lite model", b"\x1c\x00\x00\x00TFL3" + bytes(100)),
    ("a TensorFlow model", b"\x08\x01\x12\x90\xd5\x01" + bytes(100)),
    ("a compressed file", gzip.compress(OURS)),
    *((rf"a picture \({kind}\)", picture(kind)) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF")),
    (r"a picture \(WebP\)", picture("WEBP")),
    ("a JSON file", b'{"network": "lenet"}'),
    ("a JSON file", b'[{"a": 1}, {"b": 2}]'),
    ("a web page", b"<!DOCTYPE html>\n<html><body>Not found</body></html>"),
    ("a text file", TEXT),
    ("a text file", "Stiefel für Mädchen".encode()),
    ("a text file", b"short"),
    ("a file of an unknown kind", bytes(range(256))),
]


@pytest.mark.parametrize(("kind", "content"), FILES, ids=[kind for kind, _ in FILES])
def test_it_is_told_what_it_is_and_what_to_use(kind, content):
    for some in (content, content[:-8] if len(content) > 500 else content):  # also cut off
        with pytest.raises(CheckpointError, match=f"This .*is {kind}") as caught:
            load(some)
        assert str(caught.value).endswith(INSTEAD)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300


def test_a_large_file_is_told_what_it_is_without_being_read_whole(tmp_path):
    file = tmp_path / "large.pt"
    with file.open("wb") as opened:
        opened.write(zipped("archive/data.pkl"))
        opened.truncate(10**9)
    with pytest.raises(CheckpointError, match="a PyTorch file.*more than 4 MB.*Train page"):
        checkpoint.read(file)


def test_a_large_safetensors_file_is_told_as_such():
    with pytest.raises(CheckpointError, match="a safetensors file of another program.*4 MB"):
        load(OURS + bytes(5_000_000))


@pytest.mark.parametrize("length", [9, 500, 2_000, len(OURS) // 2, len(OURS) - 1])
def test_a_file_of_ours_that_is_cut_off_says_so(length):
    with pytest.raises(CheckpointError, match=f"cut off: {length:,} of its [0-9,]+ bytes"):
        load(OURS[:length])


def test_a_file_of_ours_with_something_behind_it_is_damaged():
    with pytest.raises(CheckpointError, match="damaged"):
        load(OURS + b"\0" * 8)
