"""Who a window says it is: one visitor, once, in a token that could be one of ours."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui import cookie

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


def test_a_cookie_tells_from_the_first_page_run_on_and_what_cannot_be_one_does_not(monkeypatch):
    for told, known in ((MINE, True), ("a" * 21, False)):
        monkeypatch.setattr(type(st.context), "cookies", {cookie.NAME: told})
        window = AppTest.from_string(WINDOW).run()
        assert (window.text[0].value == told) == known
        assert (who(window, ANOTHER) == ANOTHER) == (not known)


def test_the_cookie_is_for_no_script_and_goes_over_https_alone_where_it_came_so():
    for secure in (False, True):
        header = cookie.header(MINE, secure)
        assert cookie.token_of(header.partition(";")[0]) == MINE
        assert {"HttpOnly", "SameSite=Lax"} < set(header.split("; "))
        assert header.endswith("; Secure") == secure
    assert cookie.token_of(f"a=b; {cookie.NAME}={MINE}; c=d") == MINE
    assert cookie.token_of("") is cookie.token_of("[]=; =;") is None
    for other in ('prefs={"theme":"dark"}', "a=b c", "flag", "a[0]=1", 'x="open', "näme=1"):
        assert cookie.token_of(f"{other}; {cookie.NAME}={MINE}") == MINE
