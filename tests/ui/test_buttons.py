"""Buttons on a real server: AppTest has no page run that another one ends early."""

import time

import pytest

from tests.served import Served, ask, until


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Served("guarded", tmp_path_factory.mktemp("served"), LENET_WORKERS="1") as server:
        ask(window := server.open(server.address), rerun_script={})
        until(window, "script_finished")
        window.close()
        yield server


def find(said, label):
    """The number of a button, and of the page that it is on."""
    for message in said:
        button = message.delta.new_element.button
        if button.label == label:
            return button.id, message.metadata.active_script_hash
    raise AssertionError(label)


@pytest.mark.parametrize("seconds", [0, 0.02, 0.05])
def test_a_press_counts_though_the_page_runs_again_at_once(served, seconds):
    window = served.open(served.address)
    ask(window, rerun_script={"page_name": "train"})
    button, page = find(until(window, "script_finished"), "Start training")
    press = {"widgets": [{"id": button, "trigger_value": True}]}
    ask(window, rerun_script={"page_script_hash": page, "widget_states": press})
    time.sleep(seconds)
    ask(window, rerun_script={"page_script_hash": page})
    address = until(window, "page_info_changed")[-1].page_info_changed.query_string
    window.close_socket()  # to take leave would have it read first what else the server says
    assert address.startswith("run=")
