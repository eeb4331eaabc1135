"""Draw the labelled pictures under tests/pictures: `python -m tools.own_pictures`.

They come from the program's own wardrobe, as the drawn half of the data set "mixed" does, but from
other seeds and with more done to them: perspective, waves, JPEG at low quality, other colours and
sizes. What they can show and what not stands in tests/pictures/README.md. Nothing is scored here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from model.command import run
from model.files import whole
from model.wardrobe.draw import Look, draw
from model.wardrobe.garments import GARMENTS
from model.wardrobe.garments.shapes import between, chance, pick

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "pictures"
PARTS = {"dev": 71, "report": 72}  # folder: seed; the training pictures have another
SIZE = 240
SHOES = (5, 7, 9)
TOPS = (0, 2, 4, 6)  # without their details, nobody can tell them apart
Picture = Image.Image


def _look(rng: Generator, label: int, **changes: object) -> Look:
    """A pose; one picture in four is small and far from the middle, one in four turned."""
    small = chance(rng, 0.25)
    scale = between(rng, 0.3, 0.5) if small else between(rng, 0.6, 0.9)
    free = (1 - scale) / 2
    tilt = pick(rng, -1, 1) * between(rng, 12, 35) if chance(rng, 0.25) else between(rng, -6, 6)
    usual: dict[str, object] = {
        "scale": scale,
        "angle": tilt,
        "offset": (between(rng, -free, free), between(rng, -free, free)),
        "mirror": label in SHOES and chance(rng, 0.5),
        "everyday": chance(rng, 0.5),
        "warp": between(rng, 0, 5),
    }
    return Look(**{**usual, **changes})  # type: ignore[arg-type]


def _vivid(rng: Generator, low: int, high: int) -> tuple[int, int, int]:
    red, green, blue = rng.integers(low, high, 3).tolist()
    return red, green, blue


def filled(rng: Generator, label: int) -> Picture:
    """A flat garment, dark on light or light on dark."""
    dark, light = _vivid(rng, 0, 110), _vivid(rng, 175, 256)
    cloth, ground = pick(rng, (dark, light), (light, dark))
    return draw(label, rng, SIZE, "filled", _look(rng, label, cloth=cloth, ground=ground))


def shaded(rng: Generator, label: int) -> Picture:
    """A rendering that stands in for a photograph: textures, shadow, perspective, JPEG."""
    dark, light = _vivid(rng, 5, 90), _vivid(rng, 150, 240)
    cloth, ground = pick(rng, (dark, light), (light, dark))
    look = _look(
        rng,
        label,
        cloth=cloth,
        ground=ground,
        backdrop=pick(rng, "plain", "melange", "stripes", "checks", "gradient"),
        relief=between(rng, 0.1, 0.5),
        shadow=between(rng, 0, 0.6),
    )
    picture = _tilted(draw(label, rng, SIZE, "shaded", look), rng)
    return picture.filter(ImageFilter.GaussianBlur(between(rng, 0, 1.5)))


def outline(rng: Generator, label: int) -> Picture:
    """Lines alone, in ink or in chalk, steady or by an unsure hand."""
    ink, ground = pick(rng, (20, 250), (90, 255), (240, 20))
    look = _look(rng, label, ink=ink, ground=ground, stroke=between(rng, 0.5, 2))
    return _waved(draw(label, rng, SIZE, "outline", look), rng)


def sketch(rng: Generator, label: int) -> Picture:
    """Lines with a little colour."""
    look = _look(rng, label, cloth=_vivid(rng, 120, 240), ink=int(between(rng, 0, 70)))
    return _waved(draw(label, rng, SIZE, "sketch", look), rng)


def brush(rng: Generator, label: int) -> Picture:
    """What a finger paints on the app's canvas: filled in, tops with their details on it."""
    shade, wobble = pick(rng, 138, 189), between(rng, 0.5, 2)
    look = _look(rng, label, cloth=shade, ink=64, wobble=wobble, stroke=between(rng, 1, 2))
    style = "sketch" if label in TOPS else pick(rng, "brush", "sketch")
    return _waved(draw(label, rng, SIZE, style, look), rng)


def icon(rng: Generator, label: int) -> Picture:
    """A sign of two colours, either of them light."""
    cloth, ground = pick(rng, (0, 255), (255, 0), (40, 230))
    return draw(label, rng, SIZE, "icon", _look(rng, label, cloth=cloth, ground=ground))


STYLES: dict[str, Callable[[Generator, int], Picture]] = {
    "filled": filled,
    "shaded": shaded,
    "outline": outline,
    "sketch": sketch,
    "brush": brush,
    "icon": icon,
}


def _tilted(picture: Picture, rng: Generator) -> Picture:
    """As seen by a camera that is not right above: one edge shorter than the other."""
    side, near = picture.width, between(rng, 0, 0.12) * picture.width
    corners = pick(
        rng,
        (near, 0, 0, side, side, side, side - near, 0),
        (0, 0, near, side, side - near, side, side, 0),
        (0, near, 0, side - near, side, side, side, 0),
    )
    return picture.transform(picture.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


def _waved(picture: Picture, rng: Generator) -> Picture:
    """Bent along a wave, which no drawing of the training pictures is."""
    side = picture.width
    high, long, start = between(rng, 0, 5), between(rng, 60, 160), between(rng, 0, 6)
    rows, columns = np.mgrid[:side, :side]
    rows = np.clip(rows + high * np.sin(columns / long * 6.28 + start), 0, side - 1)
    columns = np.clip(columns + high * np.sin(rows / long * 6.28), 0, side - 1)
    return Image.fromarray(np.asarray(picture)[rows.astype(int), columns.astype(int)])


def main() -> int:
    """Write both folders anew: six styles of each class in each, a file of a few kilobytes each."""
    for part, seed in PARTS.items():
        folder = FOLDER / part
        folder.mkdir(parents=True, exist_ok=True)
        for file in (*folder.glob("*.png"), *folder.glob("*.jpg")):
            file.unlink()
        for number, style in enumerate(STYLES):
            for label in GARMENTS:
                rng = np.random.default_rng((seed, number, label))
                picture = STYLES[style](rng, label)
                name = f"{style}_{label}_{number + 1:03d}"
                if style == "shaded":
                    with whole(folder / f"{name}.jpg") as file:
                        picture.save(file, quality=45)
                else:
                    with whole(folder / f"{name}.png") as file:
                        picture.quantize(16).save(file, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
