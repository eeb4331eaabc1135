"""Peak memory of the app while it trains, web process and one worker, against the script."""

from __future__ import annotations

import re
import statistics
from typing import Any

from playwright.sync_api import Page

from benchmarks.browser import chromium
from benchmarks.processes import Peak, server, share, whole
from benchmarks.results import Row
from benchmarks.sizes import Sizes

NAMES = ("memory",)
PATIENCE_MS = 300_000


def choose(page: Page, label: str, option: str) -> None:
    """Pick an entry of a select box."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def start_training(page: Page, url: str) -> None:
    """Open Train, choose the article's recipe, and start."""
    page.goto(f"{url}/train")
    choose(page, "Recipe", "Article")
    page.get_by_role("button", name="Start training").click()


def wait_for_epoch(page: Page, epoch: int) -> None:
    """Until the page says that this epoch, or a later one, is under way."""
    later = "|".join(str(number) for number in range(epoch, 31))
    words = re.compile(rf"Running · epoch ({later}) of 30")
    page.get_by_text(words).first.wait_for(timeout=PATIENCE_MS)


def train_in_app(epochs: int) -> tuple[float, float]:
    """Train in the browser for some epochs and stop; peak of all processes and of the web's, MB."""
    with chromium() as browser, server(workers=1) as app:
        web = Peak(app.process, whole, children=False)
        with Peak(app.process, share) as together, web:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE_MS)
            start_training(page, app.url)
            wait_for_epoch(page, epochs + 1)
            page.get_by_role("button", name="Stop and keep weights").click()
            page.get_by_text("Test accuracy", exact=True).wait_for(timeout=PATIENCE_MS)
        return together.mb, web.mb


def measure(scripts: list[dict[str, Any]], sizes: Sizes) -> list[Row]:
    """The one row; `scripts` are runs of the peer, whose memory was sampled the same way."""
    ours, web = train_in_app(sizes.memory_epochs)
    peaks = [one["sampled_peak_mb"] for one in scripts]
    own = [one["peak_memory_mb"] for one in scripts]
    return [
        Row(
            "memory",
            "peak memory, web process and one worker together",
            ours,
            "MB",
            0.50,
            "The highest sum over the process and all that it started, sampled five times a "
            "second from start to end, on both sides as PSS (each shared page divided among its "
            "users; USS where a system has no PSS), in millions of bytes. Ours: the real server "
            "with Train open in Chromium, the article's recipe for an epoch and the test; "
            "Chromium is not counted. The script: training and test.",
            statistics.median(peaks),
            detail={"script": peaks, "script_max_rss": own, "web_rss_while_training": web},
        )
    ]
