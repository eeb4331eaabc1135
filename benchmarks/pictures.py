"""What one picture costs on Predict: preparing a large photograph, and the occlusion map."""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from benchmarks.results import Row
from benchmarks.sizes import Sizes
from model.insight.classify import WEIGHTS
from model.insight.occlusion import occlusion
from model.pictures.preprocess import prepare, read_picture
from model.training import checkpoint
from model.wardrobe.draw import Look, draw

NAMES = ("photograph", "photograph-memory", "occlusion")
SIDES = (4000, 3000)  # 12 megapixels
TIMES = 9


def photograph() -> bytes:
    """A JPEG of 12 megapixels: a drawn coat on a textured ground, with a camera's grain."""
    rng = np.random.default_rng(12)
    look = Look(cloth=(40, 60, 110), ground=(190, 160, 120), backdrop="checks", scale=0.8)
    picture = draw(4, rng, 750, "shaded", look).resize(SIDES, Image.Resampling.BICUBIC)
    grain = rng.normal(0, 6, (SIDES[1], SIDES[0], 1))
    file = io.BytesIO()
    grained = np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(grained).save(file, "JPEG", quality=90)
    return file.getvalue()


def milliseconds(act: Callable[[], object]) -> list[float]:
    """How long each of several calls takes; the first, which warms up, does not count."""
    found = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        act()
        found.append(1000 * (time.perf_counter() - start))
    return found[1:]


CHILD = """
import sys
from pathlib import Path
from model.pictures.preprocess import prepare, read_picture
content = sys.stdin.buffer.read()
def peak():  # in kB; a child's getrusage would begin with its parent's
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
before = peak()
prepare(read_picture(content))
print((peak() - before) * 1.024 / 1000)
"""


def grown(content: bytes) -> float:
    """Megabytes by which preparing makes a fresh process larger at its peak; on Linux."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD], input=content, capture_output=True, check=True
    )
    return float(done.stdout)


def measure(sizes: Sizes) -> list[Row]:
    """The three rows."""
    content = photograph()
    prepared = prepare(read_picture(content))
    trained = checkpoint.load(WEIGHTS.read_bytes())
    whole = milliseconds(lambda: prepare(read_picture(content)))
    shown = milliseconds(lambda: occlusion(trained, prepared.image, 4))
    return [
        Row(
            "photograph",
            "a 12-megapixel photograph, from the file to 28 x 28",
            statistics.median(whole),
            "ms",
            300,
            f"Reading a JPEG of {len(content) / 1e6:.1f} MB and all stages of the preparation.",
            detail={"milliseconds": whole},
        ),
        Row(
            "photograph-memory",
            "the same, memory",
            grown(content),
            "MB",
            150,
            "By how much the peak of a fresh process grows; the file's own bytes were there.",
        ),
        Row(
            "occlusion",
            "occlusion map of one picture",
            statistics.median(shown),
            "ms",
            150,
            "One forward pass in NumPy over all covered copies.",
            detail={"milliseconds": shown},
        ),
    ]
