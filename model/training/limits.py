"""What this process may use of the machine: memory, and how many workers fit into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
from loky import cpu_count

WORKER_BYTES = 450_000_000  # a worker's own memory at its largest batch, measured
WEB_BYTES = 500_000_000  # kept free for the web process and the system
CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def memory_limit() -> int:
    """Bytes that this process and its workers may use: the machine's, or its container's."""
    return min([int(psutil.virtual_memory().total), *_cgroup_limits()])


def _cgroup_limits() -> Iterator[int]:
    """The limit of each control group that this process is in, of version 1 and 2."""
    for folder, name in _cgroup_folders():
        file = folder / name
        text = file.read_text().strip() if file.is_file() else "max"
        if text.isdigit():  # version 2 says "max" where there is none, version 1 a huge number
            yield int(text)


def _cgroup_folders() -> Iterator[tuple[Path, str]]:
    """Folders that may hold a limit: that of this process' group, and all above it.

    A container often sees its own group as the root, whatever its name outside is.
    """
    lines = MEMBERSHIP.read_text().splitlines() if MEMBERSHIP.is_file() else []
    for line in ["0::/", "0:memory:/", *lines]:  # number:controllers:path
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, name = CGROUPS, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = CGROUPS / "memory", "memory.limit_in_bytes"
        else:
            continue
        folder = root / path.lstrip("/")
        yield from (
            (place, name) for place in (folder, *folder.parents) if root in (place, *place.parents)
        )


def worker_count() -> int:
    """LENET_WORKERS, or as many as cores and memory allow; at least one."""
    if wished := os.environ.get("LENET_WORKERS", ""):
        if not wished.isdigit() or int(wished) < 1:
            raise ValueError(f"LENET_WORKERS is {wished!r}; it must be a whole number from 1 up.")
        return int(wished)
    by_memory = (memory_limit() - WEB_BYTES) // WORKER_BYTES
    return max(1, min(int(cpu_count()), by_memory))
