"""What the web process must do without, since every host pays for it in memory and in time."""

import psutil
import pytest

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
