"""The app on a phone: its pages by name at the bottom, its menu, and room for a finger."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, eventually
from tests.browser.test_shell import TITLES, ready

pytestmark = pytest.mark.browser
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
FINGER = 44  # pixels
# How many of its links the bar shows, in any frame.
COUNT = """
window.counts = new Set();
(function look() {
  window.counts.add(document.querySelectorAll(".pages a[href]").length);
  requestAnimationFrame(look);
})();
"""


@pytest.fixture
def phone(open_page):
    """One with a phone's name: Streamlit's menu folds and unfolds by itself there."""
    return open_page(PHONE, has_touch=True, is_mobile=True, user_agent=ANDROID)


def bar(page):
    return page.get_by_role("navigation", name="Pages", exact=True)


def test_the_bar_turns_to_every_page_and_loads_nothing_anew(server, phone):
    phone.goto(server)
    ready(phone)
    expect(bar(phone).get_by_role("link")).to_have_count(len(TITLES))
    for title in TITLES:
        expect(bar(phone).get_by_role("link", name=title, exact=True)).to_be_in_viewport()
    phone.evaluate("document.querySelector('.pages').stays = true")
    phone.evaluate(COUNT)
    for title in [*TITLES[1:], TITLES[0]]:
        bar(phone).get_by_role("link", name=title).tap()
        ready(phone)
        path = "/" if title == TITLES[0] else f"/{title.lower()}"
        expect(phone).to_have_url(server + path)
        current = bar(phone).locator("[aria-current=page]")
        expect(current).to_have_count(1)
        expect(current).to_contain_text(title)
        expect(phone.get_by_role("heading", level=1)).to_be_in_viewport()
    assert phone.evaluate("document.querySelector('.pages').stays"), "it was built anew"
    assert phone.evaluate("[...window.counts]") == [len(TITLES)], "it flickered"
    expect(phone.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_back_and_what_was_chosen_are_kept(server, phone):
    phone.goto(f"{server}/dataset?run=a-token-of-a-run")
    ready(phone)
    phone.get_by_role("radio", name="Test").tap()
    expect(phone.get_by_text("of 10,000")).to_be_visible()
    bar(phone).get_by_role("link", name="Train").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Train")
    ready(phone)
    assert "run=a-token-of-a-run" in urlsplit(phone.url).query
    phone.go_back()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Dataset")
    expect(bar(phone).locator("[aria-current=page]")).to_contain_text("Dataset")
    expect(phone.get_by_text("of 10,000")).to_be_visible()


def end_is_above_the_bar(page):
    page.get_by_test_id("stMain").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    content = page.get_by_test_id("stMainBlockContainer").bounding_box()
    return content["y"] + content["height"] <= bar(page).bounding_box()["y"] + 1


def test_the_bar_covers_nothing_and_has_room_for_seven(server, phone):
    for path in ("/", "/dataset"):
        phone.goto(server + path)
        ready(phone)
        eventually(lambda: end_is_above_the_bar(phone))  # what comes late makes the page longer
    phone.set_viewport_size({"width": 360, "height": 740})
    bar(phone).evaluate(
        """bar => { const more = bar.lastElementChild.cloneNode(true);
             more.lastElementChild.textContent = "Evaluate"; bar.append(more); }"""
    )
    for link in bar(phone).get_by_role("link").all():
        box = link.bounding_box()
        assert min(box["width"], box["height"]) >= FINGER
        assert link.evaluate("link => link.scrollWidth <= link.clientWidth"), link.inner_text()
    assert bar(phone).evaluate("bar => bar.scrollWidth <= innerWidth")


def test_the_menu_has_a_name_and_holds_the_weights(server, phone):
    phone.goto(server)
    ready(phone)
    weights = phone.get_by_role("combobox", name="Weights in use")
    expect(weights).to_have_count(0)
    phone.get_by_role("button", name="Menu").tap()
    expect(weights).to_be_visible()
    phone.get_by_role("button", name="Collapse sidebar").tap()
    expect(weights).to_have_count(0)
    expect(phone.get_by_role("button", name="Menu")).to_be_visible()


def test_a_desk_has_the_menu_alone(server, page):
    page.goto(server)
    ready(page)
    expect(page.get_by_role("navigation", name="App pages")).to_be_visible()
    expect(page.locator(".pages")).to_be_hidden()
