"""How quickly pages come in Chromium, and what the web process holds after all were visited."""

from __future__ import annotations

import logging
import statistics
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.browser import CLOCK, chromium
from benchmarks.processes import Measure, Peak, Server, server, share, whole
from benchmarks.results import Row
from benchmarks.sizes import Sizes

NAMES = ("first", "switch", "web", "answer")
SOURCE = "Samples"  # of pictures on Predict: its first one is answered as soon as it is chosen
LINKS = '[data-testid="stSidebarNavLink"]'
PAUSE_MS = 300  # between two switches, as nobody clicks faster
COMPLETE = (
    "until the page is complete: heading there, script ended, no placeholder left, pictures, "
    "charts and canvas drawn"
)

Times = dict[str, float]  # seconds until "heading" and until "complete"
log = logging.getLogger(__name__)


@dataclass
class Visits:
    """What came of visiting all pages of some servers."""

    starts: list[float] = field(default_factory=list)  # seconds until a server answered
    first: list[Times] = field(default_factory=list)
    switches: list[Times] = field(default_factory=list)
    switched_to: list[str] = field(default_factory=list)  # page of each switch
    web_mb: list[float] = field(default_factory=list)  # RSS
    web_pss_mb: list[float] = field(default_factory=list)
    tensorflow: bool = False


def seconds(times: dict[str, float]) -> Times:
    """Milliseconds as seconds."""
    return {name: value / 1000 for name, value in times.items()}


def has_tensorflow(process: psutil.Process) -> bool:
    """Whether any library of TensorFlow is loaded; macOS does not tell, and counts as no."""
    if not hasattr(process, "memory_maps"):
        return False
    return any("tensorflow" in part.path.lower() for part in process.memory_maps())


def tour(page: Page) -> Iterator[tuple[str, Times]]:
    """From Home through all other pages of the menu and back to Home."""
    links = page.locator(LINKS)
    count = links.count()
    for number in [*range(1, count), 0]:
        page.wait_for_timeout(PAUSE_MS)
        link = links.nth(number)
        name = link.inner_text().splitlines()[-1]
        yield name, seconds(link.evaluate("(link) => lenetBench.press(link)"))


def visit(browser: Browser, app: Server, tours: int, visits: Visits) -> None:
    """The first visitor of a server, with an empty cache."""
    context = browser.new_context()
    context.add_init_script(CLOCK)
    page = context.new_page()
    page.goto(app.url, wait_until="commit")
    visits.first.append(seconds(page.evaluate("lenetBench.until('')")))
    for _ in range(tours):
        for name, times in tour(page):
            visits.switched_to.append(name)
            visits.switches.append(times)
    context.close()


def alone(app: Server, measure: Measure) -> Peak:
    """Samples the web process without its workers."""
    return Peak(app.process, measure, children=False)


def all_visits(sizes: Sizes) -> Visits:
    """Start servers anew, and visit all pages of each."""
    visits = Visits()
    with chromium() as browser:
        for _ in range(sizes.servers):
            with server(workers=1) as app, alone(app, whole) as peak, alone(app, share) as part:
                visits.starts.append(app.seconds)
                visit(browser, app, sizes.tours, visits)
                visits.tensorflow |= has_tensorflow(app.process)
            visits.web_mb.append(peak.mb)
            visits.web_pss_mb.append(part.mb)
            log.info(
                "first page after %.2f s, web process %.0f MB",
                visits.first[-1]["complete"],
                peak.mb,
            )
    return visits


def answers(sizes: Sizes) -> list[Times]:
    """Seconds until "chosen" and until "answered", of the first visitor of some servers."""
    found = []
    with chromium() as browser:
        for _ in range(sizes.servers):
            with server(workers=1) as app:
                context = browser.new_context()
                context.add_init_script(CLOCK)
                page = context.new_page()
                page.goto(f"{app.url}/predict", wait_until="commit")
                found.append(seconds(page.evaluate(f"lenetBench.answer({SOURCE!r})")))
                context.close()
            log.info("first answer after %.2f s", found[-1]["answered"])
    return found


def answer_row(times: list[Times]) -> Row:
    """The first answer of a server."""
    return Row(
        "answer",
        "first answer on Predict after server start",
        median(times, "answered"),
        "s",
        3.0,
        "From the navigation to Predict, by its address, until the ten bars of a sample stand: the "
        f"source {SOURCE} is chosen in the first frame that has it, after "
        f"{median(times, 'chosen'):.2f} s. A server that has just begun to answer and had no "
        "visitor, a browser without a cache, the weights that Predict takes by itself. The slowest "
        f"took {max(one['answered'] for one in times):.2f} s.",
        detail={"answers": times},
    )


def median(times: list[Times], what: str = "complete") -> float:
    """The usual time of some visits."""
    return statistics.median(one[what] for one in times)


def first_row(visits: Visits) -> Row:
    """The first page after a server's start."""
    return Row(
        "first",
        "first page after server start",
        median(visits.first),
        "s",
        2.0,
        f"From the navigation to Home {COMPLETE}; a server that has just begun to answer and had "
        "no visitor, a browser without a cache. The heading alone: "
        f"{median(visits.first, 'heading'):.2f} s. The server's own start, before: "
        f"{statistics.median(visits.starts):.2f} s.",
        detail={"visits": visits.first, "server_starts": visits.starts},
    )


def switch_row(visits: Visits) -> Row:
    """Switching pages."""
    by_page: dict[str, list[Times]] = {}
    for name, times in zip(visits.switched_to, visits.switches, strict=True):
        by_page.setdefault(name, []).append(times)
    usual = ", ".join(f"{name} {median(times):.2f} s" for name, times in by_page.items())
    return Row(
        "switch",
        "switching pages",
        median(visits.switches),
        "s",
        0.4,
        f"From the click in the menu {COMPLETE}; all pages in turn, the first time on each "
        f"included. By page: {usual}; the slowest: "
        f"{max(one['complete'] for one in visits.switches):.2f} s; headings alone: "
        f"{median(visits.switches, 'heading'):.2f} s.",
        detail={"by_page": by_page},
    )


def web_row(visits: Visits) -> Row:
    """The web process alone."""
    loaded = "TensorFlow is loaded" if visits.tensorflow else ""
    return Row(
        "web",
        "memory of the web process alone, after all pages",
        max(visits.web_mb),
        "MB",
        220.0,
        "The highest resident memory (RSS, shared libraries counted fully, millions of bytes) of "
        "the Streamlit server while one visitor went through all pages, without its workers; the "
        "largest of all servers started. With each shared page divided among its users (PSS): "
        f"{max(visits.web_pss_mb):.0f} MB. No library of TensorFlow may be mapped in it.",
        fault=loaded,
        detail={"rss": visits.web_mb, "pss": visits.web_pss_mb, "tensorflow": visits.tensorflow},
    )


def measure(wanted: AbstractSet[str], sizes: Sizes) -> list[Row]:
    """The rows that are wanted; those of pages all come from the same visits."""
    makers = {"first": first_row, "switch": switch_row, "web": web_row}
    rows = []
    if wanted & makers.keys():
        visits = all_visits(sizes)
        rows = [make(visits) for name, make in makers.items() if name in wanted]
    if "answer" in wanted:
        rows.append(answer_row(answers(sizes)))
    return rows
