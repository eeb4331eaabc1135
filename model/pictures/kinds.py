"""What a file is, told by how it begins: those that are read elsewhere, and words for all others.

Nothing is decoded here. A new kind that people mistake for a picture is one entry in UNREAD.
"""

from __future__ import annotations

import re

# What is read, as it is told to people.
READ = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "HEIC", "AVIF")
READABLE = f"{', '.join(READ[:-1])} or {READ[-1]}"

BEGINNING = 4096  # bytes that are looked at
SAVE = "Save it as JPEG or PNG, then choose that file."
EXPORT = "Export it as JPEG or PNG, then choose that file."
STILL = "Pause it, take a screenshot, and choose that."
UNPACK = "Unpack it, then choose a picture from it."
COPY = "Copy the picture out of it, save it as JPEG or PNG, and choose that file."

CHOOSE = f"Choose a {READABLE} file."
TRAIN = "Weights of this app can be used again on the page Train."

RAW = f"This is a camera's raw file, which cannot be read here. {EXPORT}"
RARE_TIFF = f"This TIFF stores its pixels in a way that is rare and cannot be read here. {SAVE}"
EMPTY = "This file is empty. Save the picture again, or choose another one."
UNKNOWN = f"This is not a picture, whatever its name says. {CHOOSE}"

# A file's beginning as a regular expression, what it then is, and what to do. The first that fits
# counts; what belongs to one another stands together.
UNREAD: tuple[tuple[bytes, str, str], ...] = (
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL picture", SAVE),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture", SAVE),
    (rb"\0\0[\x01\x02]\0[^\0]", "an icon", SAVE),
    (rb"8BPS", "a Photoshop file", EXPORT),
    (rb"gimp xcf", "a GIMP file", EXPORT),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "an EPS or PostScript file", EXPORT),
    (rb".{0,1024}%PDF-", "a PDF", "Save the page as PNG or JPEG, then choose that file."),
    (rb"\x76\x2f\x31\x01|#\?RADIANCE|#\?RGBE", "an HDR picture", SAVE),
    (rb"P[1-7]\s", "a picture of the kind PBM, PGM or PPM", SAVE),
    (rb"qoif", "a QOI picture", SAVE),
    (rb"DDS ", "a DDS texture", SAVE),
    (rb".{128}DICM", "a medical picture (DICOM)", SAVE),
    (rb"SIMPLE  =", "an astronomer's picture (FITS)", SAVE),
    (rb"FUJIFILMCCD-RAW|IIRO|IIRS|MMOR|IIU\0|FOVb", "a camera's raw file", EXPORT),
    (rb".{4}ftypcrx ", "a camera's raw file", EXPORT),
    (rb".{4}ftypM4[AB]|ID3|OggS|fLaC|RIFF.{4}WAVE|\xff[\xfb\xf3\xf2]", "a sound file", CHOOSE),
    (rb".{4}(ftyp|moov|mdat|wide)|RIFF.{4}AVI |\x1a\x45\xdf\xa3|FLV\x01", "a film", STILL),
    (
        rb"PK\x03\x04.{26}(\[Content_Types\]|_rels/|docProps/|word/|xl/|ppt/"
        rb"|mimetypeapplication/vnd)|\xd0\xcf\x11\xe0|\{\\rtf",
        "an office document",
        COPY,
    ),
    (rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ|.{257}ustar", "an archive", UNPACK),
    (rb'.{7}\0\{"|\x89HDF|\x93NUMPY', "a file of weights or other numbers", TRAIN),
    (
        rb"(?i)(\xef\xbb\xbf)?\s*(<\?xml.{0,1000}?)?(<!--.*?-->\s*)*(<!doctype svg.*?)?<svg",
        "an SVG drawing",
        "Export it as PNG, then choose that file.",
    ),
    (
        rb"(?i)(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)",
        "a web page",
        "Save the picture that is on it, then choose that file.",
    ),
)
# What is read, where its own reader cannot make anything of it.
BROKEN: tuple[tuple[bytes, str], ...] = (
    (rb"\xff\xd8", "JPEG"),
    (rb".PNG", "PNG"),
    (rb"GIF8", "GIF"),
    (rb"RIFF.{4}WEBP", "WebP"),
    (rb"BM.{4}\0\0\0\0", "BMP"),
)
TIFF = rb"II[\x2a\x2b]\0|MM\0[\x2a\x2b]"

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
AVIF_BRANDS = {b"avif", b"avis"}
HEIF_BRANDS = {b"mif1", b"mif2", b"msf1", b"miaf"}  # the container alone, whatever is in it


def is_heic(content: bytes) -> bool:
    """Whether a file is a HEIF container, as phones write, and holds no AVIF picture.

    Its first brand may be that of a burst or of the container; the others say more.
    """
    brands = _brands(content)
    if brands & HEIC_BRANDS:
        return True
    return bool(brands & HEIF_BRANDS) and not _holds_avif(content, brands)


def _holds_avif(content: bytes, brands: set[bytes]) -> bool:
    return bool(brands & AVIF_BRANDS) or b"av01" in content[:BEGINNING]


def _brands(content: bytes) -> set[bytes]:
    """The brands in a file's first box, if that is where a file says what it is."""
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4], "big"), 256)
    return {content[8:12], *(content[at : at + 4] for at in range(16, end, 4))}


def unread(content: bytes) -> str:
    """What a file is that no reader of pictures took, and what to do: one or two sentences."""
    if not content:
        return EMPTY
    beginning = content[:BEGINNING]
    for pattern, name, advice in UNREAD:
        if re.match(pattern, beginning, re.DOTALL):
            return f"This is {name}, which cannot be read here. {advice}"
    if re.match(TIFF, beginning):
        return RARE_TIFF
    for pattern, name in BROKEN:
        if re.match(pattern, beginning, re.DOTALL):
            return (
                f"This file begins like a {name}, but it is damaged. Save the picture again, "
                "or choose another one."
            )
    return _text(beginning) or UNKNOWN


def _text(beginning: bytes) -> str | None:
    """Words for a file that holds nothing but text."""
    try:
        words = beginning.decode("utf-8", "ignore" if len(beginning) == BEGINNING else "strict")
    except UnicodeDecodeError:
        return None
    if not all(letter.isprintable() or letter.isspace() for letter in words):
        return None
    return f"This is a text, not a picture. {CHOOSE}"
