"""A drawing on a sheet of paper, photographed: its strokes, without the light and the ruling.

Light falls off across a sheet, shadows lie on it, and lines are printed on it. What is darker than
the paper around it is a stroke; what runs from edge to edge as a thin line is ruling. `item.py`
decides what the strokes enclose.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.pictures import segment

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

BOX = Image.Resampling.BOX
COARSE = 112  # longest edge while looking for the light
REACH = 4  # pixels there: strokes up to twice as wide are no part of the light
STEP = 0.2  # the paper's light changes at most by this factor over as many pixels as that
TINT = 0.5  # paper is white, cream or grey: its weakest channel has at least this share
HUES = 0.15  # and it has one tint all over, but for so much
LEAST = 24  # pixels of the shorter edge there
DIM = 40  # darker paper cannot be told from other things
FAINT = 0.07  # strokes are darker than the paper by this share at least
SHARE = 0.4  # and by this share of what the darkest strokes are
DARKEST = 250  # one pixel of so many
GRAIN = 6.0  # and by so many times the paper's grain, which is the median
STROKES = (0.002, 0.12)  # share of the sheet that is strokes
LARGEST = 0.3  # share of all strokes that hang together in one: a print on cloth has many
CORE = 0.05  # share of them that is left when their edges are taken off: a pen's are thin
STRIPS = 20  # parts of a line, nearly all of which have to be there for it to be ruling
GAPS = 2  # as many may be missing, but not the outermost, which large drawings do not reach
EDGE = 0.025  # share of the picture's width that the outermost have
DARKER = 1.5  # a line is darker in places than on the average
LEAN = 0.105  # slope of ruling, which is six degrees at most
SPECK = 0.02  # parts of this share of the largest are dots or dirt


def strokes(picture: Image.Image, size: tuple[int, int]) -> Mask | None:
    """Where a pen drew on a sheet that fills the picture, (h, w) of `size`; None if it is none."""
    light = _light(picture)
    if not _is_paper(light):
        return None
    height, width = size  # thin strokes show on a picture of twice that size
    depth = _without_ruling(_depth(picture.resize((2 * width, 2 * height), BOX), light))
    middle, few = depth.size // 2, depth.size - depth.size // DARKEST
    order = np.partition(depth, (middle, few), axis=None)
    found = depth > max(FAINT, SHARE * order[few:].mean(), GRAIN * order[middle])
    return _drawn(np.asarray(found.reshape(height, 2, width, 2).any(axis=(1, 3))))


def _depth(picture: Image.Image, light: Floats) -> Floats:
    """How much darker than the paper it is, (h, w): 0 to 1, in the channel that shows it best."""
    paper = (Image.fromarray(channel) for channel in segment.channels(light))
    shares = [
        channel / np.asarray(lit.resize(picture.size, Image.Resampling.BILINEAR))
        for channel, lit in zip(segment.channels(np.asarray(picture)), paper, strict=True)
    ]
    return np.asarray(np.maximum(1 - np.minimum.reduce(shares), 0), np.float32)


def _light(picture: Image.Image) -> Floats:
    """The paper without what is drawn on it, coarse, (h, w, 3): a grey closing, smoothed."""
    small = picture.copy()
    small.thumbnail((COARSE, COARSE), BOX)
    pixels = np.asarray(small, np.float32)
    return _mean(_window(_window(pixels, np.maximum), np.minimum))


def _shifted(values: Floats, axis: int) -> list[Floats]:
    """The values moved by up to REACH either way along an axis; the edge goes on."""
    room = [(REACH, REACH) if number == axis else (0, 0) for number in range(values.ndim)]
    wide = np.pad(values, room, mode="edge")
    length = values.shape[axis]
    return [np.take(wide, np.arange(first, first + length), axis) for first in range(2 * REACH + 1)]


def _window(values: Floats, pick: np.ufunc) -> Floats:
    for axis in (0, 1):
        values = pick.reduce(_shifted(values, axis))
    return values


def _mean(values: Floats) -> Floats:
    for axis in (0, 1):
        values = np.add.reduce(_shifted(values, axis)) / (2 * REACH + 1)
    return np.maximum(values, 1)


def _is_paper(light: Floats) -> bool:
    """Whether this is the light on paper, (h, w, 3): smooth, and of one pale tint."""
    if min(light.shape[:2]) < LEAST or light.max(axis=2).min() < DIM:
        return False
    steps = np.log(light)
    down, across = steps[REACH:] - steps[:-REACH], steps[:, REACH:] - steps[:, :-REACH]
    if max(np.abs(down).max(), np.abs(across).max()) > STEP:
        return False
    tints = light / light.max(axis=2, keepdims=True)
    low, high = np.percentile(tints, (2, 98), axis=(0, 1))
    return bool(low.min() > TINT and (high - low).max() < HUES)


# Ruling


def _without_ruling(depth: Floats) -> Floats:
    """The darkness of strokes, (h, w), less that of lines that run from edge to edge."""
    for lines in (_ruling(depth), _ruling(depth.T).T):
        depth = np.asarray(np.maximum(depth - lines, 0), np.float32)
    return depth


def _ruling(depth: Floats) -> Floats:
    """How dark the lines are, (h, w), that run across the picture from left to right."""
    height, width = depth.shape
    edges = (width * np.array([0, *np.linspace(EDGE, 1 - EDGE, STRIPS - 1), 1])).astype(int)
    strips = (np.add.reduceat(depth, edges[:-1], axis=1) / np.diff(edges)).astype(np.float32)
    places = np.linspace(-1, 1, STRIPS)
    lines, lean = np.zeros(height, np.float32), 0
    if min(strips[:, 0].max(), strips[:, -1].max()) < FAINT / 2:
        return np.zeros_like(depth)
    most = round(LEAN * width / 2)
    for tried in range(-most, most + 1):
        rows = _sheared(strips, np.rint(places * tried).astype(int))
        seen = np.minimum(np.sort(rows, axis=1)[:, GAPS], np.minimum(rows[:, 0], rows[:, -1]))
        if (seen**2).sum() > (lines**2).sum():
            lines, lean = seen, tried
    moves = np.rint(np.linspace(-1, 1, width) * -lean).astype(int)
    near = np.maximum.reduce([np.roll(lines, step) for step in (-1, 0, 1)]) * np.float32(DARKER)
    return _sheared(np.repeat(near[:, None], width, axis=1), moves)


def _sheared(values: Floats, moves: NDArray[np.int_]) -> Floats:
    """Each column, (h, w), moved up by its own number of rows; what comes in is zero."""
    height = len(values)
    rows = np.arange(height)[:, None] + moves
    inside = (rows >= 0) & (rows < height)
    moved = values[np.clip(rows, 0, height - 1), np.arange(len(moves))]
    return np.asarray(np.where(inside, moved, 0), np.float32)


def _drawn(found: Mask) -> Mask | None:
    """The strokes of a drawing without specks; None if a pen cannot have made them."""
    if not STROKES[0] < found.mean() < STROKES[1]:
        return None
    labels = segment.connected_components(found)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    strokes = np.asarray((areas >= SPECK * areas[1])[labels])
    thick = segment.erode(strokes, 2).sum()
    whole = strokes.sum()
    return strokes if areas[1] > LARGEST * whole and thick < CORE * whole else None
