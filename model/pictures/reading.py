"""Reading pictures that people send: any format, any trouble, a small RGB picture or a sentence.

`kinds.py` says what a file is that is no picture; `jpeg.py` and `heic.py` hold what these two need
besides. Nothing here looks at what a picture shows; that is `preprocess.py`.
"""

from __future__ import annotations

import contextlib
import functools
import io
import math
import threading
from collections.abc import Iterator

import numpy as np
from PIL import ExifTags, Image, ImageFile, TiffImagePlugin, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from model.pictures import depth, heic, jpeg, kinds
from model.pictures.frames import first_that_shows

FORMATS = ("PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # Pillow's names; JPEG and HEIC are besides
MAX_BYTES = 50 * 2**20  # a phone's photograph of 108 megapixels has 20 to 40 MB
# Limits by what reading takes at its peak. JPEG is decoded small: 19 MB for 200 megapixels. The
# others are decoded whole: 4 bytes a pixel or, with what is in between, 5 for HEIC of 8 bits, 9
# for AVIF, 13 for HEIC of more: at most 340 MB, and one such picture at a time.
MAX_PIXELS = 250_000_000
MAX_PIXELS_HEIC = 50_000_000  # iPhones write up to 49 megapixels
MAX_PIXELS_WHOLE = 26_000_000
MAX_HELD = 160_000_000  # bytes of a progressive JPEG, 3 to 6 a pixel, which must be held whole
MAX_SCANS = 100  # a progressive JPEG has 10 or so; thousands would be an attack on our time
HEAVY = 4_000_000  # pixels decoded whole, from which on pictures wait for each other
MIN_EDGE = 8
WORK_EDGE = 640  # longest edge of what is handed on; the network sees 28

DAMAGED = "This picture is damaged or incomplete. Save it again, or take another one."
ODD = "This JPEG is built in an unusual way. Save it again and try that."
HUNGRY = "This picture needs too much memory. Save a smaller copy and try that."
BEGINS_DAMAGED = (
    "The beginning of this file is damaged, so it cannot be read as a picture. Save it again, or "
    "take another one."
)
RARE_HEIC = f"This HEIC picture is damaged or of a kind that cannot be read here. {kinds.SAVE}"

# Transparency: what counts as seen, and the share of the picture that is, if it is a cut-out.
OPAQUE, SEEN = 127, (0.002, 0.98)
# A cut-out that is lighter than this is shown on grey; one that fills its box and is not of one
# colour is a picture of its own.
LIGHT, WHITE, GREY = 200, "white", "#808080"
FRAMED, EVEN = 0.98, 40

# Pillow's own bound, twice this, holds for what later frames and pages turn out to need.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS_WHOLE
# Pillow's own reader takes 16-bit channels that are stored one after the other for 8-bit ones.
TiffImagePlugin.READ_LIBTIFF = True

_heavy = threading.Lock()


class PictureError(ValueError):
    """A picture cannot be used. The message says what is wrong and what to do, in a line."""


def read_picture(content: bytes) -> Image.Image:
    """The content of a picture file, upright, at most 640 pixels long.

    RGB, or RGBA where it is an item cut out: then what is transparent is no part of the item.
    Raises PictureError. Time and memory are bounded by the limits above, which are checked on
    the header before anything is decoded; of an animation the first frame counts that shows
    something, of several pictures in a file the main one.
    """
    if len(content) > MAX_BYTES:
        raise PictureError(
            f"This file has more than {MAX_BYTES // 2**20} MB, which is the most that can be read. "
            "Save a smaller copy and try that."
        )
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return _read_jpeg(content)
        if kinds.is_heic(content):
            return _read_heic(content)
        return _read_other(content)
    except PictureError:
        raise
    except MemoryError:
        raise PictureError(HUNGRY) from None
    except Exception:  # noqa: BLE001 - decoders raise almost anything on broken files
        raise PictureError(DAMAGED) from None


def _read_jpeg(content: bytes) -> Image.Image:
    """A JPEG: decoded small, whatever its size, unless it is of the kind that is held whole."""
    built = jpeg.structure(content)
    if built.scans > MAX_SCANS or not built.whole:
        raise PictureError(ODD)
    try:  # and nothing behind its end: films, maps of brightness, other pictures
        picture = JpegImageFile(io.BytesIO(content[: built.end]))
    except Exception:  # noqa: BLE001 - decoders raise almost anything on broken files
        raise PictureError(BEGINS_DAMAGED) from None
    _check(picture.size, MAX_PIXELS)
    if built.held > MAX_HELD:
        raise PictureError(
            f"This JPEG has {picture.width * picture.height / 1e6:.0f} megapixels and is a "
            "progressive one, which is too much to be read here at once. Save it without "
            "“progressive”, or save a smaller copy, and try that."
        )
    width, height = picture.size
    # As small as can be while the longest edge has some pixels to spare, also of a strip.
    share = WORK_EDGE * 4 / 3 / max(width, height)
    picture.draft("RGB", (max(1, int(width * share)), max(1, int(height * share))))
    with _alone(built.held // 3):
        picture.load()
    return _upright(picture)


def _read_heic(content: bytes) -> Image.Image:
    try:
        still = heic.open_still(content)
    except Exception:  # noqa: BLE001 - as above
        raise PictureError(RARE_HEIC) from None
    _check(still.size, MAX_PIXELS_WHOLE if still.deep else MAX_PIXELS_HEIC)
    with _alone(still.size[0] * still.size[1]):
        try:
            picture = still.decode(4 * WORK_EDGE)
        except (ValueError, RuntimeError, OSError, EOFError, SyntaxError):
            raise PictureError(RARE_HEIC) from None
    return _upright(picture)


def _read_other(content: bytes) -> Image.Image:
    picture = _open(content)
    _check(picture.size, MAX_PIXELS_WHOLE)
    pixels = picture.width * picture.height
    with _alone(pixels):
        return first_that_shows(functools.partial(_frame, picture), pixels)


def _open(content: bytes) -> ImageFile.ImageFile:
    """Read the header only."""
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise PictureError(
            _too_large(f"more than {2 * MAX_PIXELS_WHOLE // 10**6}", MAX_PIXELS_WHOLE)
        ) from None
    except UnidentifiedImageError:
        raise PictureError(kinds.unread(content)) from None
    except Exception:  # noqa: BLE001 - Pillow's decoders raise almost anything on broken files
        raise PictureError(BEGINS_DAMAGED) from None
    if isinstance(picture, TiffImagePlugin.TiffImageFile):
        _check_tiff(picture, content)
    return picture


# Tags of TIFF, and the values of them that matter here.
NEW_SUBFILE_TYPE, SUB_IFDS, PHOTOMETRIC, PLANAR, DNG_VERSION = 254, 330, 262, 284, 50706
REDUCED, LAB, APART = 1, {8, 9, 10}, 2


def _check_tiff(picture: TiffImagePlugin.TiffImageFile, content: bytes) -> None:
    """Raise PictureError for cameras' raw files, which are TIFFs around a tiny preview.

    And for what libtiff gets wrong: Lab colours that are stored one channel after the other.
    """
    tags = picture.tag_v2
    preview = tags.get(NEW_SUBFILE_TYPE) == REDUCED and SUB_IFDS in tags
    if preview or DNG_VERSION in tags or content[8:10] == b"CR":
        raise PictureError(kinds.RAW)
    if tags.get(PLANAR) == APART and tags.get(PHOTOMETRIC) in LAB:
        raise PictureError(kinds.RARE_TIFF)


def _too_large(megapixels: str, most: int) -> str:
    return (
        f"This picture has {megapixels} megapixels, and {most / 1e6:.0f} are the most that can be "
        "read of its kind. Save a smaller copy and try that."
    )


def _check(size: tuple[int, int], most: int) -> None:
    """Raise PictureError for sizes that are too small or too large."""
    width, height = size
    if min(width, height) < MIN_EDGE:
        raise PictureError(
            f"This picture is only {width} by {height} pixels, too small to recognise anything. "
            "Use one of at least 28 by 28."
        )
    if width * height > most:
        raise PictureError(_too_large(f"{math.ceil(width * height / 1e6)}", most))
    if max(width, height) > 40 * min(width, height):
        raise PictureError(
            f"This picture is only a strip, {width} by {height} pixels. Use one that shows a "
            "whole item."
        )


@contextlib.contextmanager
def _alone(pixels: int) -> Iterator[None]:
    """Large pictures wait for each other, or a class that sends thirty at once takes 10 GB."""
    with _heavy if pixels > HEAVY else contextlib.nullcontext():
        yield


def _frame(picture: ImageFile.ImageFile, number: int) -> Image.Image:
    """A frame or page, small and upright. Raises what Pillow raises: EOFError behind the last."""
    picture.seek(number)
    _check(picture.size, MAX_PIXELS_WHOLE)
    cut = depth.is_cut(picture)
    picture.load()
    return _upright(picture, cut)


def _upright(picture: Image.Image, cut: bool = False) -> Image.Image:
    """Shrink early, so that all that follows is cheap; then turn, flatten and convert.

    `cut`: Pillow kept the upper half of each channel's 16 bits.
    """
    turn = _turn(picture)
    wide = depth.is_wide(picture)
    if wide:
        picture = picture if picture.mode == "F" else picture.convert("I")
    elif picture.mode in {"P", "PA", "1"} or "transparency" in picture.info:
        picture = picture.convert("L" if picture.mode == "1" else "RGBA")
    picture = picture.reduce(max(1, max(picture.size) // WORK_EDGE))
    if wide:
        picture = depth.eight_bits(picture)
    elif cut:
        picture = depth.spread(picture)
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


def _flatten(picture: Image.Image) -> Image.Image:
    """Any mode as RGB on white; a cut-out as RGBA, its colours those it has on an even ground."""
    if picture.mode in {"RGB", "L", "CMYK", "YCbCr", "LAB", "HSV"} and (
        "transparency" not in picture.info
    ):
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    seen = np.asarray(picture.getchannel("A")) > OPAQUE
    if not SEEN[0] < seen.mean() < SEEN[1]:
        return _on(WHITE, picture).convert("RGB")
    light = np.median(np.asarray(picture.convert("L"))[seen]) > LIGHT
    flat = _on(GREY if light else WHITE, picture)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    framed = seen[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    inside = np.asarray(flat.convert("L"))[seen]
    if framed.mean() > FRAMED and np.ptp(inside) > EVEN:  # a whole picture with room around it
        size = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
        return flat.crop(size).convert("RGB")
    flat.putalpha(picture.getchannel("A"))
    return flat


def _on(ground: str, picture: Image.Image) -> Image.Image:
    flat = Image.new("RGBA", picture.size, ground)
    flat.alpha_composite(picture)
    return flat
