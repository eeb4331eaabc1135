"""Every page for every eye: words that can be read, a focus that is seen, nothing that jumps."""

from pathlib import Path

import pytest

from tests.browser.conftest import DESK
from tests.browser.test_shell import ready

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
CONTRAST = (HERE / "contrast.js").read_text()
FOCUS = (HERE / "focus.js").read_text()
READABLE = 4.5  # WCAG 2, level AA
MOST_STOPS = 90  # of Tab on a page
PATHS = ["/", "/dataset", "/train", "/predict"]


def too_pale(page):
    """What cannot be read well, in light and in dark."""
    found = {}
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)  # colours change by and by
        told = page.evaluate(CONTRAST, READABLE)
        assert told["looked"] > 20
        found[scheme] = told["found"]
    return found


@pytest.fixture(scope="module", params=PATHS)
def visit(browser, server, request):
    """The first visit to a page, once everything is there."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(server + request.param)
    ready(page)
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def test_all_words_can_be_read(visit):
    assert too_pale(visit) == {"dark": [], "light": []}


def test_whoever_tabs_sees_where_they_are(visit):
    unseen, stops = [], 0
    for stops in range(MOST_STOPS):  # noqa: B007
        visit.keyboard.press("Tab")
        told = visit.evaluate(FOCUS)
        unseen += [told["last"]] if told["last"] else []
        if not told["now"]:
            break
    assert unseen == []
    assert 8 < stops < MOST_STOPS - 1
