"""What tests of pages share."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from model import PROJECT, server
from model.cache import Kept
from model.data import datasets
from tests import at_once
from ui import state


@pytest.fixture(scope="session", autouse=True)
def compared_at_once():
    """What is usual for weights is worked out once for all tests, and by no worker process."""
    with pytest.MonkeyPatch.context() as patch:
        at_once.use(patch.setattr, at_once.AtOnce())
        yield


@pytest.fixture
def opened(monkeypatch):
    """A function that opens a page of the app, on drawn clothes."""

    def open_page(file):
        wardrobe = datasets.load("wardrobe")
        monkeypatch.setattr(datasets, "load", lambda name=None: wardrobe)
        monkeypatch.setattr(state, "_search", lambda: True)
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=30)
        app.run()
        return app.switch_page(file).run()

    return open_page


@pytest.fixture
def trained_by(monkeypatch, tmp_path):
    """A function that has runs trained by this engine, and kept in a database of the test."""

    def use(engine):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'runs.db'}")
        monkeypatch.setattr(server, "make_engine", lambda: engine)
        for name in ("_runs", "_engines", "_warm"):
            monkeypatch.setattr(server, name, Kept(1))
        return engine

    yield use
    if "runs" in server._runs:
        server.runs().close()


@pytest.fixture
def slow_jobs(monkeypatch):
    """An engine that keeps what is to be compared waiting, for weights that no file tells of."""
    jobs = at_once.AtOnce()
    jobs.holds = True
    at_once.use(monkeypatch.setattr, jobs)
    monkeypatch.setattr(server, "_read_references", dict)
    monkeypatch.setattr(server, "_shipped", type(server._shipped)(1))
    return jobs


@pytest.fixture
def copyable():
    """What a page offers to copy, of an AppTest: texts by their labels."""

    def found(app):
        shown = [one.proto for one in app.get("bidi_component")]
        told = [one.bytes for one in shown if one.component_name.endswith("lenet_copy")]
        return {one["label"]: one["text"] for one in map(json.loads, told)}

    return found
