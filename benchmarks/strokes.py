"""From a stroke on the canvas to new probabilities on the screen, while two runs train."""

from __future__ import annotations

import random
import statistics
import time

from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium
from benchmarks.memory import PATIENCE_MS, start_training, wait_for_epoch
from benchmarks.processes import server
from benchmarks.results import Row
from benchmarks.sizes import Sizes

NAMES = ("stroke",)
RUNS = 2
MOST_MS = 30_000  # for one stroke
SETTLE_MS = 2_000  # before the first stroke
PAUSE_MS = (600, 1300)  # between strokes: a person's, and not in step with the live charts
CANVAS = "canvas.upper-canvas"
# From the button's release, by the browser's own time stamp, until the first frame in which the
# bars' numbers are others than before.
ARM = """
() => {
  const bars = () => document.querySelector('.bars')?.textContent;
  const before = bars(), timer = window.lenetStroke = {};
  window.addEventListener('pointerup', (event) => {
    const look = () => {
      const now = bars();
      if (now && now !== before) timer.ms = performance.now() - event.timeStamp;
      else requestAnimationFrame(look);
    };
    look();
  }, {capture: true, once: true});
}
"""


def train(browser: Browser, url: str) -> Page:
    """A visitor who trains the article's recipe, and goes on watching."""
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE_MS)
    start_training(page, url)
    return page


def line(number: int) -> tuple[float, float, float, float]:
    """One of up to 16 lines of a shirt; from and to, each 0 to 1 across and down.

    They go from the middle to both sides in turn and touch, because the preparation takes the
    largest connected item: a line that stands apart would change nothing.
    """
    place = (number + 1) // 2 * (1 if number % 2 else -1)  # 0, 1, -1, 2, -2 ... 8
    across = 0.5 + 0.047 * place
    return across, 0.12, across + 0.002 * place, 0.4 if abs(place) > 5 else 0.88


def draw(page: Page, ends: tuple[float, float, float, float]) -> float:
    """Draw one line with the mouse; milliseconds until the bars have changed."""
    box = page.locator(CANVAS).bounding_box()
    if box is None:
        raise RuntimeError("The canvas has gone from the page.")
    across, down = [box["x"], box["x"]], [box["y"], box["y"]]
    x, y, to_x, to_y = ends
    page.evaluate(ARM)
    page.mouse.move(across[0] + x * box["width"], down[0] + y * box["height"])
    page.mouse.down()
    page.mouse.move(across[1] + to_x * box["width"], down[1] + to_y * box["height"], steps=8)
    page.mouse.up()
    end = time.monotonic() + MOST_MS / 1000
    # Not page.wait_for_function, which the app's Content-Security-Policy does not let run.
    while not (taken := page.evaluate("window.lenetStroke.ms")):
        if time.monotonic() > end:
            raise TimeoutError("No answer came to a stroke.")
        page.wait_for_timeout(20)
    return float(taken)


def strokes(page: Page, url: str, count: int) -> list[float]:
    """Milliseconds of each stroke; the first, which also brings the chart itself, comes before."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{url}/predict")
    page.locator(CANVAS).wait_for()
    page.wait_for_timeout(SETTLE_MS)
    pause = random.Random(0)
    taken = []
    for number in range(count + 1):
        page.wait_for_timeout(pause.randint(*PAUSE_MS))
        taken.append(draw(page, line(number)))
    return taken[1:]


def step(page: Page) -> str:
    """Where the run of a training visitor is, as the page says it."""
    wait_for_epoch(page, 1)
    return page.locator(".run-where").inner_text()


def leave(page: Page) -> str:
    """Turn away from a run that trains, as its visitor sits at a machine of their own."""
    wait_for_epoch(page, 1)
    here = step(page)
    address = page.url
    page.goto(f"about:blank#{address}")
    return here


def come_back(page: Page) -> str:
    """Open the run again; where it is now."""
    page.goto(page.url.partition("#")[2])
    return step(page)


def while_training(count: int) -> list[float]:
    """Two visitors train, a third draws; milliseconds of each stroke."""
    with chromium() as browser, server() as app:
        trainers = [train(browser, app.url) for _ in range(RUNS)]
        before = [leave(page) for page in trainers]
        taken = strokes(browser.new_context().new_page(), app.url, count)
        for one, page in zip(before, trainers, strict=True):
            if come_back(page) == one:
                raise RuntimeError(f"A run had stopped training while strokes were drawn: {one}")
    return taken


def measure(sizes: Sizes) -> list[Row]:
    """The one row."""
    taken = while_training(sizes.strokes)
    return [
        Row(
            "stroke",
            "stroke to probabilities while two runs train",
            statistics.median(taken),
            "ms",
            300.0,
            "From the release of the mouse button to the first frame with other bars, by the "
            "page's clock: the canvas' own wait of 200 ms, the way to the server, preparing, "
            "predicting, the way back, drawing. Both runs train the article's recipe on the same "
            "machine; their visitors have turned away, so that this Chromium draws one page. "
            f"Of {len(taken)} strokes the slowest took {max(taken):.0f} ms; one more, which "
            "brings the chart itself, is not counted.",
            detail={"strokes": taken},
        )
    ]
