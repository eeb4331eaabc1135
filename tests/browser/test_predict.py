"""Draw, upload and read the answer, in a real browser with the weights that ship."""

import contextlib
import io
import re

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from model.data.datasets import CLASSES
from tests.browser.conftest import eventually

pytestmark = pytest.mark.browser
CANVAS = "canvas.upper-canvas"
NUMBERS = ".bars td:last-child"
ANY_CLASS = re.compile("|".join(re.escape(name) for name in CLASSES))


def trousers():
    """A PNG of grey trousers on white."""
    picture = Image.new("RGB", (300, 400), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((90, 40, 210, 110), fill="#606060")
    pen.rectangle((90, 110, 142, 370), fill="#666666")
    pen.rectangle((158, 110, 210, 370), fill="#666666")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def line(page, start, end):
    expect(page.locator(CANVAS)).to_have_count(1)  # one that is replaced stays a moment, hidden
    expect(page.locator("[data-fills]")).to_have_count(1)  # the page has taken the canvas over
    box = page.locator(CANVAS).bounding_box()
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + start[0] * width, y + start[1] * height)
    page.mouse.down()
    page.mouse.move(x + end[0] * width, y + end[1] * height, steps=6)
    page.mouse.up()


def line_until(page, start, end, condition):
    """Draw until `condition()` holds: a canvas loses a stroke that begins while it is set up.

    Only for a fresh canvas. Several strokes in the same place have darker edges than one: compare
    by `near`. On a busy machine an answer takes a while; who draws again too early has the answer
    to the first stroke, and that to the second one comes when something else is looked for.
    """
    for _ in range(8):
        line(page, start, end)
        with contextlib.suppress(TimeoutError):
            eventually(condition, 30)
            return
    raise AssertionError("no answer to a stroke")


def first_line(page, start, end):
    line_until(page, start, end, lambda: answer(page).is_visible())


def near(probabilities, others):
    """Whether these percentages are the same but for a pixel here and there."""
    return probabilities == pytest.approx(others, abs=2)


def answer(page):
    """The heading that names the winner."""
    return (
        page.get_by_test_id("stHeading").get_by_role("heading", level=3).filter(has_text=ANY_CLASS)
    )


def bars(page):
    """The ten bars' numbers, percent."""
    labels = page.locator(NUMBERS)
    expect(labels).to_have_count(10)
    return [float(text.split()[0]) for text in labels.all_text_contents()]


def test_a_drawing_is_answered_after_every_stroke_and_can_be_undone_and_cleared(server, page):
    page.goto(f"{server}/predict")
    expect(page.get_by_text("The canvas is empty")).to_be_visible()
    first_line(page, (0.5, 0.15), (0.5, 0.85))
    first = bars(page)
    assert sum(first) == pytest.approx(100, abs=0.6)
    expect(page.get_by_text("Find the item", exact=False).first).to_be_visible()
    line(page, (0.2, 0.2), (0.8, 0.2))
    eventually(lambda: bars(page) != first)
    second = bars(page)
    press(page, "draw_undo")
    eventually(lambda: bars(page) == first)
    press(page, "draw_clear")
    expect(page.get_by_text("The canvas is empty")).to_be_visible()
    press(page, "draw_undo")
    eventually(lambda: bars(page) == first)
    line_until(page, (0.2, 0.2), (0.8, 0.2), lambda: near(bars(page), second))


def press(page, key):
    """A button of the page; the canvas has some of its own that are called the same."""
    page.locator(f".st-key-{key} button").click()


def test_an_uploaded_picture_is_recognised_and_a_bad_one_is_told(server, page):
    page.goto(f"{server}/predict")
    page.get_by_role("radio", name="Upload").click()
    files = page.get_by_test_id("stFileUploaderDropzoneInput")
    files.set_input_files({"name": "trousers.png", "mimeType": "image/png", "buffer": trousers()})
    expect(answer(page)).to_have_text("Trouser")
    assert max(bars(page)) == bars(page)[CLASSES.index("Trouser")]
    page.reload()
    page.get_by_role("radio", name="Upload").click()
    files.set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text("This is a text, not a picture")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_picture_of_the_data_set_with_the_keyboard_alone(server, page):
    page.goto(f"{server}/predict")
    page.get_by_role("radio", name="Draw").focus()
    page.keyboard.press("Tab")
    source = page.get_by_role("radio", name="From the data set")
    source.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is:")).to_be_visible()
    before = page.get_by_test_id("stImage").locator("img").first.get_attribute("src")
    page.get_by_role("button", name="Another picture").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stImage").locator("img").first).not_to_have_attribute("src", before)


def test_a_drawing_outlives_a_visit_to_another_page(server, page):
    page.goto(f"{server}/predict")
    first_line(page, (0.5, 0.15), (0.5, 0.85))
    before = bars(page)
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Teach a network to see")
    page.get_by_role("link", name="Predict", exact=True).first.click()
    expect(answer(page)).to_be_visible()
    eventually(lambda: near(bars(page), before))
    page.get_by_role("button", name="Yes").press("Enter")
    expect(page.get_by_role("button", name="Change")).to_be_focused()  # where Yes was
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes")).to_be_focused()


def test_samples_and_closer_looks_with_the_keyboard_alone(server, page):
    page.goto(f"{server}/predict")
    for name in ("Samples", "Face"):
        page.get_by_role("radio", name=name).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("radio", name=name)).to_be_checked()
    expect(page.get_by_text("This does not look like the clothes")).to_be_visible()
    page.get_by_role("radio", name="Try to break it").focus()
    page.keyboard.press("Enter")
    turned = page.locator(".st-key-rotations .plot")
    expect(turned.locator(".main-svg").first).to_be_visible()
    expect(turned).to_have_attribute("aria-label", re.compile("against rotation"))
    shown = page.get_by_role("img", name="The disturbed picture").locator("visible=true").first
    before = shown.get_attribute("src")
    page.get_by_role("slider", name="Rotation, degrees").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(shown).not_to_have_attribute("src", before)
