"""What tests of pages share."""

import json

import pytest

from model import server
from tests import at_once


@pytest.fixture(scope="session", autouse=True)
def compared_at_once():
    """What is usual for weights is worked out once for all tests, and by no worker process."""
    with pytest.MonkeyPatch.context() as patch:
        at_once.use(patch.setattr, at_once.AtOnce())
        yield


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
