"""Greys and colours of more than 8 bits as 8 bits, whatever part of their range is used."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFile


def is_wide(picture: Image.Image) -> bool:
    """Whether a picture is grey with more than 8 bits a pixel."""
    return picture.mode in {"I", "F"} or picture.mode.startswith("I;16")


def eight_bits(picture: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating-point grey as 8-bit grey; Pillow would cut off at 255."""
    values = np.nan_to_num(np.asarray(picture, np.float64), posinf=0.0, neginf=0.0)
    low, high = min(0.0, values.min()), values.max()
    scale = 255 / (white(high, picture.mode == "F") - low)
    return Image.fromarray(((values - low) * scale).astype(np.uint8))


def white(high: float, floating: bool) -> float:
    """The value that is white, in a picture whose lightest pixel has the value `high`.

    Scanners and cameras write 9 to 14 bits into files of 16, and nothing in the file says how
    many: the lightest pixel tells. A picture of 16 true bits that is darker than half of them looks
    the same and becomes lighter, as if exposed for longer; what it shows stays, in all its shades.
    One that uses fewer than 8 bits is taken for dark, or the noise of black would become a picture.
    Floating-point numbers have no bits: white is 1 or the lightest pixel, or as with integers what
    one of 2 to the power of -1 to -8 is just above it.
    """
    if not floating:
        return float(2 ** max(8, int(high).bit_length()) - 1)
    return high if high > 1 else 2.0 ** max(-8, math.ceil(math.log2(max(high, 1e-9))))


def is_cut(picture: ImageFile.ImageFile) -> bool:
    """Whether Pillow is going to keep just the upper 8 of 16 bits of each colour channel."""
    return not is_wide(picture) and any(";16" in str(tile.args) for tile in picture.tile)


def spread(picture: Image.Image) -> Image.Image:
    """Colours of which Pillow kept the upper 8 of 16 bits, when the file used 10 to 15 of them.

    As with grey, the lightest pixel tells; of 9 bits next to nothing is left.
    """
    bits = int(np.asarray(picture).max()).bit_length()
    if not 2 <= bits < 8:
        return picture
    lookup = np.minimum(np.arange(256) * 255 // (2**bits - 1), 255).tolist()
    return picture.point(lookup * len(picture.getbands()))
