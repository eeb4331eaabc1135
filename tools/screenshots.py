"""Makes the pictures of the README from the running app: `make screenshots`.

It starts a server of its own, trains a short real run, draws a shirt, and saves what Chromium
shows to docs/. It checks nothing; the browser tests do.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from model.files import whole

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SIZE: ViewportSize = {"width": 1280, "height": 800}
# Strokes over the canvas, from 0 to 1: sleeves and body of a shirt.
SHIRT = (
    ((0.30, 0.25), (0.12, 0.55)),
    ((0.70, 0.25), (0.88, 0.55)),
    ((0.30, 0.22), (0.70, 0.22)),
    *(((0.30 + 0.08 * i, 0.22), (0.30 + 0.08 * i, 0.85)) for i in range(6)),
)


@contextmanager
def serving() -> Iterator[str]:
    """A server for as long as the block lasts; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    kept = tempfile.TemporaryDirectory()  # of runs; whoever makes the pictures keeps their own
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{kept.name}/runs.db"}
    server = subprocess.Popen([*command, "--server.port", str(port)], cwd=ROOT, env=environment)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()  # noqa: S310
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait()
        kept.cleanup()


def ready(page: Page) -> None:
    """Wait until the page's script has ended and its pictures and charts are drawn."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_timeout(2_000)


def dataset(page: Page, address: str) -> None:
    """The gallery and a picture as numbers."""
    page.goto(f"{address}/dataset?picture=6")
    page.wait_for_selector("h1")


def train(page: Page, address: str) -> None:
    """A real run in its second epoch."""
    page.goto(f"{address}/train")
    page.get_by_role("spinbutton", name="Epochs").fill("3")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text(re.compile("epoch 2 of 3 · batch [1-3]..")).wait_for()


def runs(page: Page, address: str) -> None:
    """A question that two real runs have answered."""
    page.goto(f"{address}/runs")
    page.get_by_role("button", name="Start 2 runs").first.click()
    page.get_by_text(re.compile("(They|Each) trained for")).wait_for(timeout=600_000)
    running = page.get_by_role("table").filter(has_text="running")
    running.wait_for(state="hidden", timeout=600_000)
    page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()


def network(page: Page, address: str) -> None:
    """The arithmetic of a filter of the second convolution."""
    page.goto(f"{address}/network?test_picture=6")
    page.get_by_role("button", name="conv2, map 5 of 16").click()
    page.get_by_role("slider", name="Channel").wait_for()
    page.get_by_role("heading", name="One place, number by number").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.sums').scrollIntoView({ block: 'end' })")


def predict(page: Page, address: str) -> None:
    """A drawn shirt and what the network says to it."""
    page.goto(f"{address}/predict")
    page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_timeout(2_000)
    box = page.locator("canvas.upper-canvas").bounding_box()
    if box is None:
        raise RuntimeError("The canvas is not on the page.")
    for stroke in SHIRT:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        page.mouse.move(*points[1], steps=6)
        page.mouse.up()
        page.wait_for_timeout(700)


def main() -> None:
    """Save one picture per page."""
    DOCS.mkdir(exist_ok=True)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=arguments
        )
        for shown in (dataset, network, predict, runs, train):
            page = browser.new_page(viewport=SIZE)
            page.set_default_timeout(120_000)
            shown(page, address)
            if shown is not train:
                ready(page)
            with whole(DOCS / f"{shown.__name__}.png") as file:
                page.screenshot(path=file)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
