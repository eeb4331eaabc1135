"""The locks hold what requirements*.txt ask for, and nothing that names where it came from."""

import re

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

from model import PROJECT

LOCKED = re.compile(r"^(\S+==[^\\]+?) *\\$", re.MULTILINE)
PINNED = re.compile(r"^[\w.\[\],-]+==\S+", re.MULTILINE)


def asked(name):
    """The requirements of a file, and of those that it includes."""
    for line in (PROJECT / name).read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            yield from asked(line.removeprefix("-r "))
        elif line:
            yield Requirement(line)


def locked(name, python, platform):
    """What a lock installs for a Python on a platform: version by package."""
    system, machine = platform
    here = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "sys_platform": system,
        "platform_machine": machine,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
    }
    found = {}
    for text in LOCKED.findall((PROJECT / name).read_text()):
        requirement = Requirement(text)
        if not requirement.marker or requirement.marker.evaluate(here):
            assert requirement.name not in found, f"{requirement.name} is there twice"
            found[requirement.name] = str(requirement.specifier).removeprefix("==")
    return here, found


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    "platform", [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]
)
def test_the_lock_has_all_that_is_asked_for_within_its_range(name, python, platform):
    here, found = locked(f"{name}.lock", python, platform)
    assert len(found) > 40
    for requirement in asked(f"{name}.txt"):
        if not requirement.marker or requirement.marker.evaluate(here):
            assert requirement.specifier.contains(found[requirement.name]), requirement


def test_the_tests_run_on_what_hosting_installs():
    _, hosted = locked("requirements.lock", "3.11", ("linux", "x86_64"))
    _, tested = locked("requirements-dev.lock", "3.11", ("linux", "x86_64"))
    assert hosted.items() <= tested.items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_has_hashes_and_comes_from_wherever_pip_looks(name):
    text = (PROJECT / name).read_text()
    assert len(PINNED.findall(text)) == len(LOCKED.findall(text))
    assert all("--hash=sha256:" in part for part in re.split(PINNED, text)[1:])
    assert not re.search(r"https?://|-index-url|--find-links", text)
