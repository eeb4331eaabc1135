"""Draw the samples that Predict offers beside the canvas: `python -m tools.samples`.

A drawing and a rendering of every class, and two pictures that show no clothes. They come from
the program's own wardrobe; no person drew and no camera took them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.strangers import digit, face
from model.command import run
from model.data.datasets import CLASSES
from model.files import whole
from model.wardrobe.draw import Look, draw

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "samples"
SEED = 28
SIDE = 200
# What it is called: its style, and how it looks. Cloth and ground have the colours of things.
KINDS: dict[str, tuple[str, Look]] = {
    "drawing": ("sketch", Look(cloth=150, ink=50, stroke=1.5, wobble=1.5)),
    "picture": ("shaded", Look(cloth=(52, 84, 120), ground=(226, 214, 196), scale=0.7, shadow=0.4)),
}


def _save(picture: Image.Image, name: str) -> None:
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).quantize(32)
    with whole(FOLDER / f"{name}.png") as file:
        small.save(file, optimize=True)


def main() -> int:
    """Write the folder anew; a few kilobytes each."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.glob("*.png"):
        file.unlink()
    for kind, (style, look) in KINDS.items():
        for label in range(len(CLASSES)):
            rng = np.random.default_rng((SEED, label))
            _save(draw(label, rng, SIDE, style, look), f"{kind}_{label}")
    _save(face(np.random.default_rng(SEED)), "strange_face")
    _save(digit(np.random.default_rng(SEED)), "strange_digit")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
