"""The frame of the app in a real browser: addresses, requests, phone, keyboard."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from ui.shell import PAGES

pytestmark = pytest.mark.browser
TITLES = [entry.title for entry in PAGES.values()]
MENU = '[data-testid="stSidebarNav"] a'
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def ready(page):
    page.wait_for_selector("h1")
    page.wait_for_selector(IDLE)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("title", TITLES[1:])
def test_a_page_that_is_the_first_request_of_a_server_has_the_app_around_it(
    fresh_server, page, title
):
    page.goto(f"{fresh_server}/{title.lower()}")
    ready(page)
    expect(page.locator(MENU)).to_have_text([re.compile(f"{title}$") for title in TITLES])
    expect(page.get_by_role("combobox", name="Weights in use")).to_be_visible()
    assert urlsplit(page.url).path == f"/{title.lower()}"


def test_every_page_by_its_menu_and_no_request_to_anyone_else(server, page):
    page.goto(server)
    ready(page)
    for title in [*TITLES[1:], TITLES[0]]:
        page.locator(MENU, has_text=title).click()
        expect(page).to_have_url(server + ("/" if title == TITLES[0] else f"/{title.lower()}"))
        ready(page)
    page.wait_for_load_state("networkidle")
    asked = {urlsplit(url).hostname for url in page.requests if url.startswith(("http", "ws"))}
    assert asked == {"127.0.0.1"}


def test_the_token_of_a_run_stays_in_the_address(server, page):
    page.goto(f"{server}/predict?run=a-token-of-a-run")
    ready(page)
    page.locator(MENU, has_text="Dataset").click()
    expect(page).to_have_url(f"{server}/dataset?run=a-token-of-a-run")


def test_a_phone_sees_what_is_in_use_and_nothing_is_wider_than_the_screen(server, phone):
    for path in ("/", "/dataset"):
        phone.goto(server + path)
        ready(phone)
        expect(phone.locator(".st-key-in_use_line")).to_be_visible()
        main = phone.get_by_test_id("stMain")
        assert main.evaluate("element => element.scrollWidth <= element.clientWidth")


def test_a_picture_can_be_picked_with_the_keyboard_and_has_an_address(server, page):
    page.goto(f"{server}/dataset")
    ready(page)
    pictures = page.locator(".st-key-gallery").get_by_role("radio")
    expect(pictures).to_have_count(24)
    pictures.nth(1).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server}/dataset?picture=1")
    expect(page.get_by_label("Picture number")).to_have_value("1")
    page.reload()
    ready(page)
    expect(pictures.nth(1)).to_be_checked()


def test_an_address_of_no_picture_shows_the_first_and_leaves_the_next_one_its_address(server, page):
    page.goto(f"{server}/dataset?picture=inf&run=%3Cb%3E&other=1")
    ready(page)
    expect(page.get_by_label("Picture number")).to_have_value("0")
    assert "inf" not in page.url
    pictures = page.locator(".st-key-gallery").get_by_role("radio")
    for number in (1, 2):
        pictures.nth(number).focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"picture={number}$"))
        expect(page.get_by_label("Picture number")).to_have_value(str(number))
    page.go_back()
    expect(page.get_by_label("Picture number")).to_have_value("1")
    page.go_back()
    page.go_back()
    ready(page)
