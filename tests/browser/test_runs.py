"""The page Runs in a browser: a table that sorts, filters and stars, and a chart."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_shell import ready
from tests.browser.test_sight import SHIFTS, still, too_pale
from tests.browser.test_train import LONG, start
from tests.browser.test_train import trainer as trainer

pytestmark = pytest.mark.browser
TITLES = ".runs tbody .runs-title > span"
LINES = ".plot .legend .traces"


def finished(page, address, epochs):
    """A small run, trained to its end."""
    start(page, address, epochs=epochs, images=500)
    expect(page.get_by_test_id("stMetric").filter(has_text="Test accuracy")).to_be_visible()


def titles(page):
    return page.locator(TITLES).all_inner_texts()


def rename(page, name):
    page.get_by_role("button", name="Rename").click()
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.fill(name)
    field.press("Enter")
    page.get_by_role("button", name="Save the name").click()
    expect(page.locator(TITLES, has_text=name)).to_be_visible()


def choose(page, name, chosen):
    page.get_by_role("checkbox", name=f"Show {name} in the chart").set_checked(chosen)


def test_runs_are_named_sorted_filtered_starred_and_laid_side_by_side(trainer, page):
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    finished(page, trainer, 1)
    finished(page, trainer, 2)
    page.get_by_role("link", name="Runs", exact=True).first.click()
    ready(page)
    boxes = page.locator(".runs").get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    expect(page.locator(LINES)).to_have_count(2)  # the newest
    boxes.nth(0).uncheck()
    rename(page, "Short")
    boxes.nth(1).uncheck()
    expect(page.get_by_text("Choose up to six runs")).to_be_visible()
    boxes.nth(0).check()
    rename(page, "Long")
    assert titles(page) == ["Long", "Short"], "the latest comes first"

    page.get_by_role("button", name="Epochs", exact=True).click()
    head = page.get_by_role("columnheader", name="Epochs")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Epochs ↓").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert titles(page) == ["Short", "Long"]
    star = page.get_by_role("button", name="Star Short")
    star.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    choose(page, "Short", True)
    expect(page.locator(LINES)).to_have_count(2)
    expect(
        page.get_by_text(re.compile("^(Long|Short) gets .* of the .* test pictures"))
    ).to_be_visible()
    page.get_by_role("radio", name="Loss").click()
    expect(page.get_by_role("radio", name="Logarithmic")).to_be_visible()
    page.get_by_role("searchbox", name="Filter").fill("starred")
    assert titles(page) == ["Short"]
    expect(page.get_by_role("status").filter(has_text="1 of 2 runs.")).to_be_visible()

    for part in (r"chosen=\w{8}\.\w{8}(&|$)", "sort=epochs", "draw=loss", "filter=starred"):
        expect(page).to_have_url(re.compile(part))
    page.reload()
    ready(page)
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(LINES)).to_have_count(2)
    expect(page.get_by_role("radio", name="Loss")).to_be_checked()
    expect(page.get_by_role("searchbox", name="Filter")).to_have_value("starred")
    expect(star).to_have_attribute("aria-pressed", "true")
    page.get_by_role("searchbox", name="Filter").fill("")
    choose(page, "Long", False)
    expect(page.locator(LINES)).to_have_count(1)
    assert titles(page) == ["Short", "Long"]
    assert too_pale(page) == {"dark": [], "light": []}
    assert failures == []


def test_a_run_that_is_deleted_in_one_tab_is_told_to_be_gone_in_another(trainer, page):
    start(page, trainer, **LONG)
    other = page.context.new_page()
    other.goto(f"{trainer}/runs")
    ready(other)
    boxes = other.locator(".runs").get_by_role("checkbox")
    for at in range(1, boxes.count()):
        boxes.nth(at).uncheck()
    other.get_by_role("button", name="Delete", exact=True).click()
    other.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_text("The run in this page's address is not on this server")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_on_a_phone_runs_are_cards_no_wider_than_the_screen(trainer, phone):
    finished(phone, trainer, 1)
    phone.add_init_script(SHIFTS)
    phone.goto(f"{trainer}/runs")
    ready(phone)
    expect(phone.get_by_role("checkbox", name=re.compile("^Show LeNet"))).to_be_checked()
    expect(phone.locator(LINES)).to_have_count(1)
    still(phone)
    main = phone.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    for control in phone.locator(".runs :is(button, select, label:has([type=checkbox]))").all():
        if control.is_visible():
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 44
    phone.get_by_role("combobox", name="Sort by").select_option(label="Star")
    expect(phone).to_have_url(re.compile("sort=-starred"))
