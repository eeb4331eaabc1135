"""What a visitor with Firefox does first: look at every page, draw, train."""

import contextlib
from urllib.parse import urlsplit

import pytest

from model.data.datasets import CLASSES
from tests.browser.conftest import eventually
from tests.browser.firefox import started
from tests.browser.test_predict import CANVAS
from tests.browser.test_shell import IDLE, MENU, TITLES
from tools.browsers import find

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def firefox():
    path = find("firefox")
    if not path:
        pytest.skip("no Firefox: `make test` installs one where that needs nobody's leave")
    with started(path) as window:
        yield window


@pytest.fixture(autouse=True)
def nothing_goes_wrong(firefox):
    """No test leaves an error in the console, and none has a page ask anybody else."""
    firefox.errors.clear()
    firefox.requests.clear()
    yield
    firefox.texts("body")  # what was told until now
    assert firefox.errors == []
    asked = {urlsplit(url).hostname for url in firefox.requests if url.startswith(("http", "ws"))}
    assert asked == {"127.0.0.1"}


def ready(firefox):
    """Wait until the page's script has ended, well."""
    eventually(lambda: firefox.texts("h1") and firefox.texts(IDLE))
    assert firefox.texts('[data-testid="stException"]') == []


def test_every_page_by_its_menu(server, firefox):
    firefox.open(server)
    ready(firefox)
    headings = set()
    for title in [*TITLES[1:], TITLES[0]]:
        before = firefox.texts("h1")
        firefox.click(MENU, title)
        eventually(lambda before=before: firefox.texts("h1") not in ([], before))
        ready(firefox)
        headings.update(firefox.texts("h1"))
    assert len(headings) == len(TITLES)


def test_a_stroke_is_answered(server, firefox):
    firefox.open(f"{server}/predict")
    eventually(lambda: firefox.count("[data-fills]") and len(firefox.texts(CANVAS)) == 1)
    for _ in range(8):  # a canvas loses a stroke that begins while it is set up
        firefox.drag(CANVAS, (0.5, 0.15), (0.5, 0.5), (0.5, 0.85))
        with contextlib.suppress(TimeoutError):
            eventually(lambda: set(firefox.texts("h3")) & set(CLASSES), 30)
            break
    ready(firefox)
    percents = [float(text.split()[0]) for text in firefox.texts(".bars td:last-child")]
    assert len(percents) == 10
    assert sum(percents) == pytest.approx(100, abs=0.6)


def test_a_short_run_is_trained_to_its_end(server, firefox):
    firefox.open(f"{server}/train")
    ready(firefox)
    firefox.click("summary", "More settings")
    for label, value in (("Epochs", "1"), ("Training images", "1000")):
        firefox.fill(f'input[aria-label="{label}"]', value)
        ready(firefox)
    firefox.click("button", "Start training")
    eventually(lambda: firefox.texts('[data-testid="stMetric"]', "Test accuracy"))
    ready(firefox)
    assert firefox.texts(".plot .main-svg")
    assert firefox.texts("button", "Use this network")
