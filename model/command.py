"""How a command ends: `sys.exit(run(main))`, whatever ends it.

Ctrl-C and a host's SIGTERM are one line and the status that shells expect. Who no longer listens to
what is printed, as `head` does, ends it without a word.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

INTERRUPTED, ENDED, UNHEARD = 130, 143, 141  # 128 and the number of the signal


if multiprocessing.parent_process() is not None:
    # A terminal's Ctrl-C reaches the processes that a command started, too: they end silently.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class EndedError(KeyboardInterrupt):
    """SIGTERM, which passes through a program as Ctrl-C does."""


def run(main: Callable[[], int]) -> int:
    """The exit status of a command; `main` gives its own."""
    signal.signal(signal.SIGTERM, _end)
    try:
        try:
            return main()
        finally:
            sys.stdout.flush()  # here, and not at the very end, where nothing can be done about it
    except KeyboardInterrupt as interrupt:
        return tell_end(interrupt)
    except BrokenPipeError:
        _print_nowhere()
        return UNHEARD


def tell_end(interrupt: KeyboardInterrupt, words: str = ".") -> int:
    """Say in a line on stderr that something ended the command; gives the exit status."""
    ended = isinstance(interrupt, EndedError)
    with contextlib.suppress(OSError):  # nobody may listen there either
        below = "\n" if sys.stderr.isatty() else ""  # the line in which a terminal shows ^C
        print(f"{below}{'Terminated' if ended else 'Interrupted'}{words}", file=sys.stderr)
    return ENDED if ended else INTERRUPTED


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise EndedError


def _print_nowhere() -> None:
    """Have Python's last flush, once everything else has ended, find somebody who listens."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
