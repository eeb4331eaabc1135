"""Who a window says it is: one visitor, once, in a token that could be one of ours."""

import pytest
from streamlit.testing.v1 import AppTest

WINDOW = """
from types import SimpleNamespace
import streamlit as st
from ui import visitor
if "claims" in st.session_state:
    st.session_state[visitor.COMPONENT] = SimpleNamespace(token=st.session_state["claims"])
    visitor._told()
st.text(visitor.token())
"""
MINE, ANOTHER = "a" * 22, "b" * 22


@pytest.fixture
def window():
    return AppTest.from_string(WINDOW).run()


def who(window, claims):
    window.session_state["claims"] = claims
    return window.run().text[0].value


def test_a_window_is_who_its_browser_knows_and_nobody_else_later(window):
    own = window.text[0].value
    assert who(window, MINE) == MINE != own
    assert who(window, ANOTHER) == MINE


@pytest.mark.parametrize(
    "claims", ["", "a" * 21, "a" * 2000, "é" * 22, "a/../../../etc/passwd.", 7, None]
)
def test_what_cannot_be_a_token_changes_nothing(window, claims):
    own = window.text[0].value
    assert who(window, claims) == own
    assert who(window, MINE) == MINE
