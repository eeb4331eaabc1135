"""What another request for a page run ends in the middle, and what it does not."""

from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from ui import streamlit_patches
from ui.page_runs import uninterrupted

done = st.session_state.setdefault("done", [])

def do(what):
    done.append(what)
    get_script_run_ctx().script_requests.request_rerun(RerunData())
    st.session_state["at"] = what  # ends the page run, unless something keeps it
    done.append("all of " + what)

st.button("Press", on_click=do, args=("a callback",))
if not done:
    with uninterrupted():
        with uninterrupted():
            pass
        do("a block")
if done[-1] == "all of a block":
    do("the rest")
"""


def test_a_block_and_a_callback_are_done_whole_and_the_rest_is_not():
    page = AppTest.from_string(SCRIPT).run()
    page.run()
    assert page.session_state["done"] == ["a block", "all of a block", "the rest"]
    page.button[0].click().run()
    assert page.session_state["done"][3:] == ["a callback", "all of a callback"]
