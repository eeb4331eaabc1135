"""What all tests share, and which of them share a process."""

import functools
import gc

import hypothesis
import pytest
from streamlit.components.v2 import manifest_scanner
from xdist.scheduler import LoadScopeScheduling

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


class Together(LoadScopeScheduling):
    """The tests of a file share its fixtures; those of pages share what a server works out once."""

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return "pages" if folder in ("tests/pages", "tests/ui") else file


def pytest_xdist_make_scheduler(config, log):
    """For `pytest -n`: what runs in one process, one after the other."""
    return Together(config, log)
