"""Clothes that the program draws itself: a stand-in for Fashion-MNIST, and pictures of any size.

drawn_wardrobe() is the data set for when Fashion-MNIST cannot be had, and for tests. draw() makes
one larger picture in one of several styles. The garments themselves are in garments.py; this file
paints them. It is not Fashion-MNIST: a network that learned only this has seen no real picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from model.wardrobe.garments import GARMENTS
from model.wardrobe.garments.shapes import Parts, Points, between, chance, outlines, pick
from model.wardrobe.textures import TEXTURES as TEXTURES
from model.wardrobe.textures import Pixels, folds
from model.wardrobe.textures import texture as texture_of

Bytes = NDArray[np.uint8]
Colour = int | tuple[int, int, int]  # a grey or RGB, 0 to 255


@dataclass(frozen=True)
class Style:
    """How a garment is painted."""

    fill: bool  # whether fabric has a colour, or shows the ground
    line: float  # width of outlines, as a part of the picture's side
    colour: str  # of lines: a key of LINES
    strength: float  # opacity of lines, 0 to 1
    tones: float  # how much lighter and darker parts differ
    shaded: bool  # whether fabric has texture, folds and darker rims
    wobble: float  # how far a hand-drawn line strays, in garment sizes


STYLES: dict[str, Style] = {
    "filled": Style(True, 0.008, "seam", 1.0, 1.0, False, 0.0),
    "shaded": Style(True, 0.006, "seam", 0.7, 1.0, True, 0.0),
    "outline": Style(False, 0.012, "ink", 1.0, 0.0, False, 0.006),
    "sketch": Style(True, 0.014, "ink", 1.0, 0.6, False, 0.008),
    "icon": Style(True, 0.016, "ground", 1.0, 0.0, False, 0.0),
    "brush": Style(True, 0.06, "cloth", 1.0, 0.0, False, 0.014),
}
_WARP = 0.012  # how far a garment's points stray from symmetry, in its own units
_TINY = Style(True, 0.026, "seam", 0.75, 1.0, True, 0.0)  # Fashion-MNIST's, at 28 pixels

LINES: dict[str, Callable[[Pixels, Pixels, Pixels], Pixels]] = {
    "seam": lambda cloth, ink, ground: cloth * np.float32(0.5),
    "ink": lambda cloth, ink, ground: ink,
    "cloth": lambda cloth, ink, ground: cloth,
    "ground": lambda cloth, ink, ground: ground,
}


@dataclass(frozen=True)
class Look:
    """Colours and pose of one drawn picture."""

    cloth: Colour = 128
    ink: Colour = 30  # lines of the styles "outline" and "sketch"
    ground: Colour = 255
    texture: str | None = None  # of the cloth in the style "shaded"; None takes a fitting one
    backdrop: str = "plain"  # texture of the ground
    relief: float = 1.0  # times the usual strength of that texture
    scale: float = 0.85  # longest edge of the garment, as a part of the picture's side
    angle: float = 0.0  # degrees, clockwise
    offset: tuple[float, float] = (0.0, 0.0)  # right and down from the centre, in picture sides
    mirror: bool = False  # shoes then point right
    everyday: bool = False  # lying or worn, from any side, as people photograph their clothes
    stretch: float = 1.0  # width, times the usual
    shear: float = 0.0  # how far the garment leans, in garment heights
    warp: float = 1.0  # times the usual bending of the garment
    stroke: float = 1.0  # times the style's width of lines
    wobble: float = 1.0  # times the style's straying of lines
    shadow: float = 0.0  # darkness of the shadow on the ground, 0 to 1


def _place(parts: Parts, look: Look, size: int, rng: Generator) -> tuple[list[Points], float]:
    """Each part's points in pixels, and pixels per unit: bent a little, turned, and fitted."""
    points, lengths = outlines(parts)
    reach = np.repeat([part.width / 2 for part in parts], lengths)[:, None]
    points = points + look.warp * _WARP * np.sin(
        points @ (1 + 3 * rng.random((2, 2))) + 6 * rng.random(2)
    )
    if look.mirror:
        points = points * (-1.0, 1.0)
    points = points @ np.array([[look.stretch, 0], [look.shear, 1]])
    cos, sin = np.cos(np.radians(look.angle)), np.sin(np.radians(look.angle))
    points = points @ np.array([[cos, sin], [-sin, cos]])
    low, high = (points - reach).min(0), (points + reach).max(0)
    zoom = float(look.scale * size / (high - low).max())
    middle = size * (0.5 + np.array(look.offset))
    points = (points - (low + high) / 2) * zoom + middle
    ends = list(accumulate(lengths))
    return [points[end - n : end] for n, end in zip(lengths, ends, strict=True)], zoom


