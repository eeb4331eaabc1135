"""Reads HEIC, which iPhones and other phones write, through libheif.

libheif's library is loaded when the first such file comes: 8 MB, of which most visitors need none.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pillow_heif import HeifImage


MOST_BRANDS = 256  # bytes of the first box; most have 24 to 40


class Still(NamedTuple):
    """The main picture of a file, not yet decoded."""

    size: tuple[int, int]
    deep: bool  # more than 8 bits a channel: decoding takes three times the memory
    image: HeifImage

    def decode(self, edge: int) -> Image.Image:
        """The picture, upright, its longest edge at least `edge` if it is so long.

        Every second or third pixel of a large one is enough, as it will be made smaller still: a
        second copy of it all would take as much memory as decoding.
        """
        pixels = np.asarray(self.image)  # (h, w), or (h, w, 3 or 4)
        step = max(1, max(self.size) // edge)
        picture = Image.fromarray(np.ascontiguousarray(pixels[::step, ::step]))
        if self.image.mode == "RGBa":  # colours that were already multiplied by their opacity
            picture = Image.frombytes("RGBa", picture.size, picture.tobytes()).convert("RGBA")
        return picture


def open_still(content: bytes) -> Still:
    """Read the header. Raises what libheif raises: ValueError, RuntimeError, OSError and others.

    A file may hold many pictures, as of a burst: the main one counts. Turning and mirroring are
    done while decoding; notes of the camera on it (EXIF) only repeat what was done.
    """
    library = _library()
    try:
        heif = library.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
    except (ValueError, SyntaxError):  # of one that says it is a film and has no film in it
        heif = library.open_heif(io.BytesIO(_as_still(content)), convert_hdr_to_8bit=True)
    image = heif[heif.primary_index]
    return Still(image.size, image.info["bit_depth"] > 8, image)


def _as_still(content: bytes) -> bytes:
    """A file with the brands of a still picture in its first box, whatever it says it is."""
    size = int.from_bytes(content[:4], "big")
    if not 24 <= size <= MOST_BRANDS:
        return content
    brands = b"heic" + content[12:16] + b"mif1heic"
    return content[:8] + brands.ljust(size - 8, b"\0") + content[size:]


def _library() -> Any:
    import pillow_heif

    options = pillow_heif.options
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    options.DECODE_THREADS = 1  # others have pages to see meanwhile
    return pillow_heif
