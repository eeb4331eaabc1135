"""The processes that are measured, script and real server, and how much memory they hold.

It starts and ends processes and looks at them from outside; it judges nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import psutil

from benchmarks.sizes import Sizes
from model import PROJECT

SAMPLE_SECONDS = 0.2  # one sample costs a process of 1.6 GB about 2 ms
START_SECONDS = 120

Measure = Callable[[psutil.Process], int]


def whole(process: psutil.Process) -> int:
    """Bytes of memory that are resident for one process, shared libraries counted fully (RSS)."""
    return int(process.memory_info().rss)


def share(process: psutil.Process) -> int:
    """Bytes of one process, each shared page divided among its users (PSS), so sums are right.

    Where the system does not tell that, what belongs to the process alone (USS).
    """
    memory = process.memory_full_info()
    return int(getattr(memory, "pss", memory.uss))


class Peak:
    """The most memory that a process, alone or with all that it starts, holds inside a `with`."""

    def __init__(self, process: psutil.Process, measure: Measure, children: bool = True) -> None:
        self.bytes = 0
        self._process, self._measure, self._children = process, measure, children
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Peak:
        """Start sampling."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End sampling."""
        self._end.set()
        self._thread.join()

    @property
    def mb(self) -> float:
        """The peak in millions of bytes."""
        return self.bytes / 1e6

    def _sample(self) -> None:
        while not self._end.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psutil.Error):
                self.bytes = max(self.bytes, self._now())

    def _now(self) -> int:
        total = self._measure(self._process)
        for child in self._process.children(recursive=True) if self._children else []:
            with contextlib.suppress(psutil.Error):  # it may have ended by now
                total += self._measure(child)
        return total


def script(sizes: Sizes) -> dict[str, Any]:
    """Run the peer; what it says of itself, and its peak memory as seen from outside."""
    command = [sys.executable, "-m", "benchmarks.plain_keras"]
    command += ["--epochs", str(sizes.script_epochs), "--images", str(sizes.images)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    with Peak(psutil.Process(running.pid), share) as peak:
        text, _ = running.communicate()
    if running.returncode:
        raise RuntimeError(f"The script ended with status {running.returncode}; see above.")
    return dict(json.loads(text.splitlines()[-1])) | {"sampled_peak_mb": peak.mb}


@dataclass(frozen=True)
class Server:
    """A running server of the app."""

    url: str
    process: psutil.Process
    seconds: float  # from its start until it answered


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _started(running: subprocess.Popen[str], url: str, log: IO[str]) -> Server:
    began = time.perf_counter()
    while not _answers(url):
        if running.poll() is not None or time.perf_counter() - began > START_SECONDS:
            log.seek(0)
            raise RuntimeError(f"The server did not start. It said:\n{log.read()[-2000:]}")
        time.sleep(0.02)
    return Server(url, psutil.Process(running.pid), time.perf_counter() - began)


def _end(process: psutil.Process) -> None:
    """End a server, the workers that it started, and nothing else.

    It is halted first: asked to end politely, it would replace workers that end before it does.
    """
    with contextlib.suppress(psutil.Error):
        process.suspend()
        family = [process, *process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        psutil.wait_procs(family, timeout=10)


@contextlib.contextmanager
def server(workers: int | None = None) -> Iterator[Server]:
    """The app as `make run` starts it, on a free port; `workers` None leaves their number to it."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    command += ["--server.fileWatcherType", "none"]
    environment = os.environ | ({} if workers is None else {"LENET_WORKERS": str(workers)})
    with tempfile.TemporaryFile("w+") as log, tempfile.TemporaryDirectory() as folder:
        environment["DATABASE_URL"] = f"sqlite:///{folder}/runs.db"  # it goes on with no old run
        running = subprocess.Popen(
            command, stdout=log, stderr=log, text=True, cwd=PROJECT, env=environment
        )
        try:
            yield _started(running, f"http://127.0.0.1:{port}", log)
        finally:
            _end(psutil.Process(running.pid))
            running.wait()
