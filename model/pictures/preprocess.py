"""From any picture to the 28 x 28 pixels that the network was trained on, every stage kept.

It follows how Fashion-MNIST was made (arXiv 1708.07747): the item alone, its shape kept, the
longest edge 28 pixels, in the middle, grey on black. Files are read in `reading.py`,
the item is found in `item.py`, and what the picture shows is for a network to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from model.pictures import segment
from model.pictures.item import Choice as Choice
from model.pictures.item import Item, Mask, box, find
from model.pictures.item import Options as Options
from model.pictures.reading import PictureError as PictureError
from model.pictures.reading import read_picture as read_picture
from model.pictures.tta import augmented, mirrored

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIDE = 28
INK, CLOTH = 230, 150  # brightness of an outline drawing
# Brightness of the item: its median, the width of its middle 80 %, limits of stretching, darkest.
MIDDLE, SPREAD, GAIN, FLOOR = 140, 110, (0.4, 2.0), 30

# Every stage: its name and one line for learners.
STAGES: dict[str, tuple[str, str]] = {
    "picture": ("Your picture", "Turned upright and made small; nothing else has happened yet."),
    "item": ("Find the item", "The network has only seen single items, with nothing around them."),
    "grey": ("Grey on black", "The data set has no colours, and its items are light on black."),
    "mirror": ("Mirror", "Nearly all shoes of the data set point to the left."),
    "crop": ("Crop", "The items of the data set fill their frame, so yours should, too."),
    "shrink": (
        "28 × 28",
        (
            "The longest edge becomes 28 pixels, the shape stays, the rest is black. This "
            "is what the network sees."
        ),
    ),
}
READY = "This picture already has the format of the data set, so nothing was changed."
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
    augmented: Bytes  # (n, 28, 28): to average over; the image alone if it is of the data set
    stages: tuple[Stage, ...]
    notes: tuple[str, ...]  # decisions, a sentence each
    pair: Bytes | None = None  # (28, 28): both items of a pair, where the image has one of them

    def after(self, change: Callable[[Bytes], Bytes]) -> Bytes:
        """What `augmented` would be, (n, 28, 28), had the picture been changed at the end."""
        if len(self.augmented) == 1:
            return change(self.image)[None]
        return _views(change(self.image), None if self.pair is None else change(self.pair))


def prepare(picture: Image.Image, options: Options = DEFAULT) -> Prepared:
    """Turn an RGB picture into what the network was trained on.

    Raises PictureError where nothing can be seen: every pixel has the same colour.
    """
    if _is_ready(picture):
        image = np.asarray(picture.convert("L"))
        return Prepared(image, image[None], (Stage("28 × 28", READY, image),), ())
    notes: list[str] = []
    item = find(picture, options, notes)
    grey, mask = _grey(item, options, notes), item.mask
    looks = {"picture": item.colours, "item": _highlight(item), "grey": grey}
    stages = [_stage(key, look) for key, look in looks.items()]
    if _points_right(mask, options, notes):
        grey, mask = grey[:, ::-1], mask[:, ::-1]
        stages.append(_stage("mirror", grey))
    if options.crop:
        grey = grey[box(mask)]
        stages.append(_stage("crop", grey))
    image = _shrink(grey, options)
    stages.append(_stage("shrink", image))
    pair = None if item.pair is None else _pair(item, item.pair, options)
    return Prepared(image, _views(image, pair), tuple(stages), tuple(notes), pair)


def _pair(item: Item, mask: Mask, options: Options) -> Bytes:
    """(28, 28): both items of a pair in one picture."""
    grey = _grey(replace(item, mask=mask), options, [])
    return _shrink(grey[box(mask)], options)


def _views(image: Bytes, pair: Bytes | None) -> Bytes:
    """(n, 28, 28): views of the image, and the pair as it is and mirrored: clothes come alone."""
    shown = augmented(image)
    return shown if pair is None else np.concatenate([shown, mirrored(pair[None])])


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


# Brightness


def _grey(item: Item, options: Options, notes: list[str]) -> Bytes:
    """Grey on black, (h, w): the negative, unless the picture is one already."""
    grey = np.asarray(Image.fromarray(item.colours).convert("L"), np.float32)
    if options.invert == "yes" or (options.invert == "auto" and not _is_negative(item, grey)):
        notes.append("Light and dark were swapped: in the data set, clothes are light on black.")
        grey = 255 - grey
    if item.lines is not None:
        grey = np.where(item.lines, INK, CLOTH).astype(np.float32)
    elif options.level:
        grey = _level(grey, item.mask)
    if options.cut:
        grey = np.where(item.mask, grey, 0)
    return np.clip(grey, 0, 255).astype(np.uint8)


def _is_negative(item: Item, grey: Floats) -> bool:
    """Whether it looks like a picture of the data set already: no colours, on black."""
    around = grey[~item.mask]
    channels = segment.channels(item.colours)
    colourless = (np.maximum.reduce(channels) - np.minimum.reduce(channels)).max() < 40
    return bool(colourless and around.size and np.percentile(around, 90) < 40)


def _level(grey: Floats, mask: Mask) -> Floats:
    """Stretch or calm the item's brightness until it is like the data set's."""
    low, middle, high = np.percentile(grey[mask], (10, 50, 90))
    gain = np.clip(SPREAD / max(high - low, 1), *GAIN)
    return np.asarray(np.clip(MIDDLE + (grey - middle) * gain, FLOOR, 255), np.float32)


# Shape


def _points_right(mask: Mask, options: Options, notes: list[str]) -> bool:
    """Whether to mirror: a shoe that points right is wide, and higher on the left."""
    if options.mirror != "auto":
        return options.mirror == "yes"
    part = mask[box(mask)]
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


def _highlight(item: Item) -> Bytes:
    """The picture with everything but the item faded."""
    faded = item.colours // 4 + np.array([150, 120, 170], np.uint8)
    return np.where(item.mask[..., None], item.colours, faded)


def _stage(key: str, picture: Bytes) -> Stage:
    return Stage(*STAGES[key], np.ascontiguousarray(picture))
