"""Where the item is in a picture: on an even ground or a busy one, filled or drawn in outline.

What belongs to the item is worked out with `segment.py`; here is decided how. What the item's
pixels become is for `preprocess.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.pictures import paper, segment
from model.pictures.reading import OPAQUE, PictureError

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Choice = Literal["auto", "yes", "no"]

FINE = 224  # longest edge while looking for drawn lines
COARSE = 112  # longest edge while learning the colours of a photograph
THIN = 0.6  # share of its inside that the lines of an outline drawing cover at most
REACHES = (1, 3, 6)  # pixels: gaps in an outline, of twice as many, that are tried to close
HOLE = 0.12  # holes smaller than this share of the item are a print and not a gap


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


@dataclass(frozen=True)
class Item:
    """What was found in a picture: arrays of one size."""

    colours: Bytes  # (h, w, 3)
    mask: Mask  # (h, w): the item
    lines: Mask | None = None  # (h, w): the strokes, if it is an outline drawing
    pair: Mask | None = None  # (h, w): the item and its twin, if it is one of a pair


def _fit(picture: Image.Image, edge: int) -> Bytes:
    """The picture as (h, w, 3), its longest edge at most `edge`."""
    small = picture.convert("RGB")
    small.thumbnail((edge, edge), Image.Resampling.BOX)
    return np.asarray(small)


def _opponent(colours: Bytes) -> Floats:
    """Brightness and two colour axes, (h, w, 3); hue counts for more, as shadows have none."""
    axes = np.asarray(Image.fromarray(colours).convert("YCbCr"), np.float32)
    return axes * np.array([1, 1.5, 1.5], np.float32)


def find(picture: Image.Image, options: Options, notes: list[str]) -> Item:
    """The item in the picture, cleaned: without specks and, of a pair, one."""
    colours = _fit(picture, FINE)
    if picture.mode == "RGBA":
        return _cut_out(picture, colours, options, notes)
    axes = _opponent(colours)
    if np.ptp(segment.channels(axes), axis=(1, 2)).max() < 12:
        raise PictureError("There is nothing in this picture yet: it has one colour all over.")
    drawn = _drawn(picture, colours, options, notes)
    if drawn is not None:
        return drawn
    ground = segment.even_background(axes)
    if ground is None and options.threshold is None:
        notes.append("The background has many colours, so the item was found by its own.")
        mask, pair = _keep(_on_busy_ground(picture, colours), options, notes, 0.12)
        if _touches(mask):
            notes.append("The item reaches the edge; with room around it the answer is better.")
        return Item(colours, mask, pair=pair)
    if ground is None:
        ground = np.median(axes[segment.border(*axes.shape[:2])], axis=0)
    return _on_even_ground(colours, segment.distance_from(ground, axes), options, notes)


def _cut_out(picture: Image.Image, colours: Bytes, options: Options, notes: list[str]) -> Item:
    """What is not transparent, (h, w) as in `colours`, (h, w, 3)."""
    alpha = picture.getchannel("A")
    alpha.thumbnail((FINE, FINE), Image.Resampling.BOX)
    notes.append("This is a cut-out: all that is not transparent is the item.")
    return _solid_or_lines(colours, np.asarray(alpha) > OPAQUE, options, notes)


def _solid_or_lines(colours: Bytes, mask: Mask, options: Options, notes: list[str]) -> Item:
    """The item from what stands out, (h, w): as it is, or all that its lines enclose."""
    filled = _filled(mask, options)
    if filled is None:
        mask, pair = _keep(_closed(mask, 4), options, notes, 0.02)
        return Item(colours, mask, pair=pair)
    notes.append("This is an outline drawing, so its inside was filled.")
    whole, pair = _keep(filled, options, notes, 0.02)
    return Item(colours, whole, mask, pair)


def _drawn(picture: Image.Image, colours: Bytes, options: Options, notes: list[str]) -> Item | None:
    """What a pen drew on a sheet of paper, if this is one and its strokes enclose something."""
    if options.threshold is not None or options.fill == "no":
        return None
    strokes = paper.strokes(picture, colours.shape[:2])
    if strokes is None or not _is_outline(strokes, _inside(strokes, REACHES[-1])):
        return None
    return _solid_or_lines(colours, strokes, options, notes)


def _on_busy_ground(picture: Image.Image, colours: Bytes) -> Mask:
    """Where the item is, (h, w) as in `colours`, (h, w, 3); looked for on a coarse copy."""
    height, width = colours.shape[:2]
    odds = segment.from_colours(_opponent(_fit(picture, COARSE)))
    mask = np.asarray(Image.fromarray(odds.astype(np.float32)).resize((width, height))) > 0
    mask = _closed(segment.dilate(segment.erode(mask, 1), 1), 3)
    return mask | _small_holes(mask)


def _on_even_ground(colours: Bytes, distance: Floats, options: Options, notes: list[str]) -> Item:
    ring = distance[segment.border(*distance.shape)]
    found = max(24.0, min(1.5 * float(np.percentile(ring, 90)), segment.otsu(distance)))
    mask = distance > (found if options.threshold is None else options.threshold)
    if not mask.any():
        raise PictureError("Nothing stands out from the background; try a lower threshold.")
    return _solid_or_lines(colours, mask, options, notes)


def _filled(mask: Mask, options: Options) -> Mask | None:
    """The inside of an outline drawing, gaps up to a twentieth closed; None if it is none."""
    if options.fill == "no":
        return None
    largest = _inside(mask, REACHES[-1])
    if not _is_outline(mask, largest):  # nor is it with less closed, which fills no more
        return largest if options.fill == "yes" else None
    smaller = (_inside(mask, reach) for reach in REACHES[:-1])
    return next((filled for filled in smaller if _is_outline(mask, filled)), largest)


def _inside(mask: Mask, reach: int) -> Mask:
    """The mask with all that its lines enclose, gaps up to twice `reach` pixels wide closed."""
    return segment.fill_holes(_closed(mask, reach)) | mask


def _is_outline(mask: Mask, filled: Mask) -> bool:
    """Whether a mask is hardly more than the lines around what it encloses."""
    return bool(mask.sum() < THIN * filled.sum())


def _closed(mask: Mask, reach: int) -> Mask:
    """The mask with gaps up to twice `reach` pixels wide bridged."""
    wide = segment.erode(segment.dilate(np.pad(mask, reach), reach), reach)
    return np.asarray(wide[reach:-reach, reach:-reach])


def _small_holes(mask: Mask) -> Mask:
    """Holes that are rather a print on cloth than a gap between straps."""
    holes = segment.fill_holes(mask) & ~mask
    labels = segment.connected_components(holes)
    areas = np.bincount(labels.ravel())
    return np.asarray((areas < HOLE * mask.sum())[labels] & holes)


def _keep(mask: Mask, options: Options, notes: list[str], least: float) -> tuple[Mask, Mask | None]:
    """Drop specks, and of a pair keep one unless told not to; also the pair, if there is one."""
    labels = segment.connected_components(mask)
    areas = np.bincount(labels.ravel())[1:]
    if not len(areas):
        return np.ones_like(mask), None
    kept = np.asarray(np.isin(labels, 1 + np.flatnonzero(areas > least * areas[0])))
    if len(areas) < 2 or areas[1] < 0.5 * areas[0] or not _beside(labels == 1, labels == 2):
        return kept, None
    if options.single == "no":
        notes.append("There are several items in this picture.")
        return kept, None
    notes.append("There are two items, and the larger one is used.")
    return np.asarray(labels == 1), kept


def _beside(one: Mask, other: Mask) -> bool:
    """Whether two parts lie side by side and are alike in height, as a pair of shoes does."""
    (rows, columns), (rows2, columns2) = box(one), box(other)
    overlap = min(columns.stop, columns2.stop) - max(columns.start, columns2.start)
    heights = rows.stop - rows.start, rows2.stop - rows2.start
    widths = columns.stop - columns.start, columns2.stop - columns2.start
    return bool(overlap < 0.35 * min(widths) and min(heights) > 0.7 * max(heights))


def box(mask: Mask) -> tuple[slice, slice]:
    """The rows and columns of what is set in a mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _touches(mask: Mask) -> bool:
    """Whether the frame cuts the item off: a tenth of an edge belongs to it."""
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return any(edge.mean() > 0.1 for edge in edges)
