"""What was measured: rows with aims, as a Markdown table and as JSON. It measures nothing."""

from __future__ import annotations

import json
import logging
import os
import platform
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from model import files
from model.data import datasets

PACKAGES = (
    "tensorflow-cpu",
    "tensorflow",
    "keras",
    "streamlit",
    "streamlit-drawable-canvas",
    "numpy",
    "playwright",
)


@dataclass(frozen=True)
class Paper:
    """What the results of one command are called, and how they are to be read."""

    name: str  # of the files, without their ends
    title: str
    reading: str


BESIDE_KERAS = Paper(
    "latest",
    "This project beside a plain Keras script",
    "The peer is `benchmarks/plain_keras.py`, the article's recipe as a plain Keras script. "
    "Script and app take turns; figures are medians unless said otherwise.",
)


@dataclass(frozen=True)
class Row:
    """One line of the table. Less is better in all of them."""

    name: str  # of the measurement, as --only takes it
    what: str
    ours: float
    unit: str
    aim: float  # for the ratio where there is a peer, else for our figure
    includes: str  # what the figure contains and what not
    peer: float | None = None
    fault: str = ""  # why the row cannot count as met, whatever its figure
    detail: dict[str, Any] = field(default_factory=dict)  # the single figures behind it

    @property
    def ratio(self) -> float | None:
        """Ours as a share of the peer's."""
        return None if self.peer is None else self.ours / self.peer

    @property
    def met(self) -> bool:
        """Whether the aim is reached, and nothing is wrong otherwise."""
        judged = self.ours if self.ratio is None else self.ratio
        return judged <= self.aim and not self.fault


def number(value: float | None, unit: str = "") -> str:
    """Three digits that count, with their unit; a dash for nothing."""
    if value is None:
        return "-"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


def cells(row: Row) -> list[str]:
    """One row of the table as text."""
    met = "yes" if row.met else f"**no**{': ' if row.fault else ''}{row.fault}"
    aim = number(row.aim, row.unit if row.peer is None else "")
    ours, peer = number(row.ours, row.unit), number(row.peer, row.unit)
    return [row.what, ours, peer, number(row.ratio), f"at most {aim}", met]


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table, and below it what each figure includes."""
    lines = [["what", "ours", "peer", "ratio", "aim", "met?"], ["---"] * 6]
    lines += [cells(row) for row in rows]
    notes = [f"- {row.what}: {row.includes}" for row in rows]
    return "\n".join([*("| " + " | ".join(line) + " |" for line in lines), "", *notes])


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """The versions of what the figures depend on; what is not installed is left out."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def can_begin() -> bool:
    """Whether there is what to measure with, else what is missing; then progress is told."""
    if datasets.find().dataset is None:
        print(f"Fashion-MNIST is not on this computer. {datasets.HOW_TO_GET_IT}", file=sys.stderr)
        return False
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("benchmarks").setLevel(logging.INFO)
    return True


def machine() -> dict[str, Any]:
    """On what and when this is measured; nothing that names the computer or its user."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(psutil.getloadavg()[0], 2),  # of the last minute; 0 is quiet
        "versions": versions(),
    }


def described(about: dict[str, Any], paper: Paper = BESIDE_KERAS) -> str:
    """The machine in two lines, and how the table is to be read."""
    listed = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    return (
        f"Measured {about['date']} on {about['cores']} cores of {about['processor']}, "
        f"{about['memory_gb']} GB, {about['system']}, load before {about['load_before']}, "
        f"in {about.get('minutes', 0)} minutes.\n{listed}.\n\n{paper.reading}"
    )


def write(
    folder: Path, rows: list[Row], about: dict[str, Any], paper: Paper = BESIDE_KERAS
) -> None:
    """Write the table as Markdown, and all figures as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f"# {paper.title}\n\n{described(about, paper)}\n\n{table(rows)}\n"
    files.write(folder / f"{paper.name}.md", text.encode())
    listed = [asdict(row) | {"ratio": row.ratio, "met": row.met} for row in rows]
    content = json.dumps({"machine": about, "rows": listed}, indent=2)
    files.write(folder / f"{paper.name}.json", f"{content}\n".encode())
