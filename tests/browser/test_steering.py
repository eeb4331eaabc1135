"""A run that is steered in a real browser, by its keyboard: step, slow motion, other settings."""

import math
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import eventually
from tests.browser.test_sight import too_pale
from tests.browser.test_train import LONG, batch, start, stop
from tests.browser.test_train import trainer as trainer

pytestmark = pytest.mark.browser


def press(page, name):
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_enabled()
    button.press("Enter")


def against_what(page, trainer):
    """The curves stand against batches or seconds, too, and the loss on a logarithmic scale."""
    loss = page.locator(".run-curves .plot").first

    def axes():
        return loss.evaluate(
            "one => [one.layout.xaxis, one.layout.yaxis].map(({range, type, title})"
            " => [range[1], type, title.text])"
        )

    (end, _, name), (top, scale, _) = axes()
    assert (name, scale) == ("Epoch", "linear")
    page.get_by_label("Curves against").select_option("batches")
    eventually(lambda: axes()[0][2] == "Batch")
    batches = int(re.search(r"of ([\d,]+)$", page.locator(".run-where").inner_text())[1])
    assert axes()[0][0] == end * batches
    page.get_by_label("Curves against").select_option("seconds")
    eventually(lambda: axes()[0][2] == "Seconds of training")
    page.get_by_label("Logarithmic loss").check()
    eventually(lambda: axes()[1][1] == "log")
    assert axes()[1][0] == pytest.approx(math.log10(top))
    page.get_by_label("Curves against").select_option("epochs")
    eventually(lambda: axes()[0][2] == "Epoch")
    assert axes()[0][0] == end


def heading(page):
    return page.locator(".run-batch h3")


def test_a_run_goes_step_by_step_slowly_and_with_other_settings(trainer, page):
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    start(page, trainer, **LONG)
    press(page, "Pause")
    expect(page.get_by_role("button", name="Step", exact=True)).to_be_enabled()
    press(page, "Step")
    expect(heading(page)).to_be_visible()
    before = batch(page)
    expect(heading(page)).to_have_text(f"Batch {before:,}, as the network saw it")
    expect(page.locator(".run-batch li")).to_have_count(32)
    for item in page.locator(".run-batch li").all()[:5]:
        image, answer, loss = item.inner_text(), *item.locator("span").all_inner_texts()
        truth = item.locator("canvas").get_attribute("aria-label")
        assert answer == f"{'✓' if truth == answer[2:] else '✗'} {answer[2:]}", image
        assert re.fullmatch(r"loss \d+\.\d\d", loss)
    assert too_pale(page) == {"dark": [], "light": []}
    press(page, "Slow motion")
    expect(page.locator(".run-where")).to_contain_text("Slow motion")
    eventually(lambda: batch(page) >= before + 4)
    press(page, "Pause")
    expect(page.locator(".run-where")).to_contain_text("Paused")
    page.get_by_text("Change while it trains").click()
    page.get_by_label("Learning rate", exact=True).first.fill("0.02")
    press(page, "Apply")
    expect(page.get_by_text("Learning rate 0.004 → 0.02 after")).to_be_visible()
    expect(page.locator(".run-curves").get_by_text("rate 0.02").first).to_be_attached()
    against_what(page, trainer)
    press(page, "Resume")
    expect(heading(page)).to_be_hidden()
    stop(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert failures == []
