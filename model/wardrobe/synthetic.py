"""Synthetic pictures, as people take and draw them, prepared as the app does: 28 x 28, labelled.

`python -m model.snapshots` draws them with the program's own wardrobe, on busy grounds, with
shadows, turned, small, with a thick brush, and sends each through `preprocess.prepare`, so that a
network that learns from them knows what that leaves behind. They are drawn, not photographed; the
data set "mixed" in `model/data/datasets.py` joins them with Fashion-MNIST. Nothing is trained here.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import PIL
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from model import PROJECT
from model.pictures.preprocess import Options, PictureError, prepare
from model.wardrobe.draw import Look, draw
from model.wardrobe.garments import GARMENTS
from model.wardrobe.garments.shapes import between, chance, pick

Bytes = NDArray[np.uint8]
RGB = tuple[int, int, int]

COUNT, SEED = 30_000, 1998
CHUNK = 250  # pictures that one process draws at a time
SIDES = (128, 160, 192)  # of a picture, in pixels
SHOES = (5, 7, 9)
TOPS = (0, 2, 4, 6)  # as mere silhouettes, nobody can tell them apart
FILE = PROJECT / "data" / "snapshots.npz"
MADE_BY = (
    "wardrobe/synthetic.py",
    "pictures/preprocess.py",
    "pictures/item.py",
    "pictures/segment.py",
    "wardrobe/draw.py",
    "wardrobe/textures.py",
    "wardrobe/garments/*.py",
)

# Lowest and highest red, green, blue of what clothes lie on, and of the clothes themselves.
GROUNDS: dict[str, tuple[RGB, RGB]] = {
    "wood": ((140, 95, 55), (225, 185, 140)),
    "tiles": ((165, 160, 150), (235, 230, 225)),
    "wall": ((190, 190, 185), (250, 250, 250)),
    "carpet": ((90, 85, 80), (190, 185, 180)),
    "blanket": ((120, 20, 20), (220, 120, 120)),
    "dark": ((15, 15, 15), (80, 75, 75)),
    "any": ((20, 20, 20), (240, 240, 240)),
}
CLOTHS: dict[str, tuple[RGB, RGB]] = {
    "black": ((10, 10, 10), (55, 55, 60)),
    "white": ((205, 205, 200), (255, 255, 255)),
    "denim": ((25, 35, 70), (120, 140, 180)),
    "grey": ((80, 80, 80), (170, 170, 175)),
    "brown": ((70, 40, 20), (180, 140, 100)),
    "any": ((10, 10, 10), (245, 245, 245)),
}


def _colour(rng: Generator, palette: dict[str, tuple[RGB, RGB]]) -> RGB:
    low, high = pick(rng, *palette.values())
    share = np.clip(rng.random() + 0.15 * rng.standard_normal(3), 0, 1)
    if palette[("any")] == (low, high):
        share = rng.random(3)
    red, green, blue = (np.array(low) + share * np.subtract(high, low)).astype(int).tolist()
    return red, green, blue


def _apart(rng: Generator, cloth: RGB, palette: dict[str, tuple[RGB, RGB]]) -> RGB:
    """A colour that differs visibly from that of the cloth."""
    while True:
        colour = _colour(rng, palette)
        if np.abs(np.subtract(colour, cloth)).sum() > 110:
            return colour


def _pose(rng: Generator, label: int, lying: float) -> dict[str, object]:
    """How a garment lies in the frame: arguments of Look."""
    tilt = between(rng, -40, 40) if chance(rng, 0.12) else rng.normal(0, 6)
    small = chance(rng, 0.15)
    scale = between(rng, 0.35, 0.65) if small else between(rng, 0.65, 0.98)
    free = (1 - scale) / 2
    return {
        "scale": scale,
        "angle": float(tilt),
        "offset": (between(rng, -free, free), between(rng, -free, free)),
        "mirror": label in SHOES and chance(rng, 0.5),
        "everyday": chance(rng, lying),
        "stretch": float(np.exp(rng.normal(0, 0.1))),
        "shear": float(rng.normal(0, 0.06)),
        "warp": between(rng, 0.5, 4.0),
    }


def photograph(rng: Generator, label: int, size: int) -> Image.Image:
    """A garment on a floor, a bed or a wall, in uneven light."""
    cloth = _colour(rng, CLOTHS)
    look = Look(
        cloth=cloth,
        ground=_apart(rng, cloth, GROUNDS),
        backdrop=pick(
            rng, "plain", "melange", "gradient", "checks", "stripes", "pinstripes", "print"
        ),
        relief=between(rng, 0.05, 0.7),
        shadow=pick(rng, 0.0, between(rng, 0.1, 0.7)),
        stroke=between(rng, 0.5, 1.5),
        **_pose(rng, label, 0.8),  # type: ignore[arg-type]
    )
    picture = draw(label, rng, size, pick(rng, "shaded", "shaded", "shaded", "filled"), look)
    if chance(rng, 0.25):
        _furniture(picture, rng, look.scale)
    picture = picture.filter(ImageFilter.GaussianBlur(between(rng, 0, 1.2)))
    return _cropped(_lit(picture, rng), rng, look)


def _furniture(picture: Image.Image, rng: Generator, scale: float) -> None:
    """Something else along one edge: a skirting board, a bed, a shadow."""
    size = picture.width
    reach = size * between(rng, 0.02, max(0.03, (1 - scale) / 2))
    strip = [0.0, 0.0, float(size), reach]
    turned = pick(rng, strip, [0, size - reach, size, size], [0, 0, reach, size])
    ImageDraw.Draw(picture).rectangle(turned, fill=_colour(rng, GROUNDS))


def _lit(picture: Image.Image, rng: Generator) -> Image.Image:
    """Light from one side, creases, and the noise of a small camera."""
    pixels = np.asarray(picture, np.float32)
    line = np.linspace(-0.5, 0.5, picture.width, dtype=np.float32)
    light = 1 + between(rng, -0.4, 0.4) * line[:, None] + between(rng, -0.4, 0.4) * line
    coarse = rng.standard_normal((int(rng.integers(5, 14)), int(rng.integers(5, 14))))
    creases = Image.fromarray(coarse.astype(np.float32)).resize(picture.size)
    light = light + np.asarray(creases) * np.float32(between(rng, 0, 0.11))
    noise = rng.standard_normal(pixels.shape[:2], dtype=np.float32) * between(rng, 1, 7)
    pixels = pixels * light[..., None] * between(rng, 0.75, 1.1) + noise[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _cropped(picture: Image.Image, rng: Generator, look: Look) -> Image.Image:
    """Upright or wide, as cameras are; the item stays inside but for a little."""
    size = picture.width
    reach = 0.5 * look.scale * between(rng, 0.85, 1.1)
    upright = chance(rng, 0.75)
    middle = 0.5 + look.offset[0 if upright else 1]
    start = max(0.0, min(middle - reach, between(rng, 0, 0.25))) * size
    end = min(1.0, max(middle + reach, between(rng, 0.75, 1))) * size
    return picture.crop((start, 0, end, size) if upright else (0, start, size, end))


def sketch(rng: Generator, label: int, size: int) -> Image.Image:
    """A line drawing on paper, or in chalk."""
    ink, ground = int(between(rng, 0, 100)), int(between(rng, 225, 255.9))
    if chance(rng, 0.15):
        ink, ground = 255 - ink, 255 - ground
    cloth = pick(rng, ground, ground, int(between(rng, 60, 250)))
    look = Look(
        cloth=cloth,
        ink=ink,
        ground=ground,
        stroke=between(rng, 0.4, 1.8),
        wobble=between(rng, 0, 1.6),
        **_pose(rng, label, 0.5),  # type: ignore[arg-type]
    )
    return draw(label, rng, size, pick(rng, "outline", "outline", "sketch"), look)


def icon(rng: Generator, label: int, size: int) -> Image.Image:
    """A flat sign of few colours, light on dark or dark on light."""
    ground = pick(rng, (255, 255, 255), (255, 255, 255), (0, 0, 0), _colour(rng, CLOTHS))
    cloth = pick(rng, _apart(rng, ground, CLOTHS), (255, 255, 255), (0, 0, 0))
    if np.abs(np.subtract(cloth, ground)).sum() < 110:
        cloth = _apart(rng, ground, CLOTHS)
    look = Look(
        cloth=cloth,
        ink=int(between(rng, 0, 80)),
        ground=ground,
        stroke=between(rng, 0.6, 2.0),
        **_pose(rng, label, 0.35),  # type: ignore[arg-type]
    )
    return draw(label, rng, size, pick(rng, "icon", "icon", "filled", "sketch"), look)


def brush(rng: Generator, label: int, size: int) -> Image.Image:
    """What a mouse or a finger draws: thick and sloppy lines, filled in, or both."""
    shade = pick(rng, 138, 138, 189, 64, int(between(rng, 0, 170)))
    style = pick(rng, "outline", "sketch", "sketch" if label in TOPS else "brush")
    fine, wide = (0.3, 1.2) if style == "brush" else (1.2, 3.5)
    look = Look(
        cloth=shade,
        ink=pick(rng, 64, 0, shade) if style == "outline" else max(0, shade - 74),
        ground=255,
        stroke=between(rng, fine, wide),
        wobble=between(rng, 0.5, 3),
        **_pose(rng, label, 0.4),  # type: ignore[arg-type]
    )
    return draw(label, rng, size, style, look)


KINDS: dict[str, Callable[[Generator, int, int], Image.Image]] = {
    "photo": photograph,
    "sketch": sketch,
    "icon": icon,
    "brush": brush,
}
_SHARES = ("photo",) * 11 + ("sketch",) * 4 + ("icon",) * 3 + ("brush",) * 2


def synthetic_picture(number: int, seed: int = SEED) -> tuple[Bytes, int, str]:
    """Picture `number` of a series: (28, 28) as prepared, its label, its key in KINDS."""
    rng = np.random.default_rng((seed, number))
    label, kind = number % len(GARMENTS), pick(rng, *_SHARES)
    while True:
        picture = KINDS[kind](rng, label, pick(rng, *SIDES))
        try:
            prepared = prepare(picture, Options(single=pick(rng, "auto", "no")))
        except PictureError:  # cloth and ground may be too much alike
            continue
        return prepared.image, label, kind


def _chunk(first: int, count: int, seed: int) -> Bytes:
    return np.stack([synthetic_picture(number, seed)[0] for number in range(first, first + count)])


def synthetic_pictures(count: int = COUNT, seed: int = SEED) -> Iterator[Bytes]:
    """The pictures of a series in chunks, (n, 28, 28), drawn by all processors at once.

    Picture i has the label i % 10. Which pictures come does not depend on how many processes draw.
    """
    context = multiprocessing.get_context("spawn")
    firsts = range(0, count, CHUNK)
    sizes = [min(CHUNK, count - first) for first in firsts]
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        yield from pool.map(partial(_chunk, seed=seed), firsts, sizes)


def digest() -> str:
    """What tells how the pictures came about: code, libraries, number and seed."""
    known = hashlib.sha256(f"{np.__version__} {PIL.__version__} {COUNT} {SEED}".encode())
    for name in MADE_BY:
        for path in sorted((PROJECT / "model").glob(name)):
            known.update(path.read_bytes())
    return known.hexdigest()


def kept(file: Path = FILE) -> Bytes | None:
    """The pictures as they were built here, (n, 28, 28); None if missing or outdated."""
    try:
        with np.load(file) as content:
            return content["images"] if content["digest"] == digest() else None
    except (OSError, ValueError, KeyError, EOFError):
        return None


def build(file: Path = FILE) -> None:
    """Draw all pictures, unless they are there, and keep them; says how far it is."""
    if kept(file) is not None:
        return
    chunks: list[Bytes] = []
    for chunk in synthetic_pictures():
        chunks.append(chunk)
        done = sum(map(len, chunks))
        print(f"\rDrawing pictures: {done:,} of {COUNT:,}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".snapshots.{uuid.uuid4().hex}.npz")
    np.savez(unfinished, images=np.concatenate(chunks), digest=np.array(digest()))
    unfinished.replace(file)