def _stray(points: Points, closed: bool, reach: float, rng: Generator) -> Points:
    """Points moved as a hand would draw them: reach pixels or so, less in small parts."""
    line = points[:, 0] + 1j * points[:, 1]
    if closed:
        line = np.append(line, line[0])
    length = np.append(0.0, np.cumsum(np.abs(np.diff(line))))
    count = max(16, int(length[-1] / max(3.0, reach * 2)))
    path = np.interp(np.linspace(0, length[-1], count), length, line)
    reach = min(reach, length[-1] / 60)
    knots = rng.normal(0, reach, (max(3, count // 8), 2)) @ (1, 1j)
    path += np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)
    return np.stack((path.real, path.imag), 1)


def _fabric(pen: ImageDraw.ImageDraw, flat: list[float], tone: int, wide: int, band: int) -> None:
    pen.polygon(flat, (255, tone, 0))
    pen.line(flat + flat[:2], (255, tone, 255), wide, joint="curve")


def _strap(pen: ImageDraw.ImageDraw, flat: list[float], tone: int, wide: int, band: int) -> None:
    pen.line(flat, (255, tone, 255), band + 2 * wide, joint="curve")
    pen.line(flat, (255, tone, 0), max(1, band), joint="curve")


def _seam(pen: ImageDraw.ImageDraw, flat: list[float], tone: int, wide: int, band: int) -> None:
    pen.line(flat, (255, 128, 255), max(1, round(wide * 0.6)), joint="curve")


def _face(pen: ImageDraw.ImageDraw, flat: list[float], tone: int, wide: int, band: int) -> None:
    pen.polygon(flat, (255, tone, 0))


KINDS = {"fabric": _fabric, "strap": _strap, "seam": _seam, "face": _face}


def _layers(parts: Parts, look: Look, style: Style, size: int, fine: int, rng: Generator) -> Pixels:
    """What is where, (size, size, 3) from 0 to 1: garment, its tone (0.5 is neutral), lines."""
    side = size * fine
    image = Image.new("RGB", (side, side), (0, 128, 0))
    pen = ImageDraw.Draw(image)
    placed, zoom = _place(parts, look, side, rng)
    reach = style.wobble * look.wobble * look.scale * side
    wide = max(1, round(style.line * look.stroke * side))
    for part, points in zip(parts, placed, strict=True):
        if reach:
            points = _stray(points, part.kind == "fabric", reach, rng)
        band = round(part.width * zoom)
        KINDS[part.kind](pen, points.ravel().tolist(), round(128 + 127 * part.tone), wide, band)
    return np.asarray(image.reduce(fine), dtype=np.float32) / 255


def _rgb(colour: Colour) -> Pixels:
    return np.array((colour,) * 3 if isinstance(colour, int) else colour, dtype=np.float32)


def _paint(
    layers: Pixels, style: Style, cloth: Pixels, ink: Pixels, ground: Pixels, light: Pixels
) -> Pixels:
    """The picture, (size, size, channels). Colours are (channels,), ground and light pictures."""
    body, tone, lines = (layers[..., k : k + 1] for k in range(3))
    value = cloth * light + (tone - 128 / 255) * (220 * style.tones)
    line = LINES[style.colour](cloth, ink, ground)
    drawn = lines * style.strength
    cloth_seen = np.maximum(body - drawn, 0) if style.fill else 0.0
    painted: Pixels = ground + cloth_seen * (value - ground) + drawn * (line - ground)
    return painted


def _light(layers: Pixels, texture: str, angle: float, rng: Generator) -> Pixels:
    """Brightness of cloth around 1, (size, size, 1): texture, folds, and darker rims."""
    size = len(layers)
    body = Image.fromarray((layers[..., 0] * 255).astype(np.uint8))
    rim = np.asarray(body.filter(ImageFilter.BoxBlur(size / 28)), dtype=np.float32) / 255
    light = texture_of(texture, size, angle, rng) * folds(size, rng) * (0.55 + 0.45 * rim)
    return light[..., None]


def draw(
    label: int, rng: Generator, size: int = 224, style: str = "filled", look: Look | None = None
) -> Image.Image:
    """One garment of class label (0 to 9) as an RGB picture, size x size; shoes point left.

    style is a key of STYLES. The generator decides the garment, so the same state, style and look
    give the same picture. Unknown labels, styles and textures raise KeyError.
    """
    look = look or Look()
    garment, paint = GARMENTS[label], STYLES[style]
    solid = paint.fill and paint.colour == "seam"  # solids have no lines to draw
    build = garment.everyday(solid) if look.everyday else garment.build
    layers = _layers(build(rng), look, paint, size, 2, rng)
    relief = 1 + look.relief * (texture_of(look.backdrop, size, 0.0, rng)[..., None] - 1)
    ground = _rgb(look.ground) * relief
    ground = ground * (1 - look.shadow * paint.fill * _shadow(layers))
    light = np.ones((size, size, 1), np.float32)
    if paint.shaded:
        texture = look.texture or pick(rng, *garment.textures)
        light = _light(layers, texture, look.angle, rng)
    picture = _paint(layers, paint, _rgb(look.cloth), _rgb(look.ink), ground, light)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _shadow(layers: Pixels) -> Pixels:
    """Where the garment's soft shadow falls, (size, size, 1): a little right and down."""
    reach = max(1, len(layers) // 40)
    body = Image.fromarray((layers[..., 0] * 255).astype(np.uint8))
    blurred = np.asarray(body.filter(ImageFilter.GaussianBlur(reach)), dtype=np.float32) / 255
    shadow = np.zeros_like(blurred)
    shadow[reach:, reach:] = blurred[:-reach, :-reach]
    return shadow[..., None]


def _tiny(label: int, rng: Generator) -> Bytes:
    """One picture in Fashion-MNIST's format: (28, 28), grey on black, filling the frame."""
    look = Look(scale=1.0, angle=between(rng, -3, 3))
    if chance(rng, 0.06):
        shift = (float(rng.integers(-1, 2)) / 28, float(rng.integers(-1, 2)) / 28)
        look = Look(scale=between(rng, 0.86, 0.96), angle=look.angle, offset=shift)
    garment = GARMENTS[label]
    layers = _layers(garment.build(rng), look, _TINY, 28, 3, rng)
    light = _light(layers, pick(rng, *garment.textures), 0.0, rng)
    light += 0.025 * rng.standard_normal(light.shape, dtype=np.float32)
    shade = np.clip(rng.normal(190, 45), 50, 250).astype(np.float32)
    ground = np.zeros((28, 28, 1), np.float32)
    picture = _paint(layers, _TINY, shade[None], shade[None], ground, light)
    return np.clip(picture[..., 0], 0, 255).astype(np.uint8)


def _collection(count: int, seed: int) -> tuple[Bytes, Bytes]:
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    images = np.stack([_tiny(int(label), rng) for label in order])
    return images, order


def drawn_wardrobe(train: int = 6000, test: int = 1000) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """The drawn data set: train images, train labels, test images, test labels.

    Images are (n, 28, 28) uint8 on black, labels (n,) uint8 from 0 to 9, equally many of each when
    n is a multiple of ten. Every call gives the same pictures, and a smaller set is not the
    beginning of a larger one.
    """
    return (*_collection(train, seed=28), *_collection(test, seed=10_000))
