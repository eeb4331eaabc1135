"""`make bench` knows when a page is complete; else it would wait for ever."""

import subprocess
import sys

import pytest

from model import PROJECT

pytestmark = pytest.mark.browser


def test_pages_and_strokes_can_be_measured(tmp_path):
    command = [sys.executable, "-m", "benchmarks", "--smoke", "--out", str(tmp_path)]
    command += ["--only", "switch", "--only", "stroke"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600)
    assert "switching pages" in done.stdout, done.stderr
    assert "stroke to probabilities" in done.stdout, done.stderr
