"""How workers of this machine hand results over: as files in a folder for one process alone.

Loky's workers send results through one pipe. One that is killed halfway through a megabyte leaves
its reader waiting for the rest for ever; a name goes in one piece or not at all. A second file
tells which worker took a job up, and when.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

PREFIX = "lenet-"  # of the folders, which go on with the process id of their owner
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class HandoverError(OSError):
    """A result could not be written or read. The job itself is not to blame."""

    @property
    def no_room(self) -> bool:
        """Whether the disk is full."""
        return self.errno in NO_ROOM


class Mailbox:
    """The folder of this process; made anew when something removes it. It goes at exit."""

    def __init__(self) -> None:
        sweep()
        self._folders: list[tempfile.TemporaryDirectory[str]] = []

    def letter(self) -> str:
        """A place for one job's files: a path that no file has yet."""
        if not (self._folders and Path(self._folders[-1].name).is_dir()):
            # A name that nobody could know before: whoever writes there would run code here.
            made = tempfile.TemporaryDirectory(
                prefix=f"{PREFIX}{os.getpid()}-", ignore_cleanup_errors=True
            )
            self._folders = [made]
        return str(Path(self._folders[-1].name, uuid.uuid4().hex))


def leave(letter: str, work: Callable[..., object], arguments: tuple[object, ...]) -> str:
    """In a worker: say who took the job up, do it, leave the result; gives `letter` back."""
    with _handing_over(letter):
        _note(letter).write_text(f"{os.getpid()} {time.time():.3f}")
    result = pickle.dumps(work(*arguments))
    with _handing_over(letter):
        Path(letter).write_bytes(result)
    return letter


@contextlib.contextmanager
def _handing_over(letter: str) -> Iterator[None]:
    """On a full disk, what was half written goes."""
    try:
        yield
    except OSError as error:
        clear(letter)
        raise HandoverError(error.errno, error.strerror) from None


def worker_of(letter: str) -> int | None:
    """The process id of the worker that took the job up; None while none did."""
    try:
        return int(_note(letter).read_text().split()[0])
    except (OSError, ValueError, IndexError):  # not there, or only half there
        return None


def collect(letter: str) -> Any:
    """What `leave` left; raise HandoverError if it is gone."""
    try:
        content = Path(letter).read_bytes()
    except OSError as error:
        raise HandoverError(error.errno, error.strerror) from None
    return pickle.loads(content)  # noqa: S301 - our own worker's, in a folder that is ours alone


def clear(letter: str) -> None:
    """Remove what a job left, or half left."""
    for file in (Path(letter), _note(letter)):
        with contextlib.suppress(OSError):
            file.unlink()


def sweep() -> None:
    """Remove the folders of processes that were killed and could not do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.split("-")[1]
        with contextlib.suppress(OSError):
            ours = not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
            if ours and owner.isdigit() and not psutil.pid_exists(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)


def _note(letter: str) -> Path:
    return Path(f"{letter}.taken")
