"""What the web process must do without, since every host pays for it in memory and in time."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from model import PROJECT
from tests.served import Served, ask, until

PAGES = ("", "dataset", "train", "predict")
HEAVY = ("tensorflow", "pyarrow", "pandas", "matplotlib", "scipy/")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Served("guarded", tmp_path_factory.mktemp("served"), LENET_WORKERS="1") as server:
        yield server


def test_pages_load_no_library_that_they_can_do_without(served):
    for name in PAGES:
        with served.open(served.address) as window:
            ask(window, rerun_script={"page_name": name})
            said = until(window, "script_finished")
            assert any(one.delta.new_element.heading.tag == "h1" for one in said), name
    files = {entry.path for entry in psutil.Process(served.process.pid).memory_maps()}
    assert not [file for file in files if any(name in file for name in HEAVY)]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_server_watches_no_files(served):
    """Watching the folder took a whole core of each server while anything wrote below it."""
    opened = Path(f"/proc/{served.process.pid}/fd").iterdir()
    assert not [link for file in opened if "inotify" in str(link := file.readlink())]


PRODUCT = """
import app
import os
import numpy as np
assert os.environ["OPENBLAS_NUM_THREADS"] == {expected!r}
np.ones((500, 500)) @ np.ones((500, 500))
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("Threads:")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(("chosen", "expected"), [(None, "1"), ("2", "2")])
def test_products_take_one_thread_unless_the_host_says_otherwise(monkeypatch, chosen, expected):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if chosen:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", chosen)
    command = [sys.executable, "-c", PRODUCT.format(expected=expected)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert int(done.stdout) <= int(expected)
