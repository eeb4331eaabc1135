"""What browser tests need: a fresh server on a free port, Chromium, and a log of requests."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from model import PROJECT
from tests.served import end

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE = 180_000  # ms; a test machine may be busy, and workers let everything else go first
expect.set_options(timeout=PATIENCE)


@contextlib.contextmanager
def serving(port=None, **environment):
    """A server of its own for as long as the block lasts; gives its address."""
    if port is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    options = ("--server.port", str(port), "--server.address", "127.0.0.1")
    command = (sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true")
    kept = tempfile.TemporaryDirectory()
    server = subprocess.Popen(
        [*command, *options],
        cwd=PROJECT,
        # It goes on with no run of a server before it.
        env=os.environ | {"DATABASE_URL": f"sqlite:///{kept.name}/runs.db"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(server)
        kept.cleanup()


def wait_for(address, server):
    """Return when `address` answers; health is no page, so a fresh server stays fresh."""
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        assert server.poll() is None, "the server did not start"
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.1)
    raise TimeoutError(address)


def eventually(condition, seconds=PATIENCE / 1000):
    """Return when `condition()` holds. Wait for what stays once it is so: looks are rare here.

    Asked from outside and not by page.wait_for_function, which the app's policy may not let run.
    Raises TimeoutError.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited too long")
        time.sleep(0.1)


@pytest.fixture
def fresh_server():
    """A server that nobody has visited."""
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def server():
    """One server for all tests that do not mind each other."""
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("no Chromium: `make test` finds or installs one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield chromium
        chromium.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Have `open_page` know whether the test failed."""
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed
    return report


def describe(page):
    """Print what a page shows, for whoever reads why a test failed."""
    with contextlib.suppress(Error):
        print(page.url, page.locator("body").aria_snapshot(timeout=20_000), sep="\n")


@pytest.fixture
def open_page(browser, request):
    """A function that opens a new tab of a visitor of its own; `page.requests` is its log."""
    contexts = []

    def new(viewport=None, **options):
        context = browser.new_context(viewport=viewport or DESK, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.requests = []
        page.on("request", lambda request: page.requests.append(request.url))
        return page

    yield new
    for context in contexts:
        for page in context.pages if request.node.failed else ():
            describe(page)
        context.close()


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def phone(open_page):
    return open_page(PHONE, has_touch=True, is_mobile=True)
