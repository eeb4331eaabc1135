"""Every page for every eye and hand: nothing jumps, words can be read, the focus is seen, fingers
hit what they are to hit."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PATIENCE, PHONE, eventually
from tests.browser.test_shell import ready

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
CONTRAST, FOCUS, FINGERS = (
    (HERE / f"{name}.js").read_text() for name in ("contrast", "focus", "fingers")
)
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    const names = shift.sources.map(({ node }) => node?.innerText ?? node?.nodeName);
    window.shifts.push([shift.value, ...names.map((name) => name?.slice(0, 40))]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
STILL = 0.1  # the sum of shifts that Google calls good
READABLE = 4.5  # WCAG 2, level AA
FINGER = 44  # pixels: WCAG 2, level AAA
MOST_STOPS = 90  # of Tab on a page
PATHS = ["/", "/dataset", "/train", "/runs", "/network", "/predict"]


def too_pale(page):
    """What cannot be read well, in light and in dark. Disabled controls alone are left out."""
    found = {}
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        for _ in range(20):  # colours change by and by
            page.wait_for_timeout(500)
            told = page.evaluate(CONTRAST, READABLE)
            if not told["found"]:
                break
        assert told["looked"] > 20
        found[scheme] = told["found"]
    return found


def visited(browser, address, **device):
    """A page on its first visit, once everything is there."""
    page = browser.new_context(**device).new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(SHIFTS)
    page.goto(address)
    ready(page)
    page.wait_for_load_state("networkidle")
    return page


@pytest.fixture(scope="module", params=PATHS)
def desk(browser, server, request):
    page = visited(browser, server + request.param, viewport=DESK)
    yield page
    page.context.close()


@pytest.fixture(scope="module", params=PATHS)
def hand(browser, server, request):
    """A phone, and no test of it needs another one."""
    page = visited(browser, server + request.param, viewport=PHONE, has_touch=True, is_mobile=True)
    yield page
    page.context.close()


def still(page):
    shifts = page.evaluate("window.shifts")
    assert sum(value for value, *_ in shifts) < STILL, shifts


def test_nothing_jumps_on_a_first_visit_at_a_desk(desk):
    still(desk)


def test_all_words_can_be_read(desk):
    assert too_pale(desk) == {"dark": [], "light": []}


def test_whoever_tabs_sees_where_they_are(desk):
    unseen, stops = [], 0
    for stops in range(MOST_STOPS):  # noqa: B007
        desk.keyboard.press("Tab")
        told = desk.evaluate(FOCUS)
        unseen += [told["last"]] if told["last"] else []
        if not told["now"]:
            break
    assert unseen == []
    assert 8 < stops < MOST_STOPS - 1


def test_nothing_jumps_on_a_first_visit_with_a_phone(hand):
    still(hand)


def unfold(page):
    """What is folded away and has controls of other kinds: settings, and sliders."""
    if page.url.endswith("/train"):
        page.get_by_text("More settings").tap()
        expect(page.get_by_role("spinbutton", name="Seed")).to_be_visible()
    if page.url.endswith("/predict"):
        page.get_by_role("radio", name="Samples").tap()
        page.get_by_role("radio", name="Try to break it").tap()
        expect(page.get_by_role("slider", name="Rotation, degrees")).to_have_count(1)
        ready(page)


def test_fingers_hit_what_they_are_to_hit(hand):
    unfold(hand)
    eventually(lambda: hand.evaluate(FINGERS, FINGER)["looked"] >= 12)  # then all is there
    assert hand.evaluate(FINGERS, FINGER)["found"] == []
    assert hand.get_by_test_id("stMain").evaluate("one => one.scrollWidth <= one.clientWidth")
