"""From any picture to the 28 x 28 pixels that the network was trained on, every stage kept.

It follows how Fashion-MNIST was made (arXiv 1708.07747): the item alone, its shape kept, the
longest edge 28 pixels, in the middle, grey on black. Files are read in `pictures.py`,
the item is found with `segment.py`, and what the picture shows is for a network to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from model import segment
from model.pictures import PictureError as PictureError
from model.pictures import read_picture as read_picture

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Choice = Literal["auto", "yes", "no"]

SIDE = 28
FINE = 224  # longest edge while looking for drawn lines
COARSE = 112  # longest edge while learning the colours of a photograph

THIN = 0.6  # share of its inside that the lines of an outline drawing cover at most
INK, CLOTH = 230, 150  # brightness of an outline drawing
HOLE = 0.12  # holes smaller than this share of the item are a print and not a gap
# Brightness of the item: its median, the width of its middle 80 %, limits of stretching, darkest.
MIDDLE, SPREAD, GAIN, FLOOR = 140, 110, (0.4, 2.0), 30

# Every stage: its name and one line for learners.
STAGES: dict[str, tuple[str, str]] = {
    "picture": ("Your picture", "Turned upright and made small; nothing else has happened yet."),
    "item": ("Find the item", "The network only ever saw single items, with nothing around them."),
    "grey": ("Grey on black", "The data set has no colours, and its items are light on black."),
    "mirror": ("Mirror", "Nearly all shoes of the data set point to the left."),
    "crop": ("Crop", "The items of the data set fill their frame, so yours should, too."),
    "shrink": (
        "28 × 28",
        "The longest edge becomes 28 pixels, the shape stays, the rest is black: this goes in.",
    ),
}
READY = "This picture already has the format of the data set; it was taken as it is."


@dataclass(frozen=True)
class Options:
    """What is done to a picture; "auto" leaves the decision to the picture."""

    invert: Choice = "auto"  # turn into the negative, as Fashion-MNIST did with its photographs
    mirror: Choice = "auto"  # shoes point left in Fashion-MNIST
    cut: bool = True  # make everything around the item black
    crop: bool = True  # cut the frame down to the item
    shape: bool = True  # keep the ratio of height to width
    fill: Choice = "auto"  # colour in outlines
    level: bool = True  # bring the item's brightness to that of the data set
    single: Choice = "auto"  # of a pair, keep one
    sharpen: bool = False  # shrinking by areas leaves the picture sharp enough: measured
    threshold: int | None = None  # 0 to 255: distance from the background's colour; None finds one


DEFAULT = Options()


@dataclass(frozen=True)
class Stage:
    """One step, for learners to look at."""

    name: str
    why: str
    picture: Bytes  # (h, w) grey or (h, w, 3) colour


@dataclass(frozen=True)
class Prepared:
    """What the network gets, and how it came about."""

    image: Bytes  # (28, 28), grey on black
    views: Bytes  # (n, 28, 28): what to average over; the image alone if it came from the data set
    stages: tuple[Stage, ...]
    notes: tuple[str, ...]  # decisions, a sentence each


@dataclass(frozen=True)
class _Item:
    """What was found in a picture: arrays of one size."""

    colours: Bytes  # (h, w, 3)
    mask: Mask  # (h, w): the item
    lines: Mask | None = None  # (h, w): the strokes, if it is an outline drawing


def prepare(picture: Image.Image, options: Options = DEFAULT) -> Prepared:
    """Turn an RGB picture into what the network was trained on.

    Raises PictureError where nothing can be seen: every pixel has the same colour.
    """
    if _is_ready(picture):
        image = np.asarray(picture.convert("L"))
        return Prepared(image, image[None], (Stage("28 × 28", READY, image),), ())
    notes: list[str] = []
    item = _find(picture, options, notes)
    grey, mask = _grey(item, options, notes), item.mask
    shown = {"picture": item.colours, "item": _highlight(item), "grey": grey}
    stages = [_stage(key, look) for key, look in shown.items()]
    if _points_right(mask, options, notes):
        grey, mask = grey[:, ::-1], mask[:, ::-1]
        stages.append(_stage("mirror", grey))
    if options.crop:
        grey = grey[_box(mask)]
        stages.append(_stage("crop", grey))
    image = _shrink(grey, options)
    stages.append(_stage("shrink", image))
    return Prepared(image, views(image), tuple(stages), tuple(notes))


def views(image: Bytes) -> Bytes:
    """(n, 28, 28): the picture, narrower, smaller, and each mirrored; first of all itself.

    The mean of the network's answers to them is steadier than its answer to one. Narrower,
    because clothes lie with spread arms on beds, and hung with folded arms in the data set.
    """
    shapes = [image, _resized(image, 0.75, 1.0), _resized(image, 0.85, 0.85)]
    return np.stack([view for shape in shapes for view in (shape, shape[:, ::-1])])


def _resized(image: Bytes, across: float, down: float) -> Bytes:
    """The item in (28, 28) scaled by two factors, then enlarged if both edges have room."""
    if not image.any():
        return image
    item = image[_box(image > 0)]
    height, width = item.shape[0] * down, item.shape[1] * across
    grow = max(item.shape) * max(across, down) / max(height, width)
    return _centred(item, height * grow, width * grow)


def _centred(item: Bytes, height: float, width: float) -> Bytes:
    """A grey picture resized to this many pixels, in the middle of (28, 28)."""
    size = (max(1, round(width)), max(1, round(height)))
    small = np.asarray(Image.fromarray(item).resize(size, Image.Resampling.BOX))
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    image[top : top + size[1], left : left + size[0]] = small
    return image


def _is_ready(picture: Image.Image) -> bool:
    """Whether it is 28 x 28, grey and dark in the corners, as 99.7 % of the data set are."""
    if picture.size != (SIDE, SIDE):
        return False
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    corners = pixels[:: SIDE - 1, :: SIDE - 1]
    return bool(np.ptp(pixels, axis=2).max() < 8 and corners.mean() < 40)


# Finding the item


def _fit(picture: Image.Image, edge: int) -> Bytes:
    """The picture as (h, w, 3), its longest edge at most `edge`."""
    small = picture.convert("RGB")
    small.thumbnail((edge, edge), Image.Resampling.BOX)
    return np.asarray(small)


def _opponent(colours: Bytes) -> Floats:
    """Brightness and two colour axes, (h, w, 3); hue counts for more, as shadows have none."""
    axes = np.asarray(Image.fromarray(colours).convert("YCbCr"), np.float32)
    return axes * np.array([1, 1.5, 1.5], np.float32)


def _find(picture: Image.Image, options: Options, notes: list[str]) -> _Item:
    """The item in the picture, cleaned: without specks and, of a pair, one."""
    colours = _fit(picture, FINE)
    axes = _opponent(colours)
    if np.ptp(axes, axis=(0, 1)).max() < 12:
        raise PictureError("There is nothing in this picture yet: it has one colour all over.")
    ground = segment.even_ground(axes)
    if ground is None and options.threshold is None:
        notes.append("The background is busy: the item was found by its colours.")
        mask = _keep(_on_busy_ground(picture, colours), options, notes, 0.12)
        if _touches(mask):
            notes.append("The item reaches the edge; with room around it the answer is better.")
        return _Item(colours, mask)
    if ground is None:
        ground = np.median(axes[segment.border(*axes.shape[:2])], axis=0)
    return _on_even_ground(colours, segment.distance_from(ground, axes), options, notes)


def _on_busy_ground(picture: Image.Image, colours: Bytes) -> Mask:
    """Where the item is, (h, w) as in `colours`, (h, w, 3); looked for on a coarse copy."""
    height, width = colours.shape[:2]
    odds = segment.from_colours(_opponent(_fit(picture, COARSE)))
    mask = np.asarray(Image.fromarray(odds.astype(np.float32)).resize((width, height))) > 0
    mask = _closed(segment.grow(segment.shrink(mask, 1), 1), 3)
    return mask | _small_holes(mask)


def _on_even_ground(colours: Bytes, distance: Floats, options: Options, notes: list[str]) -> _Item:
    ring = distance[segment.border(*distance.shape)]
    found = max(24.0, min(1.5 * float(np.percentile(ring, 90)), segment.otsu(distance)))
    mask = distance > (found if options.threshold is None else options.threshold)
    if not mask.any():
        raise PictureError("Nothing stands out from the background; try a lower threshold.")
    filled = _filled(mask, options)
    if filled is None:
        return _Item(colours, _keep(_closed(mask, 4), options, notes, 0.02))
    notes.append("This is an outline drawing: it was coloured in.")
    return _Item(colours, _keep(filled, options, notes, 0.02), mask)


def _filled(mask: Mask, options: Options) -> Mask | None:
    """The inside of an outline drawing, gaps up to a twentieth closed; None if it is none."""
    if options.fill == "no":
        return None
    for reach in (1, 3, 6):
        filled = segment.fill_holes(_closed(mask, reach)) | mask
        if mask.sum() < THIN * filled.sum():
            return filled
    return filled if options.fill == "yes" else None


def _closed(mask: Mask, reach: int) -> Mask:
    """The mask with gaps up to twice `reach` pixels wide bridged."""
    wide = segment.shrink(segment.grow(np.pad(mask, reach), reach), reach)
    return np.asarray(wide[reach:-reach, reach:-reach])


def _small_holes(mask: Mask) -> Mask:
    """Holes that are rather a print on cloth than a gap between straps."""
    holes = segment.fill_holes(mask) & ~mask
    labels = segment.components(holes)
    areas = np.bincount(labels.ravel())
    return np.asarray((areas < HOLE * mask.sum())[labels] & holes)


def _keep(mask: Mask, options: Options, notes: list[str], least: float) -> Mask:
    """Drop specks; of two parts that are alike, as shoes are, keep one if asked to."""
    labels = segment.components(mask)
    areas = np.bincount(labels.ravel())[1:]
    if not len(areas):
        return np.ones_like(mask)
    kept = np.asarray(np.isin(labels, 1 + np.flatnonzero(areas > least * areas[0])))
    if len(areas) < 2 or areas[1] < 0.5 * areas[0] or not _beside(labels == 1, labels == 2):
        return kept
    if options.single == "no":
        notes.append("There are several items in this picture.")
        return kept
    notes.append("There are two items: the larger one was taken.")
    return np.asarray(labels == 1)


def _beside(one: Mask, other: Mask) -> bool:
    """Whether two parts lie side by side and are alike in height, as a pair of shoes does."""
    (rows, columns), (rows2, columns2) = _box(one), _box(other)
    overlap = min(columns.stop, columns2.stop) - max(columns.start, columns2.start)
    heights = rows.stop - rows.start, rows2.stop - rows2.start
    widths = columns.stop - columns.start, columns2.stop - columns2.start
    return bool(overlap < 0.35 * min(widths) and min(heights) > 0.7 * max(heights))


# Brightness


def _grey(item: _Item, options: Options, notes: list[str]) -> Bytes:
    """Grey on black, (h, w): the negative, unless the picture is one already."""
    grey = np.asarray(Image.fromarray(item.colours).convert("L"), np.float32)
    if options.invert == "yes" or (options.invert == "auto" and not _is_negative(item, grey)):
        notes.append("The negative was taken: on the data set's photographs the ground was white.")
        grey = 255 - grey
    if item.lines is not None:
        grey = np.where(item.lines, INK, CLOTH).astype(np.float32)
    elif options.level:
        grey = _level(grey, item.mask)
    if options.cut:
        grey = np.where(item.mask, grey, 0)
    return np.clip(grey, 0, 255).astype(np.uint8)


def _is_negative(item: _Item, grey: Floats) -> bool:
    """Whether it looks like a picture of the data set already: no colours, on black."""
    around = grey[~item.mask]
    colourless = np.ptp(item.colours, axis=2).max() < 40
    return bool(colourless and around.size and np.percentile(around, 90) < 40)


def _level(grey: Floats, mask: Mask) -> Floats:
    """Stretch or calm the item's brightness until it is like the data set's."""
    low, middle, high = np.percentile(grey[mask], (10, 50, 90))
    gain = np.clip(SPREAD / max(high - low, 1), *GAIN)
    return np.asarray(np.clip(MIDDLE + (grey - middle) * gain, FLOOR, 255), np.float32)


# Shape


def _box(mask: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _points_right(mask: Mask, options: Options, notes: list[str]) -> bool:
    """Whether to mirror: a shoe that points right is wide, and higher on the left."""
    if options.mirror != "auto":
        return options.mirror == "yes"
    part = mask[_box(mask)]
    height, width = part.shape
    third = width // 3
    if width < 0.9 * height or not third:
        return False
    heights = part.sum(axis=0) / height
    if heights[:third].mean() < heights[-third:].mean() + 0.12:
        return False
    notes.append("It may be a shoe that points right; those of the data set point left.")
    return True


def _shrink(grey: Bytes, options: Options) -> Bytes:
    """The longest edge as 28 pixels, in the middle of (28, 28)."""
    height, width = grey.shape if options.shape else (SIDE, SIDE)
    scale = SIDE / max(height, width)
    image = Image.fromarray(_centred(grey, height * scale, width * scale))
    if options.sharpen:
        image = image.filter(ImageFilter.UnsharpMask(radius=1, percent=60, threshold=0))
    return np.asarray(image)


# Showing


def _touches(mask: Mask) -> bool:
    """Whether the frame cuts the item off: a tenth of an edge belongs to it."""
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return any(edge.mean() > 0.1 for edge in edges)


def _highlight(item: _Item) -> Bytes:
    """The picture with everything but the item faded."""
    faded = item.colours // 4 + np.array([150, 120, 170], np.uint8)
    return np.where(item.mask[..., None], item.colours, faded)


def _stage(key: str, picture: Bytes) -> Stage:
    return Stage(*STAGES[key], np.ascontiguousarray(picture))
