"""Text from outside is shown as text: no name of a file makes a link, a picture or a formula."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import PROJECT
from ui.text import JOINER, cell, clean, percent, plain

NAMES = [
    "![x](https://example.org/a.png).png",
    "[x](https://example.org)",
    "https://example.org/a.png",
    "HTTP://example.org",
    "www.example.org",
    "someone@example.org",
    "**bold** _slant_ ~~gone~~ `code`",
    ":red[x] :material/home: :smile: :red-background[x]",
    "$x$ $$y$$",
    "<b>bold</b> <img src=x> &lt;",
    "a|b",
    "# heading",
    "a\nb\r\n\n# c",
    "a\x00\x1b[2J\u202eb\u2066c\ud800d\u200bd",
    "\\![x](y)",
    "",
    "\ud800",
    "n" * 5_000,
]
# What Markdown, and Streamlit after it, would make something of.
ALIVE = re.compile(
    r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>()!|~$&]|https?://|www\.|@\w|:[a-z][\w-]*[\[:/]", re.IGNORECASE
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_text(name):
    assert not ALIVE.search(plain(name))
    assert plain(name).replace(JOINER, "").isprintable()
    assert 0 < len(clean(name)) <= 60
    plain(name).encode()


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_only_text(name):
    assert not ALIVE.search(plain(name))
    assert clean(name).isprintable()
    cell(name).encode()


def test_an_ordinary_name_stays_as_it_is():
    assert plain("Pair of shoes, left-1.png") == "Pair of shoes, left-1.png"
    assert clean("  ein  Schuh, größer — 靴.png ") == "ein Schuh, größer — 靴.png"


def test_of_a_long_name_both_ends_are_left():
    assert clean("IMG" + "0" * 90 + "7.jpeg").startswith("IMG000")
    assert clean("IMG" + "0" * 90 + "7.jpeg").endswith("7.jpeg")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1"])
def test_no_name_is_a_formula(name):
    assert cell(name).startswith("'")
    assert cell("a" + name) == clean("a" + name)


@pytest.mark.parametrize("kind", ["ui/**/*.py", "pages/*.py", "assets/js/[!p]*.js"])
def test_a_sign_of_per_cent_never_begins_a_line(kind):
    for file in PROJECT.glob(kind):
        assert not re.findall(r"""[\d}] %["'`.,:{ ]""", file.read_text("utf-8")), file


def test_shares_in_per_cent():
    assert percent(0.3) == "30.0\N{NO-BREAK SPACE}%"
    assert percent(0.90666, 2) == "90.67\N{NO-BREAK SPACE}%"
    assert percent(1, 0) == "100\N{NO-BREAK SPACE}%"
