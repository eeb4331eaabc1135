"""Numbers that are walked with the arrow keys: those of a picture, and what a run confuses."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_shell import ready

pytestmark = pytest.mark.browser


def cells(page, key):
    return page.locator(f".st-key-{key}").get_by_role("grid").get_by_role("gridcell")


def walk(page, *keys):
    """What the cell is called that has the focus after these keys."""
    for key in keys:
        page.keyboard.press(key)
    return page.evaluate("document.activeElement.ariaLabel")


def stops(page, key):
    return page.locator(f".st-key-{key} [role=gridcell][tabindex='0']")


def test_the_numbers_of_a_picture_are_walked_and_keep_the_place(server, page):
    page.goto(f"{server}/dataset?picture=0")
    ready(page)
    expect(cells(page, "pixels")).to_have_count(784)
    expect(stops(page, "pixels")).to_have_count(1)
    stops(page, "pixels").focus()
    assert walk(page) == "row 0, column 0: 0"
    assert walk(page, "ArrowUp", "ArrowLeft") == "row 0, column 0: 0"  # no further
    there = walk(page, *["ArrowDown"] * 17, *["ArrowRight"] * 5)
    assert there == "row 17, column 5: 221"
    expect(page.locator(".numbers p")).to_have_text(there)
    expect(stops(page, "pixels")).to_have_text("221")
    assert walk(page, "End").startswith("row 17, column 27: ")
    assert walk(page, "PageDown").startswith("row 27, column 27: ")
    assert walk(page, "Home", "PageUp").startswith("row 0, column 0: ")
    cells(page, "pixels").nth(28 * 17 + 5).hover()
    expect(page.locator(".numbers p")).to_have_text(there)
    walk(page, "ArrowDown", "Tab", "Shift+Tab")
    assert walk(page).startswith("row 1, column 0: ")  # Tab comes back to the same cell
    page.locator(".st-key-gallery").get_by_role("radio").nth(1).press("Enter")
    expect(cells(page, "pixels").nth(28 * 17 + 5)).not_to_have_text("221")
    expect(stops(page, "pixels")).to_have_count(1)
