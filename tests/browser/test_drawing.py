"""The canvas under a finger and under a mouse: every tool, its size, and an end for shapes."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, eventually
from tests.browser.test_predict import CANVAS, answer, bars
from ui.predict.drawing import TOOLS

pytestmark = pytest.mark.browser
CORNERS = [(0.25, 0.2), (0.75, 0.2), (0.75, 0.85), (0.25, 0.85)]
PIXELS = """(canvas) => {
  const paper = canvas.getRootNode().querySelector('.dc-canvas.lower-canvas');
  const { data } = paper.getContext('2d').getImageData(0, 0, paper.width, paper.height);
  let dark = 0;
  for (let i = 0; i < data.length; i += 4) dark += data[i] < 200 && data[i + 3] > 0;
  return (4 * dark) / data.length;
}"""


class Finger:
    """Touches the canvas, at places from 0 to 1."""

    def __init__(self, page):
        self.page = page
        self.chromium = page.context.new_cdp_session(page)

    def _send(self, kind, place):
        box = self.page.locator(CANVAS).bounding_box()
        x, y = (
            box[a] + p * box[s] for a, p, s in zip("xy", place, ("width", "height"), strict=True)
        )
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        self.chromium.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag(self, *places):
        self._send("touchStart", places[0])
        for place in places[1:]:
            self._send("touchMove", place)
        self._send("touchEnd", places[-1])
        self.page.wait_for_timeout(500)  # a canvas takes no mouse so soon after a finger

    def tap(self, place):
        self.drag(place)


class Mouse:
    """The same with a mouse."""

    def __init__(self, page):
        self.page = page

    def _at(self, place):
        box = self.page.locator(CANVAS).bounding_box()
        return box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]

    def drag(self, *places):
        self.page.mouse.move(*self._at(places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self._at(place), steps=4)
        self.page.mouse.up()

    def tap(self, place):
        self.drag(place)


@pytest.fixture(params=["finger", "mouse"])
def hand(request, open_page, server):
    """A hand over the canvas of a phone or of a desk."""
    touches = request.param == "finger"
    page = open_page(PHONE, has_touch=True, is_mobile=True) if touches else open_page()
    page.goto(f"{server}/predict")
    expect(page.locator(CANVAS)).to_have_count(1)
    page.locator(CANVAS).scroll_into_view_if_needed()
    filled = (
        "[...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelector('[data-fills]'))"
    )
    eventually(lambda: page.evaluate(filled))
    page.wait_for_timeout(1000)  # a canvas loses what begins while it is set up
    return (Finger if touches else Mouse)(page)


def choose(page, tool):
    page.get_by_role("button", name="Tools").click()
    page.get_by_role("radio", name=tool, exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator(".drawing p")).to_have_text(TOOLS[tool].how)


def dark(page):
    """The share of the canvas that is drawn on."""
    return page.locator(CANVAS).evaluate(PIXELS)


def test_every_tool_draws_and_is_answered(hand):
    page = hand.page
    for tool, least in (("Brush", 0.02), ("Line", 0.02), ("Filled box", 0.2), ("Filled oval", 0.1)):
        choose(page, tool)
        hand.drag((0.25, 0.25), (0.5, 0.5), (0.75, 0.75))
        eventually(lambda least=least: dark(page) > least, 20)
        expect(answer(page)).to_be_visible()
        page.locator(".st-key-draw_clear button").click()
        expect(page.get_by_text("The canvas is empty")).to_be_visible()
        eventually(lambda: page.locator(CANVAS).count() == 1 and dark(page) == 0, 20)


@pytest.mark.parametrize("end", ["first corner", "button"])
def test_a_shape_of_corners_is_finished_by_its_first_corner_or_a_button(hand, end):
    page = hand.page
    choose(page, "Filled shape")
    finish = page.get_by_role("button", name="Finish shape")
    for number, corner in enumerate(CORNERS):
        expect(finish).to_be_visible(visible=number > 2)
        hand.tap(corner)
    expect(answer(page)).to_have_count(0)  # nothing is told before it is finished
    if end == "button":
        finish.focus()
        page.keyboard.press("Enter")
    else:
        x, y = CORNERS[0]
        hand.tap((x + 0.03, y + 0.02))  # nearly
    expect(answer(page)).to_be_visible()
    expect(finish).to_be_hidden()
    assert dark(page) == pytest.approx(0.5 * 0.65, abs=0.03)


def test_the_canvas_is_as_large_as_there_is_room_and_a_stroke_is_where_the_hand_was(hand):
    page = hand.page
    box = page.locator(CANVAS).bounding_box()
    room = page.viewport_size["width"]
    assert box["width"] == pytest.approx(box["height"], abs=1)
    assert box["width"] > (0.85 * room if room < 640 else 450)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hand.drag((0.5, 0.2), (0.5, 0.5), (0.5, 0.8))
    expect(answer(page)).to_be_visible()
    top = page.get_by_test_id("stMain").evaluate("one => one.scrollTop")
    columns = page.locator(CANVAS).evaluate(
        """(canvas) => {
          const paper = canvas.getRootNode().querySelector('.dc-canvas.lower-canvas');
          const { width, height } = paper;
          const row = paper.getContext('2d').getImageData(0, height / 2, width, 1).data;
          const dark = [];
          for (let i = 0; i < width; i++) if (row[4 * i] < 200) dark.push(i / width);
          return [Math.min(...dark), Math.max(...dark)];
        }"""
    )
    assert sum(columns) / 2 == pytest.approx(0.5, abs=0.01)
    assert len(bars(page)) == 10
    assert page.get_by_test_id("stMain").evaluate("one => one.scrollTop") == top


def test_the_focus_stays_on_clear(hand):
    page = hand.page
    hand.drag((0.5, 0.2), (0.5, 0.8))
    expect(answer(page)).to_be_visible()
    clear = page.locator(".st-key-draw_clear button")
    clear.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The canvas is empty")).to_be_visible()
    expect(clear).to_be_focused()
