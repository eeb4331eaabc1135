"""What moves with a run in a browser besides its curves: what the network sees, what is said."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import eventually
from tests.browser.test_grids import cells, stops, walk
from tests.browser.test_sight import too_pale
from tests.browser.test_train import LONG, batch, start, stop
from tests.browser.test_train import trainer as trainer

pytestmark = pytest.mark.browser
DIAGONAL = ("ArrowDown", "ArrowRight")
COUNT = re.compile(r"^\d+ of 10 pictures right$")


def answers(page):
    """What is said below each of the ten pictures."""
    return page.locator(".run-answers li").all_inner_texts()


def weights(page):
    """The pixels of the first little picture of weights."""
    return page.locator(".run-kernels canvas").first.evaluate(
        "one => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data].join()"
    )


def moves(page):
    """Wait until both the weights and the answers have changed."""
    before = answers(page), weights(page)
    eventually(lambda: answers(page) != before[0] and weights(page) != before[1])


def height(page):
    """From the run's bar to what follows the run, in pixels."""
    bar, after = page.locator(".run-progress"), page.get_by_text("Links to share")
    return after.bounding_box()["y"] - bar.bounding_box()["y"]


def test_answers_and_filters_move_with_the_run_and_nothing_jumps(trainer, open_page):
    page = open_page()
    start(page, trainer, **LONG)
    expect(page.get_by_role("heading", name=COUNT)).to_be_visible()
    assert len(answers(page)) == 10
    for text in answers(page):
        truth, answer, verdict = text.split("\n")[:3]
        right = re.fullmatch(rf"{truth} \d+\s%", answer)
        assert verdict.strip() == ("✓ right" if right else "✗ wrong")
    expect(page.locator(".run-kernels canvas")).to_have_count(6)
    assert "6 little pictures of 5 by 5" in page.locator(".run-kernels").get_attribute("aria-label")
    before = height(page)
    moves(page)
    assert height(page) == pytest.approx(before, abs=1)
    page.get_by_text("Links to share").click()
    shown = open_page()
    shown.goto(page.get_by_label("Link", exact=True).input_value())
    expect(shown.get_by_role("heading", name=COUNT)).to_be_visible()
    moves(shown)
    stop(page)
    page.get_by_text("Which classes does it mix up").click()
    expect(cells(page, "run_confusion")).to_have_count(100)
    stops(page, "run_confusion").focus()
    assert re.fullmatch(r"Trouser, answered Trouser: \d+ pictures", walk(page, *DIAGONAL))
    assert too_pale(page) == {"dark": [], "light": []}
    last = answers(page), weights(page)
    page.reload()
    expect(page.get_by_role("heading", name=COUNT)).to_be_visible()
    assert (answers(page), weights(page)) == last


def test_where_the_server_cannot_be_asked_they_move_too(trainer, open_page):
    page = open_page()
    page.route("**/live/run/**", lambda asked: asked.fulfill(status=404))
    start(page, trainer, **LONG)
    expect(page.get_by_role("heading", name=COUNT)).to_be_visible()
    moves(page)
    stop(page)


HEAR = """() => {
  window.heard = []
  const place = document.querySelector(".run-said")
  new MutationObserver(() => window.heard.push(place.innerText))
    .observe(place, { childList: true, characterData: true, subtree: true })
}"""


def test_a_screen_reader_is_told_each_epoch_once(trainer, open_page):
    page = open_page()
    start(page, trainer, epochs=4, images=12_000)
    said = page.locator(".run-said")
    assert said.get_attribute("aria-live") == "polite"
    page.evaluate(HEAR)
    eventually(lambda: "Epoch 2 of 4" in said.inner_text())
    page.get_by_role("button", name="Pause").click()
    expect(said).to_contain_text("Training is paused.")
    page.get_by_role("button", name="Resume").click()
    expect(said).to_contain_text("The network is training.")
    page.get_by_role("button", name="Use this network").wait_for()
    expect(said).to_contain_text(re.compile("Training has ended: .* of the test pictures right"))
    expect(said).to_contain_text(re.compile(r"Epoch 4 of 4: training \d+\s%, validation \d+\s%\."))
    heard = page.evaluate("window.heard")
    assert len(heard) <= 4 + 4  # epochs; paused, resumed, coming to its end, ended
    assert all(one != two for one, two in itertools.pairwise(heard))


def test_who_asks_for_less_motion_gets_none(trainer, open_page):
    page = open_page(reduced_motion="reduce")
    start(page, trainer, **LONG)
    slow = page.evaluate("""() => [...document.querySelectorAll("*")].flatMap((one) => {
      const style = getComputedStyle(one)
      const times = `${style.transitionDuration},${style.animationDuration}`.split(",")
      return times.some((time) => parseFloat(time) > 0.001) ? [one.className] : []
    })""")
    assert slow == []
    assert page.locator(".run-progress > div").count() == 1
    stop(page)


@pytest.mark.parametrize("clipboard", ["there", "missing, as on a page that came by plain http"])
def test_a_link_is_copied_with_the_keyboard_alone(trainer, open_page, clipboard):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    if clipboard != "there":
        page.add_init_script(
            "const kept = navigator.clipboard; window.readBack = () => kept.readText();"
            "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
        )
    start(page, trainer, **LONG)
    page.get_by_text("Links to share").click()
    field = page.get_by_label("Link", exact=True)
    expect(field).not_to_be_editable()
    page.get_by_role("button", name="Copy").first.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    read = "window.readBack?.() ?? navigator.clipboard.readText()"
    assert page.evaluate(read) == field.input_value()
    assert not [one for one in page.requests if "SyntaxHighlighter" in one]
    stop(page)


def test_the_code_of_a_network_can_be_copied(server, open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{server}/network")
    page.get_by_text("The Keras code").first.click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import keras")
    assert copied == page.get_by_label("LeNet in Keras").input_value()


def test_a_run_that_was_just_started_comes_to_the_top(trainer, open_page):
    page = open_page()
    start(page, trainer, **LONG)
    eventually(lambda: page.locator(".arrival").bounding_box()["y"] < 120)
    assert batch(page)
    stop(page)
