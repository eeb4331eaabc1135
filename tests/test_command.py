"""How commands end: Ctrl-C, SIGTERM, and nobody who listens."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model import PROJECT, train
from model.training import checkpoint
from model.training.results import Slice

TRAIN = ("-m", "model.train", "--data", "wardrobe", "--recipe", "article", "--epochs", "30")
PATIENCE = 180


def heard():
    """Ctrl-C reaches a command also where these tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(*arguments):
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heard,
    )


def wait_for_a_batch(training):
    """Read the bar until it has moved; what it wrote."""
    seen, end = "", time.monotonic() + PATIENCE
    while time.monotonic() < end and training.poll() is None:
        seen += os.read(training.stderr.fileno(), 4096).decode()
        if any(f"{percent}%|" in seen for percent in range(1, 10)):
            return
    raise AssertionError(seen)


@pytest.mark.parametrize(
    ("sent", "word", "status"),
    [
        (signal.SIGINT, "Interrupted", 130),
        pytest.param(signal.SIGTERM, "Terminated", 143, marks=pytest.mark.whole),
    ],
)
def test_an_interrupted_training_is_one_line_and_leaves_the_weights_so_far(
    tmp_path, sent, word, status
):
    out = tmp_path / "weights.safetensors"
    training = command(*TRAIN, "--out", str(out))
    wait_for_a_batch(training)
    training.send_signal(sent)
    printed, told = training.communicate(timeout=PATIENCE)
    assert training.returncode == status
    assert printed == ""
    assert "Traceback" not in told
    last = told.strip().splitlines()[-1]
    assert last.startswith(f"{word} after 0.")
    assert last.endswith(f"The weights so far are in {out}.")
    kept = checkpoint.read(out)
    assert 0 < kept.epoch < 30
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_is_there_outlives_an_interrupted_training(tmp_path, monkeypatch, capsys):
    def advance(checkpoint, config, steps):
        if checkpoint.step:
            raise KeyboardInterrupt
        figures = np.ones(steps, np.float32)
        return Slice(replace(checkpoint, step=steps), figures, figures, 0.1, None, None)

    monkeypatch.setitem(sys.modules, "model.training.trainer", SimpleNamespace(advance=advance))
    out = tmp_path / "weights.safetensors"
    out.write_bytes(b"before")
    assert train.main([*TRAIN[2:], "--out", str(out)]) == 130
    assert capsys.readouterr().err.strip().endswith(f"{out} is as it was before.")
    assert out.read_bytes() == b"before"


@pytest.mark.parametrize("name", ["predict", "data"])
def test_who_no_longer_listens_ends_a_command_quietly(name):
    pictures = sorted((PROJECT / "assets" / "samples").glob("*.png")) if name == "predict" else []
    reading, writing = os.pipe()
    os.close(reading)  # as `head` does, once it has enough
    done = subprocess.run(
        [sys.executable, "-m", f"model.{name}", *map(str, pictures)],
        cwd=PROJECT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 141


def test_a_folder_in_place_of_a_file_is_told_before_training_begins(tmp_path):
    training = command(*TRAIN, "--out", str(tmp_path))
    _, told = training.communicate(timeout=PATIENCE)
    assert training.returncode == 2
    assert told == f"IsADirectoryError: {tmp_path} is a folder; name a file in it.\n"
