"""Finds a Chromium for the browser tests, or installs one, and prints its path.

It is not a test and knows none: `make test` hands its answer on in the variable CHROMIUM.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APT = Path(__file__).with_name("apt.sh")


def works(path: str) -> bool:
    """Whether the browser starts: Ubuntu's package is a stand-in that does not in a container."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def candidates() -> Iterator[str]:
    """Where a Chromium may be: what the user says, what PATH has, what Playwright has."""
    yield os.environ.get("CHROMIUM", "")
    yield from (shutil.which(name) or "" for name in NAMES)
    yield playwrights_own()


def playwrights_own() -> str:
    """Where Playwright keeps its own Chromium, whether or not it has been installed."""
    from playwright.sync_api import sync_playwright  # a plain look for a browser need not have it

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def find() -> str | None:
    """The path of the first Chromium that starts, or None."""
    return next((path for path in candidates() if path and works(path)), None)


def is_debian() -> bool:
    """Whether this is Debian itself: Ubuntu's package `chromium` only fetches a snap."""
    release = Path("/etc/os-release")
    return release.is_file() and "ID=debian" in release.read_text().splitlines()


def install_package() -> None:
    """Install Debian's package, as root."""
    if is_debian():
        run("sh", str(APT), "chromium")


def install_playwrights_own() -> None:
    """Download the Chromium that Playwright was built for."""
    libraries = ["--with-deps"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    run(sys.executable, "-m", "playwright", "install", *libraries, "chromium")


INSTALLERS: tuple[Callable[[], None], ...] = (install_package, install_playwrights_own)


def run(*command: str) -> None:
    """Run a command whose output is for the reader, not for whoever wants the path."""
    subprocess.run(command, stdout=sys.stderr, check=False)


def main() -> int:
    """Print the path of a Chromium; exit status 1 if there is none and none can be had."""
    path = find()
    for install in INSTALLERS:
        if path is None:
            install()
            path = find()
    if path is None:
        sys.exit(
            "No Chromium was found, and none could be installed. Install Chromium or Chrome, "
            "or name one: CHROMIUM=/path/to/chromium make test"
        )
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
