"""Reading pictures that people send: any format, any trouble, a small RGB picture or a sentence.

Nothing here looks at what a picture shows; that is `preprocess.py`.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 25_000_000
MAX_PIXELS = 64_000_000  # JPEG, which can be decoded small
MAX_PIXELS_WHOLE = 26_000_000  # formats that must be decoded whole: about 100 MB of RGBA
MAX_SCANS = 100  # a progressive JPEG has 10 or so; thousands would be an attack on our time
MIN_EDGE = 8
WORK_EDGE = 640  # longest edge of what is handed on; the network sees 28


class PictureError(ValueError):
    """A picture cannot be used. The message is one sentence: what is wrong, what to do."""


def read_picture(content: bytes) -> Image.Image:
    """The content of a picture file as RGB, upright, on white, at most 640 pixels long.

    Raises PictureError. Time and memory are bounded by the limits above, which are checked on
    the header before anything is decoded; of an animation the first frame counts.
    """
    picture = _open(content)
    _check(picture, content)
    try:
        picture.draft("RGB", (WORK_EDGE, WORK_EDGE))
        picture.load()
        return _upright(picture)
    except MemoryError:
        raise PictureError(
            "This picture needs too much memory; save a smaller copy and try that."
        ) from None
    except Exception:  # noqa: BLE001 - Pillow's decoders raise almost anything on broken files
        raise PictureError(
            "This picture is damaged or incomplete; save it again, or take another one."
        ) from None


def _open(content: bytes) -> Image.Image:
    """Read the header only."""
    if len(content) > MAX_BYTES:
        raise PictureError(
            f"This file has {len(content) / 1e6:.0f} MB, and {MAX_BYTES / 1e6:.0f} MB is the "
            "most; save a smaller copy and try that."
        )
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"}:
        raise PictureError("HEIC and AVIF pictures cannot be read here; save it as JPEG or PNG.")
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise PictureError(_too_large("more than 170")) from None
    except UnidentifiedImageError:
        raise PictureError(
            "This is not a picture, whatever its name says; use a JPEG, PNG, WebP, GIF, BMP or "
            "TIFF file."
        ) from None
    except Exception:  # noqa: BLE001 - Pillow's decoders raise almost anything on broken files
        raise PictureError(
            "The beginning of this file is damaged, so it cannot be read as a picture; save it "
            "again, or take another one."
        ) from None


def _too_large(megapixels: str) -> str:
    return (
        f"This picture has {megapixels} megapixels, which is more than can be read here; save "
        "a smaller copy and try that."
    )


def _check(picture: Image.Image, content: bytes) -> None:
    """Raise PictureError for sizes that are too small or too large."""
    width, height = picture.size
    jpeg = picture.format in {"JPEG", "MPO"}
    if min(width, height) < MIN_EDGE:
        raise PictureError(
            f"This picture is only {width} by {height} pixels, too small to recognise anything; "
            "use one of at least 28 by 28."
        )
    if width * height > (MAX_PIXELS if jpeg else MAX_PIXELS_WHOLE):
        raise PictureError(_too_large(f"{width * height / 1e6:.0f}"))
    if max(width, height) > 40 * min(width, height):
        raise PictureError(
            f"This picture is only a strip, {width} by {height} pixels; use one that shows a "
            "whole item."
        )
    if jpeg and content.count(b"\xff\xda") > MAX_SCANS:
        raise PictureError("This JPEG is built in an unusual way; save it again and try that.")


def _upright(picture: Image.Image) -> Image.Image:
    """Shrink early, so that all that follows is cheap; then turn, flatten and convert."""
    turn = _turn(picture)
    wide = picture.mode in {"I", "F"} or picture.mode.startswith("I;16")
    if wide:
        picture = picture if picture.mode == "F" else picture.convert("I")
    elif picture.mode in {"P", "PA", "1"} or "transparency" in picture.info:
        picture = picture.convert("L" if picture.mode == "1" else "RGBA")
    picture = picture.reduce(max(1, max(picture.size) // WORK_EDGE))
    if wide:
        picture = _eight_bits(picture)
    picture.thumbnail((WORK_EDGE, WORK_EDGE), Image.Resampling.BOX)
    return _flatten(picture if turn is None else picture.transpose(turn))


# EXIF's orientation to what puts a picture upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _turn(picture: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a picture with broken notes about it is still a picture
        return None


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating-point grey as 8-bit grey; Pillow would cut off at 255."""
    values = np.nan_to_num(np.asarray(picture, np.float64), posinf=0.0, neginf=0.0)
    low, high = min(0.0, values.min()), values.max()
    # the full range of the depth that would hold these values
    full = next((depth for depth in (1.0, 255.0, 65535.0) if high <= depth), high)
    return Image.fromarray(((values - low) * (255 / (full - low))).astype(np.uint8))


def _flatten(picture: Image.Image) -> Image.Image:
    """Any mode as RGB, with transparency on white."""
    if picture.mode in {"RGB", "L", "CMYK", "YCbCr", "LAB", "HSV"} and (
        "transparency" not in picture.info
    ):
        return picture.convert("RGB")
    coloured = picture.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    white.alpha_composite(coloured)
    return white.convert("RGB")
