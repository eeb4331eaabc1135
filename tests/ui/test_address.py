"""No address ends a page: what makes no sense in it is as if it had never been there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from model import PROJECT
from model.data import datasets
from model.training.run_store import Runs
from ui import address, state
from ui.shell import PAGES

APP = str(PROJECT / "app.py")
BAD_NUMBERS = ["inf", "-inf", "nan", "1e400", "9" * 5_001, "-1", "1.5", "٣", "0x1", "", " ", "\0"]
BAD_TOKENS = ["", "a b", "../../etc", "é", "x" * 65, "<b>", "![x](y)", "a\0", "\u202e"]


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Drawn clothes, and a registry without runs."""
    drawn = datasets.load("wardrobe")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "load", lambda name=None: drawn)
        patch.setattr(state, "_search", lambda: True)
        nobody = Runs(None, 1)
        patch.setattr("model.server.runs", lambda: nobody)
        patch.setattr("model.server.warm_up", lambda: None)
        yield


def visit(file, **parameters):
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    return again(app.switch_page(file))


def again(app):
    app.run()
    assert not app.exception, app.exception
    return app


@pytest.mark.parametrize("number", ["inf", "nan", "9" * 5_001, "1.5", "", "99999", ["1", "2"]])
def test_a_picture_that_is_none_is_the_first_one(number, monkeypatch):
    app = visit("pages/dataset.py", picture=number)
    assert app.number_input(state.PICTURE).value == 0
    assert "picture" not in app.query_params
    [told] = [one.value for one in app.warning]
    assert "a picture that there is not" in told
    assert "from 0 to" in told
    app.number_input(state.PICTURE).set_value(3).run()
    assert app.number_input(state.PICTURE).value == 3  # its address is the browser's work
    monkeypatch.setattr(address, "TOLD_FOR", 0)
    assert not again(app).warning, "it is told for a while only"
    app.query_params["picture"] = number  # back in the browser's history
    again(app)
    again(app)


def test_a_picture_keeps_its_address():
    app = visit("pages/dataset.py", picture="5")
    assert app.number_input(state.PICTURE).value == 5
    again(app)
    assert app.query_params["picture"] == "5"
    app.pills("gallery").set_value(7).run()
    assert app.number_input(state.PICTURE).value == 7


@pytest.mark.parametrize(("key", "words"), [("run-gone", "run"), ("file-0123", "keeps files for")])
def test_weights_that_are_gone_are_told_until_others_are_chosen(key, words):
    app = visit("pages/network.py", weights=key)
    app.session_state[state.VISITOR_TOLD] = True
    assert words in again(app).warning[0].value
    app.selectbox("weights_widget").set_value(state.EVERYDAY)
    assert not again(app).warning
    assert app.query_params["weights"] == state.EVERYDAY


def test_a_token_that_is_none_watches_nothing():
    app = visit("pages/train.py")
    for token in (*BAD_TOKENS, ["a", "b"]):
        app.query_params["run"] = token
        again(app)
        assert state.RUN not in app.session_state
        assert "run" not in app.query_params


def test_a_token_of_no_use_does_not_lose_the_run_that_is_watched():
    app = visit("pages/train.py", run="a-token")
    app.query_params["run"] = ["a", "b"]
    again(app)
    assert app.session_state[state.RUN] == "a-token"
    assert app.query_params["run"] == "a-token"


TEXT = st.one_of(st.sampled_from(BAD_NUMBERS + BAD_TOKENS), st.text(max_size=80))
VALUES = st.one_of(TEXT, st.lists(TEXT, max_size=3))
NAMES = st.one_of(
    st.sampled_from([state.PICTURE, state.TEST_PICTURE, "run", "embed", "gallery", "weights"]),
    st.sampled_from(["layer", "filter", "row", "column", "batch"]),
    st.text(max_size=20),
)


@pytest.mark.parametrize("file", PAGES)
def test_any_address_is_a_page(file):
    app = visit(file)

    @settings(max_examples=10, deadline=None)
    @given(st.dictionaries(NAMES, VALUES, max_size=4))
    def holds(parameters):
        app.query_params.clear()
        for name, value in parameters.items():
            app.query_params[name] = value
        again(app)

    holds()
