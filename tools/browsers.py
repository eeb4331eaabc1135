"""Finds the browsers of the tests, or installs one, and prints its path: chromium or firefox.

It is not a test and knows none: `make test` hands its answer on in the variable CHROMIUM, and the
tests in Firefox look here themselves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

APT = Path(__file__).with_name("apt.sh")


@dataclass(frozen=True)
class Browser:
    """What is to be known of a browser to find and to install it."""

    title: str  # for people
    programs: tuple[str, ...]  # by name, on PATH, or by place
    package: str  # Debian's
    playwrights: (
        bool  # whether the one that Playwright brings will do: its Firefox is a changed one
    )


BROWSERS = {
    "chromium": Browser(
        title="Chromium or Chrome",
        programs=(
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "chrome",
        ),
        package="chromium",
        playwrights=True,
    ),
    "firefox": Browser(
        title="Firefox",
        programs=("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"),
        package="firefox-esr",
        playwrights=False,
    ),
}


def works(path: str) -> bool:
    """Whether the browser starts: Ubuntu's package is a stand-in that does not in a container."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def candidates(name: str) -> Iterator[str]:
    """Where the browser may be: what the user says, what PATH has, what Playwright has."""
    browser = BROWSERS[name]
    yield os.environ.get(name.upper(), "")
    yield from (shutil.which(program) or "" for program in browser.programs)
    if browser.playwrights:
        yield playwrights_own(name)


def playwrights_own(name: str) -> str:
    """Where Playwright keeps a browser of its own, whether or not it has been installed."""
    from playwright.sync_api import sync_playwright  # a plain look for a browser need not have it

    with sync_playwright() as playwright:
        return str(getattr(playwright, name).executable_path)


def find(name: str) -> str | None:
    """The path of the first one that starts, or None."""
    return next((path for path in candidates(name) if path and works(path)), None)


def is_debian() -> bool:
    """Whether this is Debian itself: Ubuntu's packages of browsers only fetch a snap."""
    release = Path("/etc/os-release")
    return release.is_file() and "ID=debian" in release.read_text().splitlines()


def install_package(name: str) -> None:
    """Install Debian's package, as root."""
    if is_debian():
        run("sh", str(APT), BROWSERS[name].package)


def install_playwrights_own(name: str) -> None:
    """Download the one that Playwright was built for, where that will do."""
    if BROWSERS[name].playwrights:
        libraries = ["--with-deps"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        run(sys.executable, "-m", "playwright", "install", *libraries, name)


def run(*command: str) -> None:
    """Run a command whose output is for the reader, not for whoever wants the path."""
    subprocess.run(command, stdout=sys.stderr, check=False)


def main(name: str) -> int:
    """Print the path of a browser; exit status 1 if there is none and none can be had."""
    path = find(name)
    for install in (install_package, install_playwrights_own):
        if path is None:
            install(name)
            path = find(name)
    if path is None:
        sys.exit(
            f"No {name.title()} was found, and none could be installed. Install "
            f"{BROWSERS[name].title}, or name one: {name.upper()}=/path/to/{name} make test"
        )
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
