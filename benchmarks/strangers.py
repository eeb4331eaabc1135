"""Pictures that show no clothes, to measure whether the network is known to not know them.

The program draws them all: digits like MNIST's, scribbles, faces, noise, and textures with the
spectrum of natural ones. Each is (28, 28), as it comes out of the preparation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.pictures.preprocess import PictureError, prepare

Bytes = NDArray[np.uint8]
SIDE = 280


def _canvas() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    return picture, ImageDraw.Draw(picture)


def _grey(rng: Generator) -> tuple[int, int, int]:
    shade = int(rng.integers(20, 170))
    return shade, shade, shade


def digit(rng: Generator) -> Image.Image:
    """A digit in thick strokes, turned and slanted a little, as people draw on the canvas."""
    picture, pen = _canvas()
    font = ImageFont.load_default(int(rng.integers(150, 230)))
    stroke = int(rng.integers(2, 12))
    pen.text(
        (SIDE / 2, SIDE / 2),
        str(rng.integers(10)),
        _grey(rng),
        font,
        anchor="mm",
        stroke_width=stroke,
    )
    slant = rng.normal(0, 0.15)
    turned = picture.rotate(rng.normal(0, 10), fillcolor="white")
    matrix = (1, slant, -slant * SIDE / 2, 0, 1, 0)
    return turned.transform(turned.size, Image.Transform.AFFINE, matrix, fillcolor="white")


def scribble(rng: Generator) -> Image.Image:
    """A wandering line of a thick brush."""
    picture, pen = _canvas()
    way = np.cumsum(rng.normal(0, 1, (int(rng.integers(20, 90)), 2)), axis=0)
    way = np.cumsum(way - way.mean(axis=0), axis=0)
    way = (way - way.min(axis=0)) / np.maximum(np.ptp(way, axis=0), 1e-6)
    points = [tuple(point) for point in 30 + way * (SIDE - 60)]
    pen.line(points, _grey(rng), int(rng.integers(10, 30)), "curve")
    return picture


def face(rng: Generator) -> Image.Image:
    """A face of circles: head, eyes, mouth."""
    picture, pen = _canvas()
    shade, ink = _grey(rng), (250, 250, 250) if rng.random() < 0.5 else (0, 0, 0)
    width, height = rng.integers(80, 130, 2)
    x, y = SIDE / 2, SIDE / 2
    pen.ellipse((x - width, y - height, x + width, y + height), shade)
    for side in (-1, 1):
        eye = x + side * width * 0.4, y - height * 0.25, float(rng.integers(8, 18))
        pen.circle(eye[:2], eye[2], ink)
    mouth = (x - width * 0.5, y - height * 0.1, x + width * 0.5, y + height * 0.6)
    pen.arc(mouth, 20, 160, ink, int(rng.integers(5, 14)))
    return picture


def noise(rng: Generator) -> Bytes:
    """Every pixel by chance."""
    return rng.integers(0, 256, (28, 28), dtype=np.uint8)


def texture(rng: Generator) -> Bytes:
    """Clouds: the spectrum falls with the frequency, as in pictures of nature."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(28), np.fft.fftfreq(28)))
    amplitude = 1 / np.maximum(frequency, 1 / 28) ** rng.uniform(0.7, 1.8)
    values = np.fft.ifft2(np.fft.fft2(rng.normal(size=(28, 28))) * amplitude).real
    values = (values - values.min()) / np.ptp(values)
    return np.asarray(255 * values, np.uint8)


DRAWN: dict[str, Callable[[Generator], Image.Image]] = {
    "digits": digit,
    "scribbles": scribble,
    "faces": face,
}
MADE: dict[str, Callable[[Generator], Bytes]] = {"noise": noise, "textures": texture}


def _prepared(make: Callable[[Generator], Image.Image], rng: Generator) -> Iterator[Bytes]:
    while True:
        try:
            yield prepare(make(rng)).image
        except PictureError:
            continue  # a scribble that covers everything


def strangers(count: int, seed: int = 0) -> dict[str, Bytes]:
    """`count` pictures of each kind, (count, 28, 28) by the name of the kind."""
    found = {}
    for kind, make in DRAWN.items():
        pictures = _prepared(make, np.random.default_rng(seed))
        found[kind] = np.stack([next(pictures) for _ in range(count)])
    for kind, fill in MADE.items():
        rng = np.random.default_rng(seed)
        found[kind] = np.stack([fill(rng) for _ in range(count)])
    return found
