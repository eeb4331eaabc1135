"""What is added to Streamlit's page before a browser gets it."""

import gzip
from pathlib import Path

import pytest
import streamlit as st

from ui import assets, first_paint
from ui.shell import PAGES

PAGE = Path(st.__file__).with_name("static").joinpath("index.html").read_bytes()


@pytest.mark.parametrize("name", first_paint.BY_PAGE)
def test_the_page_has_our_style_and_name_and_says_which_modules_come(name):
    found = first_paint.rewritten(PAGE, name).decode()
    assert assets.text("style.css") in found
    assert f"<title>{first_paint.NAME}</title>" in found
    modules = (*first_paint.EVERYWHERE, *first_paint.BY_PAGE[name])
    for module in modules:
        assert f'href="./static/js/{module}.' in found, module  # Streamlit still has such a file
    assert b"SourceSans" in PAGE
    assert "SourceSans" not in found


def test_a_page_that_looks_otherwise_stays_as_it_is_and_can_be_compressed():
    assert first_paint.rewritten(b"<p>Hello</p>", "") == b"<p>Hello</p>"
    whole = first_paint.rewritten(PAGE, "train")
    assert gzip.decompress(first_paint.rewritten(PAGE, "train", compress=True)) == whole


def test_modules_are_named_for_pages_that_there_are():
    paths = {"" if "home" in file else Path(file).stem for file in PAGES}
    assert set(first_paint.BY_PAGE) <= paths
