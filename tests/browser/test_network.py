"""The page Network in a browser: its arithmetic adds up, and answers to hand and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from model.networks.architectures import NETWORKS
from tests.browser.conftest import PHONE, eventually
from tests.browser.test_train import start
from tests.browser.test_train import trainer as trainer

pytestmark = pytest.mark.browser
LINE = ".sums-line"


def number(text):
    return float(text.replace("−", "-"))


def bold(page, words):
    """The last number of the line that begins with these words."""
    found = page.locator(LINE, has_text=re.compile(words)).locator("b").last.inner_text()
    return number(found)


def slide(page, name, presses, key="ArrowRight"):
    slider = page.get_by_role("slider", name=name)
    slider.focus()
    for _ in range(presses):
        page.keyboard.press(key)
    return slider


def squares(page):
    """The numbers of the patch, the kernel and the products, as they are written."""
    return [
        [number(text) for text in table.locator("td").all_inner_texts()]
        for table in page.locator(".sums-squares table").all()
    ]


def test_the_arithmetic_at_one_place_adds_up_and_moves_without_the_server(server, page):
    failures, sent = [], []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(f"{server}/network")
    expect(page.get_by_role("heading", name="One place, number by number")).to_be_visible()
    page.get_by_role("button", name="conv2, map 5 of 16").click()
    expect(page.get_by_role("slider", name="Channel")).to_be_visible()
    excited = page.get_by_role("img", name="the framed place gives")  # they come last of all
    expect(excited).to_have_count(12)
    sent.clear()
    slide(page, "Row", 2)
    slide(page, "Channel", 5)
    expect(page.locator(LINE).first).to_contain_text("channel 6")
    patch, kernel, products = squares(page)
    assert products == pytest.approx([a * b for a, b in zip(patch, kernel, strict=True)], abs=0.016)
    assert bold(page, "The sum of these 25") == pytest.approx(sum(products), abs=0.13)
    total = bold(page, "Plus the bias")
    bias = number(page.locator(LINE, has_text="Plus the bias").locator("b").first.inner_text())
    assert total == pytest.approx(bold(page, "All 6 channels") + bias, abs=0.0016)
    landed = number(page.get_by_text("It lands in row 10").inner_text().rstrip(".").split(": ")[1])
    assert landed == pytest.approx(max(0, total), abs=0.0011)
    chosen = page.get_by_role("img", name="What it gives, 14 by 14")
    chosen.focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("It lands in row 9")).to_be_visible()
    chosen.click(position={"x": 3, "y": 3})
    expect(page.get_by_text("It lands in row 1, column 1")).to_be_visible()
    page.locator(".sums .play").click()
    expect(page.get_by_text("It lands in row 1, column 3")).to_be_visible()
    assert sent == []
    assert failures == []


def test_other_layers_softmax_and_one_step_of_learning(server, page):
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"{server}/network?test_picture=7")
    page.get_by_role("button", name="pool1, map 2 of 6").click()
    expect(
        page.get_by_text("Average pooling takes the mean, which this layer uses")
    ).to_be_visible()
    square = [number(text) for text in page.locator(".sums-squares td").all_inner_texts()]
    assert bold(page, "Max pooling") == pytest.approx(max(square), abs=0.006)
    assert bold(page, "Average pooling") == pytest.approx(sum(square) / 4, abs=0.006)
    page.get_by_role("button", name=re.compile("^Ankle boot")).last.click()
    expect(page.get_by_text("The strongest inputs: number times weight")).to_be_visible()
    slide(page, "Temperature", 6)
    *shares, whole = page.locator(".softmax td:last-child").all_inner_texts()
    values = [float(text.split()[0]) for text in shares]
    assert whole == "100.0\u00a0%"
    assert sum(values) == pytest.approx(100, abs=0.6)
    assert max(values) < 40, "a high temperature makes them alike"
    page.get_by_text("One step of learning", exact=True).last.click()
    expect(page.get_by_text("before the step")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert failures == []


def test_new_numbers_leave_the_sliders_and_their_reader_alone(server, page):
    page.goto(f"{server}/network")
    row = slide(page, "Row", 3)
    before = page.locator(".sums-squares td").first.inner_text()
    page.evaluate("document.querySelector('.sums-controls').marked = true")
    number = page.get_by_role("spinbutton", name="Number of the test picture")
    number.fill("2")
    number.press("Enter")
    expect(page.get_by_text("In truth: Trouser")).to_be_visible()
    eventually(lambda: page.locator(".sums-squares td").first.inner_text() != before)
    expect(row).to_have_js_property("value", "18")
    assert page.evaluate("document.querySelector('.sums-controls').marked")
    page.locator(".sums .play").click()
    number.fill("3")
    number.press("Enter")
    expect(page.get_by_text("In truth: Trouser")).to_be_visible()
    expect(page.locator(".sums .play")).to_have_text("Stop")


def test_a_phone_shows_what_belongs_together_side_by_side(browser, server):
    device = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = browser.new_context(**device).new_page()
    page.goto(f"{server}/network?layer=conv2&filter=5")
    expect(page.get_by_role("slider", name="Channel")).to_be_visible()
    for pair in (".sums-map", ".sums-squares table:nth-child(-n + 2)"):
        one, other = (place.bounding_box() for place in page.locator(pair).all())
        assert one["y"] == pytest.approx(other["y"], abs=1)
        assert one["x"] + one["width"] < other["x"]
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(len(NETWORKS))
    assert all(one.evaluate("tab => tab.scrollWidth <= tab.clientWidth") for one in tabs.all())
    page.context.close()


def kernel(page):
    """The numbers of the kernel that is looked at."""
    expect(page.locator(".sums-squares table")).to_have_count(3)
    return squares(page)[1]


def test_one_s_own_run_is_followed_gone_through_and_found_again(trainer, page):
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    start(page, trainer, epochs=2, images=2_000)
    page.get_by_role("button", name="Use this network").click()
    page.get_by_role("link", name="Network", exact=True).first.click()
    slider = page.get_by_role("slider", name="Epoch")
    expect(slider).to_have_attribute("aria-valuetext", "newest")
    page.get_by_role("button", name="conv1, map 2 of 6").click()
    expect(page).to_have_url(re.compile("layer=conv1&filter=2"))
    page.get_by_role("link", name="See the numbers behind conv1, map 2").click()
    expect(page.get_by_role("heading", name="One place, number by number")).to_be_in_viewport()
    play = page.get_by_role("button", name="Play", exact=True).first
    expect(play).to_be_in_viewport(ratio=1)  # the training can be gone through wherever one looks
    newest = kernel(page)
    slide(page, "Row", 3)
    slider.focus()
    for moment in ("1", "batch 10", "0"):
        page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuetext", moment)
    eventually(lambda: kernel(page) != newest)
    expect(page).to_have_url(re.compile("batch=0"))
    beginning, address = kernel(page), page.url
    page.reload()
    expect(slider).to_have_attribute("aria-valuetext", "0")
    eventually(lambda: kernel(page) == beginning)
    expect(page.get_by_role("slider", name="Row")).to_have_js_property("value", "18")
    assert re.search("row=18", address)
    page.get_by_role("button", name="Play", exact=True).first.click()
    expect(slider).to_have_attribute("aria-valuetext", "newest")
    eventually(lambda: kernel(page) == newest)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert failures == []
