"""What all tests share, and which of them share a process."""

import functools
import gc
import os
import sys
import tempfile

import hypothesis
import pytest
from streamlit.components.v2 import manifest_scanner
from xdist.scheduler import LoadScopeScheduling

# Whatever a test starts keeps its runs there, and never with those of whoever runs the tests.
_KEPT = tempfile.TemporaryDirectory(prefix="lenet-tests-")
os.environ["DATABASE_URL"] = f"sqlite:///{_KEPT.name}/runs.db"

hypothesis.settings.register_profile("busy", deadline=None)  # a test machine may be busy
hypothesis.settings.load_profile("busy")


@pytest.fixture(scope="session", autouse=True)
def packages_looked_through_once():
    """Every app that AppTest makes looks through all installed packages for components."""
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="module", autouse=True)
def objects_looked_through_once():
    """Streamlit collects garbage after every page run, among all that TensorFlow brought along."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def main_as_it_was():
    """AppTest leaves a page as the main module, which a process that is spawned later would run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        yield


# These take longest, so they come first: no process is then left with one of them at the end.
# Runs on workers and what is kept of runs mostly wait, so they go beside those that compute.
FIRST = ("workers", "tensorflow", "pages", "databases", "served")


TOGETHER = {
    "tests/networks/test_networks.py": "tensorflow",  # which takes seconds to import
    "tests/training/test_trainer.py": "tensorflow",
    "tests/training/test_glimpse.py": "tensorflow",
    "tests/training/test_run.py": "workers",
    "tests/training/test_engine.py": "workers",
    "tests/training/test_kept_runs.py": "databases",  # one PostgreSQL for both
    "tests/training/storage/test_store.py": "databases",
    "tests/test_load.py": "served",
    "tests/ui/test_buttons.py": "served",
    "tests/ui/test_guard.py": "served",
}


def together(nodeid):
    """What runs in one process, one after the other, and shares what was worked out once."""
    file = nodeid.partition("::")[0]
    pages = file.startswith(("tests/pages/", "tests/ui/"))
    return TOGETHER.get(file, "pages" if pages else file)


def pytest_collection_modifyitems(items):
    """The longest first; the sort leaves the order of all others."""
    last = len(FIRST)
    items.sort(
        key=lambda item: FIRST.index(name) if (name := together(item.nodeid)) in FIRST else last
    )


class Together(LoadScopeScheduling):
    """The tests of a file share its fixtures; those of pages share what a server works out once."""

    def _split_scope(self, nodeid):
        return together(nodeid)


def pytest_xdist_make_scheduler(config, log):
    """For `pytest -n`: what runs in one process, one after the other."""
    return Together(config, log)
