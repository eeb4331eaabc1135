"""Any file to a small, upright RGB picture, and every kind of trouble that a file can make."""

import io
import itertools
import struct
import subprocess
import sys
import time
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw

from model import PROJECT
from model.pictures import frames, heic, jpeg, kinds, reading
from model.pictures.preprocess import PictureError, prepare, read_picture
from tests.pictures.tiffs import LONG, SHORT, tiff

PLAIN = {"JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"}
RED, WHITE = (255, 0, 0), (255, 255, 255)


def shirt(size=(200, 260), ground="white", cloth="#3050a0"):
    """A filled shirt in the middle of a plain ground."""
    picture = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((70, 60, 130, 200), fill=cloth)
    pen.rectangle((40, 60, 160, 100), fill=cloth)
    return picture


def as_file(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def as_heic(*pictures, **options):
    file = io.BytesIO()
    heif = pillow_heif.from_pillow(pictures[0])
    for picture in pictures[1:]:
        heif.add_from_pillow(picture)
    heif.save(file, quality=90, **options)
    return file.getvalue()


def away(one, other):
    """How far two pictures of the same size are apart on average, of 255."""
    assert one.size == other.size
    return np.abs(np.asarray(one, float) - np.asarray(other.convert("RGB"), float)).mean()


def refusal(content):
    with pytest.raises(PictureError) as caught:
        read_picture(content)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 200
    return message


def peak_of(folder, *contents):
    """Megabytes that reading files takes at its peak, one by one in a process of their own."""
    files = [folder / f"picture{number}" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "import pillow_heif\n"
        "from model.pictures import reading\n"
        "contents = [Path(file).read_bytes() for file in sys.argv[1:]]\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for content in contents:\n"
        "    try: reading.read_picture(content)\n"
        "    except reading.PictureError: pass\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)\n"
    )
    run = [sys.executable, "-c", code, *map(str, files)]
    return float(subprocess.run(run, cwd=PROJECT, check=True, capture_output=True).stdout)


def png_header(width, height):
    """The beginning of a PNG that claims a size and has next to no content."""
    return png(width, height, 8, 2, bytes(100))


def deep_png(values):
    """A PNG of 16 bits a channel, (h, w, 3 or 4), which Pillow cannot write."""
    height, width, channels = values.shape
    rows = np.zeros(
        (height, 1 + 2 * channels * width), np.uint8
    )  # each begins with its filter: none
    rows[:, 1:] = values.astype(">u2").reshape(height, -1).view(np.uint8)
    return png(width, height, 16, {3: 2, 4: 6}[channels], rows.tobytes())


def png(width, height, bits, colours, pixels):
    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", sorted(PLAIN))
def test_reads_every_format(kind):
    picture = read_picture(as_file(shirt(), kind))
    assert (picture.mode, picture.size) == ("RGB", (200, 260))
    assert prepare(picture).image.shape == (28, 28)


def test_what_people_are_told_is_what_is_read():
    assert {name.upper() for name in kinds.READ} == PLAIN | {"HEIC"}
    assert {"JPEG", *reading.FORMATS} == PLAIN


BAD = {
    "text": (b"This is a shopping list.", "not a picture"),
    "empty": (b"", "empty"),
    "noise": (bytes(range(128, 256)) * 3, "not a picture"),
    "truncated": (as_file(shirt(), "JPEG")[:1500], "damaged"),
    "one pixel": (as_file(Image.new("RGB", (1, 1))), "too small"),
    "strip": (as_file(Image.new("RGB", (2000, 20))), "strip"),
    "bomb": (png_header(20_000, 20_000), "megapixels"),
    "large": (png_header(8_000, 8_000), "megapixels, and 26 are the most"),
    "huge header": (png_header(2**31 - 1, 2**31 - 1), "megapixels"),
    "broken content": (png_header(100, 100), "damaged"),
    "broken header": (b"\x89PNG\r\n\x1a\n" + bytes(90), "begins like a PNG"),
    "too many bytes": (bytes(reading.MAX_BYTES + 1), "MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_says_what_is_wrong(name):
    content, words = BAD[name]
    start = time.perf_counter()
    assert words in refusal(content)
    assert time.perf_counter() - start < 2


def box(kind, content=bytes(60)):
    return struct.pack(">I", 8 + len(content)) + kind + content


NAMED = {
    "a JPEG XL picture": [b"\xff\x0a" + bytes(20), box(b"JXL ", b"\r\n\x87\n") + bytes(20)],
    "a JPEG 2000 picture": [as_file(shirt(), "JPEG2000"), b"\xff\x4f\xff\x51" + bytes(60)],
    "an icon": [as_file(shirt(), "ICO")],
    "a Photoshop file": [b"8BPS\0\1" + bytes(60)],
    "a PDF": [as_file(shirt(), "PDF"), b"\r\n%PDF-1.7\n" + bytes(60)],
    "an EPS": [as_file(shirt(), "EPS")],
    "an SVG drawing": [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg width="3">',
        b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"><svg>',
    ],
    "a web page": [b"<!DOCTYPE html><title>shoes</title>", b"\n<html lang='en'>"],
    "PBM, PGM or PPM": [as_file(shirt(), "PPM")],
    "a film": [
        box(b"ftyp", b"isom\0\0\2\0isommp42"),
        box(b"ftyp", b"qt  \0\0\0\0qt  "),
        b"RIFF\0\0\0\0AVI LIST",
        b"\x1a\x45\xdf\xa3" + bytes(60),
    ],
    "a sound file": [b"ID3\4" + bytes(60), box(b"ftyp", b"M4A \0\0\0\0")],
    "a camera's raw file": [
        box(b"ftyp", b"crx \0\0\0\1crx isom"),
        b"FUJIFILMCCD-RAW 0201",
        b"IIU\0\x18\0\0\0" + bytes(60),
        tiff(np.zeros((30, 40, 3), np.uint8), more=[(50706, SHORT, [1, 4, 0, 0])]),
        tiff(np.zeros((30, 40, 3), np.uint8), more=[(254, LONG, [1]), (330, LONG, [8])]),
    ],
    "an archive": [b"PK\x03\x04" + bytes(22) + b"\5\0\0\0a.jpg", b"\x1f\x8b\x08" + bytes(60)],
    "an office document": [
        b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    ],
    "a file of weights": [struct.pack("<Q", 80) + b'{"conv1":{"dtype":"F32"}}', b"\x89HDF\r\n"],
    "This is a text": ["Größe 42, bitte.\n".encode(), b"a;b\n1;2\n" * 2000],
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_not_read_is_named_for_what_it_is(name):
    for content in NAMED[name]:
        message = refusal(content)
        assert name in message
        assert message.count(". ") == 1, "what it is, then what to do"


@pytest.mark.parametrize("content", [b"", b"I", b"\xff\xd8\xff", b"RIFF", b"II*\0", bytes(9)])
def test_beginnings_alone_are_told(content):
    assert refusal(content)


# JPEG


def appended(picture, behind):
    return as_file(picture, "JPEG") + behind


def test_what_phones_append_to_a_jpeg_is_left_alone():
    film = box(b"ftyp", b"mp42") + np.random.default_rng(0).bytes(3_000_000)
    assert film.count(b"\xff\xda") > 20
    scans = as_file(shirt(cloth="red"), "JPEG") * 120
    alone = read_picture(as_file(shirt(), "JPEG"))
    for behind in (film, b"\xff\xda" * 200, scans, b"\0" * 9):
        assert away(read_picture(appended(shirt(), behind)), alone) == 0


def test_of_several_pictures_in_a_jpeg_the_first_counts():
    both = as_file(shirt(), "MPO", save_all=True, append_images=[shirt(cloth="red")])
    assert away(read_picture(both), shirt()) < 3


def with_scans(count):
    """A progressive JPEG whose last scan stands there `count` times."""
    content = as_file(shirt(), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + content[-2:]


def test_a_jpeg_of_thousands_of_scans_is_refused():
    assert "unusual" in refusal(with_scans(200))
    assert "unusual" in refusal(with_scans(200) + b"\0" * 1000)
    assert away(read_picture(with_scans(3)), shirt()) < 3


def test_small_copies_inside_a_jpeg_are_no_scans():
    exif = Image.Exif()
    exif[0x9286] = as_file(shirt((160, 120)), "JPEG") + b"\xff\xda" * 150
    content = as_file(shirt(), "JPEG", exif=exif)
    assert content.count(b"\xff\xda") > reading.MAX_SCANS
    assert jpeg.structure(content)[:2] == (len(content), 1)
    assert away(read_picture(content), shirt()) < 3


def test_what_a_jpeg_needs_is_read_from_its_markers():
    plain = jpeg.structure(as_file(shirt(), "JPEG"))
    assert (plain.scans, plain.held) == (1, 0)
    held = {
        sampling: jpeg.structure(
            as_file(shirt(), "JPEG", progressive=True, subsampling=sampling)
        ).held
        for sampling in ("4:4:4", "4:2:0")
    }
    assert held == {"4:4:4": 200 * 260 * 6, "4:2:0": 200 * 260 * 3}
    cut = as_file(shirt(), "JPEG")[:-2]
    assert jpeg.structure(cut).end == len(cut)
    assert not jpeg.structure(b"\xff\xd8" + b"\xff\xe0\0\2" * 5000).whole


@pytest.fixture(scope="module")
def large():
    """108 megapixels, as phones take them; JPEG's header alone is made so large."""
    return Image.new("RGB", (9000, 12000), "white")


def test_a_phones_largest_photograph_is_decoded_small(large, tmp_path):
    large.paste((20, 40, 90), (3000, 3000, 6000, 9000))
    content = as_file(large, "JPEG")
    start = time.perf_counter()
    picture = read_picture(content)
    assert time.perf_counter() - start < 5  # 0.2 s where nothing else runs
    assert picture.size == (480, 640)
    assert away(picture, large.resize((480, 640), Image.Resampling.NEAREST)) < 3
    assert peak_of(tmp_path, content) < 60


def test_a_progressive_jpeg_has_a_lower_limit_and_words_of_its_own(large, tmp_path):
    content = as_file(large, "JPEG", progressive=True)
    assert "108 megapixels and is a progressive one" in refusal(content)
    assert peak_of(tmp_path, content) < 20
    small = as_file(Image.new("RGB", (6000, 8000), "white"), "JPEG", progressive=True)
    assert read_picture(small).size == (480, 640)
    assert peak_of(tmp_path, small) < 1.3 * reading.MAX_HELD / 1e6


def test_a_strip_of_a_jpeg_is_decoded_small_too(tmp_path):
    content = as_file(Image.new("L", (50_000, 1_270), 200), "JPEG")
    assert read_picture(content).size == (640, 17)
    assert peak_of(tmp_path, content) < 60


# More than 8 bits


def grey(bits):
    """The shirt in `bits` bits, (260, 200)."""
    return np.asarray(shirt().convert("L"), np.uint16) << max(bits - 8, 0)


DEEP = {
    "PNG": lambda values: as_file(Image.fromarray(values)),
    "TIFF": lambda values: as_file(Image.fromarray(values), "TIFF"),
    "TIFF deflated": lambda values: tiff(values[..., None], photometric=1, squeeze=True),
    "TIFF, large end first": lambda values: tiff(values[..., None], photometric=1, order=">"),
    "32 bits": lambda values: as_file(Image.fromarray(values.astype(np.int32)), "TIFF"),
    "floats": lambda values: as_file(Image.fromarray(values.astype(np.float32)), "TIFF"),
    "floats up to 1": lambda values: as_file(
        Image.fromarray((values / 65535).astype(np.float32)), "TIFF"
    ),
}


@pytest.mark.parametrize("kind", DEEP)
@pytest.mark.parametrize("bits", range(8, 17))
def test_greys_of_any_depth_in_16_bits_are_seen(kind, bits):
    picture = read_picture(DEEP[kind](grey(bits)))
    assert away(picture, shirt().convert("L")) < 2
    assert np.abs(prepare(picture).image.astype(int) - prepare(shirt()).image).mean() < 5


def test_greys_pushed_to_the_upper_bits_stay_as_they_are():
    values = (grey(12) // 16 * 257) & 0xFFF0
    assert away(read_picture(as_file(Image.fromarray(values))), shirt().convert("L")) < 2


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("alpha", [False, True])
def test_colours_of_any_depth_in_16_bits_are_seen(bits, alpha):
    values = np.asarray(shirt().convert("RGBA" if alpha else "RGB"), np.uint16)
    values = values << (bits - 8)
    more = [(338, SHORT, [2])] if alpha else []
    for content in (tiff(values, more=more), deep_png(values)):
        picture = read_picture(content)
        assert away(picture, shirt()) < (50 if bits == 10 else 12)
        assert prepare(picture).image.any()


def test_sixteen_bits_are_scaled_and_not_cut_off():
    values = (np.linspace(0, 65535, 64 * 64).reshape(64, 64)).astype(np.uint16)
    pixels = np.asarray(read_picture(as_file(Image.fromarray(values))))
    assert pixels.min() == 0
    assert 120 < np.median(pixels) < 135


@pytest.mark.parametrize("shift", [0, 3, 6])
def test_a_dark_picture_of_16_bits_keeps_its_shades(shift):
    """What is dark becomes lighter, and nothing that was apart becomes one."""
    values = np.linspace(0, 60000 >> shift, 64 * 64).reshape(64, 64).astype(np.uint16)
    pixels = np.asarray(read_picture(as_file(Image.fromarray(values))))[..., 0]
    assert len(np.unique(pixels)) > 120
    assert (np.diff(pixels.ravel().astype(int)) >= 0).all()


@pytest.mark.parametrize("most", [3, 9, 200])
def test_the_noise_of_a_black_picture_is_no_picture(most):
    noise = np.random.default_rng(0).integers(0, most, (64, 64), np.uint16)
    assert np.asarray(read_picture(as_file(Image.fromarray(noise)))).max() < most


def test_floats_with_nan_are_read():
    values = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    values[0, 0] = np.nan
    assert 120 < np.median(read_picture(as_file(Image.fromarray(values), "TIFF"))) < 135


# TIFF, channel after channel or pixel after pixel


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("squeeze", [False, True])
@pytest.mark.parametrize("tile", [0, 64])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "CMYK"])
def test_channels_are_never_read_as_stripes(apart, squeeze, tile, mode):
    more = [(338, SHORT, [2])] if mode == "RGBA" else []
    photometric = 5 if mode == "CMYK" else 2
    values = np.asarray(shirt().convert(mode))
    for order, depth in itertools.product("<>", (np.uint8, np.uint16)):
        deep = values.astype(depth) * (257 if depth is np.uint16 else 1)
        content = tiff(deep, apart, photometric, squeeze, order, tile, more=more)
        assert away(read_picture(content), shirt()) < 1


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(
    ("depth", "number", "photometric"),
    [(np.float32, 3, 2), (np.uint32, 1, 2), (np.int16, 2, 2), (np.uint16, 1, 8)],
)
def test_rare_tiffs_are_refused_in_words(apart, depth, number, photometric):
    values = np.asarray(shirt()).astype(depth)
    assert "TIFF" in refusal(tiff(values, apart, photometric, number=number))


def test_lab_is_read_where_its_channels_are_together():
    values = np.asarray(Image.new("LAB", (60, 60), (200, 128, 128)))
    assert prepare(shirt())
    assert read_picture(tiff(values, photometric=8)).size == (60, 60)
    assert "TIFF" in refusal(tiff(values, apart=True, photometric=8))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA", "YCbCr"])
def test_modes(mode):
    kind = "TIFF" if mode in {"CMYK", "YCbCr"} else "PNG"
    picture = read_picture(as_file(shirt(cloth="black").convert(mode), kind))
    assert picture.mode == "RGB"
    assert picture.getpixel((5, 5)) > (240, 240, 240)
    assert picture.getpixel((100, 150)) < (40, 40, 40)


def test_transparency_is_white():
    picture = shirt().convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 0))
    assert read_picture(as_file(picture)).getextrema() == ((255, 255),) * 3


# Animations and pages

MOVING = {"GIF": {}, "WEBP": {"lossless": True}, "PNG": {}, "AVIF": {}, "TIFF": {}}


def moving(pictures, kind):
    return as_file(
        pictures[0], kind, save_all=True, append_images=pictures[1:], duration=50, **MOVING[kind]
    )


@pytest.mark.parametrize("kind", MOVING)
@pytest.mark.parametrize("begins", ["white", "black", "grey"])
def test_an_animation_counts_from_where_it_shows_something(kind, begins):
    empty = Image.new("RGB", (200, 260), begins)
    faint = Image.blend(empty, shirt(ground=begins), 0.1)
    clear, other = shirt(ground=begins, cloth="#d02020"), shirt(cloth="green")
    picture = read_picture(moving([empty, empty, faint, clear, other], kind))
    assert away(picture, clear) < 4


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_that_begins_with_nothing(kind):
    clear = shirt().convert("RGBA")
    picture = read_picture(moving([Image.new("RGBA", clear.size, (0, 0, 0, 0)), clear], kind))
    assert away(picture, shirt()) < 4


@pytest.mark.parametrize("kind", MOVING)
def test_the_first_frame_counts_where_it_shows_something(kind):
    first = shirt(cloth="red")
    assert away(read_picture(moving([first, shirt(cloth="blue")], kind)), first) < 4


@pytest.mark.parametrize("kind", MOVING)
def test_an_animation_that_never_shows_anything_has_one_colour(kind):
    empty = [Image.new("RGB", (60, 60), (250 + number,) * 3) for number in range(4)]
    with pytest.raises(PictureError, match="one colour"):
        prepare(read_picture(moving(empty, kind)))


def test_the_clearest_counts_where_all_frames_are_faint():
    white = Image.new("RGB", (200, 260), "white")
    faint = [Image.blend(white, shirt(), share) for share in (0, 0.1, 0.2, 0.15)]
    assert away(read_picture(moving(faint, "PNG")), faint[2]) < 1


def test_frames_and_pixels_of_an_animation_are_bounded():
    seen = []

    def frame(number):
        seen.append(number)
        return Image.new("RGB", (8, 8))

    frames.first_that_shows(frame, 64)
    assert len(seen) == frames.MAX_FRAMES
    seen.clear()
    frames.first_that_shows(frame, 20_000_000)
    assert len(seen) == 3


def test_a_damaged_frame_ends_the_looking():
    empty = Image.new("RGB", (200, 260), "white")
    content = moving([empty, shirt(), empty], "GIF")
    picture = read_picture(content[: len(content) // 2])
    assert picture.size == (200, 260)


def test_a_later_frame_that_claims_to_be_huge_is_not_made_room_for(tmp_path):
    content = bytearray(
        moving([Image.new("RGB", (64, 64)), Image.new("RGB", (64, 64), RED)], "GIF")
    )
    second = content.rindex(b"\x21\xf9\x04") + 8  # behind the second frame's control block
    assert content[second : second + 1] == b","
    content[second + 5 : second + 9] = struct.pack("<HH", 65_000, 65_000)
    assert peak_of(tmp_path, bytes(content)) < 60


# Which way is up


def corner(picture):
    """Which of the corners is red: left or right, top or bottom."""
    pixels = np.asarray(picture, int)
    for row, column in itertools.product((0, 1), (0, 1)):
        if pixels[5 if row == 0 else -6, 5 if column == 0 else -6, 1] < 100:
            return column, row
    return None


def marked():
    picture = Image.new("RGB", (40, 60), "white")
    picture.paste(RED, (0, 0, 20, 20))
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_puts_upright(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read_picture(as_file(marked(), kind, exif=exif))
    assert picture.size == ((40, 60) if orientation < 5 else (60, 40))
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1), (0, 1)]
    assert corner(picture) == corners[orientation - 1]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_put_upright_and_not_twice(orientation):
    """Libheif turns as the file says (irot, imir); the EXIF in it says the same once more."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    heif = pillow_heif.from_bytes("RGB", marked().size, marked().tobytes())
    heif[0].info["exif"] = exif.tobytes()
    file = io.BytesIO()
    heif.save(file, quality=90)
    assert (b"irot" in file.getvalue()) == (orientation in {3, 5, 6, 7, 8})
    picture = read_picture(file.getvalue())
    assert picture.size == ((40, 60) if orientation < 5 else (60, 40))
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1), (0, 1)]
    assert corner(picture) == corners[orientation - 1]


# HEIC and AVIF


@pytest.mark.parametrize(
    "brands",
    [b"heicmif1heic", b"msf1mif1heic", b"heixmif1heix", b"mif1miafMiHB", b"hevcmsf1hevc"],
)
def test_heic_is_known_by_any_of_its_brands(brands):
    content = as_heic(shirt())
    size = int.from_bytes(content[:4], "big")
    first = brands[:4] + bytes(4) + brands[4:]
    content = content[:8] + first.ljust(size - 8, b"\0")[: size - 8] + content[size:]
    assert away(read_picture(content), shirt()) < 3


def test_an_avif_by_the_name_of_its_container_is_read():
    content = bytearray(as_file(shirt(), "AVIF"))
    content[8:12] = b"mif1"
    assert away(read_picture(bytes(content)), shirt()) < 4


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_heic_of_any_mode(mode):
    assert (
        away(read_picture(as_heic(shirt(cloth="#404040").convert(mode))), shirt(cloth="#404040"))
        < 3
    )


def test_what_is_transparent_in_heic_is_white():
    picture = shirt().convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 0))
    assert min(low for low, _ in read_picture(as_heic(picture)).getextrema()) > 250


@pytest.mark.parametrize("mode", ["RGB;16", "I;16"])
def test_heic_of_ten_bits(mode):
    picture = shirt().convert("RGB" if mode == "RGB;16" else "L")
    data = (np.asarray(picture, np.uint16) * 257).tobytes()
    file = io.BytesIO()
    pillow_heif.from_bytes(mode, picture.size, data).save(file, quality=90)
    assert heic.open_still(file.getvalue()).deep
    assert away(read_picture(file.getvalue()), picture) < 3


def test_of_many_pictures_in_heic_the_main_one_counts():
    others = [shirt(cloth="red"), shirt(cloth="green")]
    content = as_heic(others[0], shirt(), others[1], primary_index=1)
    assert away(read_picture(content), shirt()) < 3


def test_large_heic_is_made_small_without_a_second_copy(tmp_path):
    large = shirt().resize((3000, 3900))
    content = as_heic(large, tile_size=512, enc_params={"preset": "ultrafast"})
    assert away(read_picture(content), large.resize((492, 640))) < 3
    assert peak_of(tmp_path, content) < 8 * 3000 * 3900 / 1e6


def claiming(content, size):
    """A HEIC or AVIF that says it has another size."""
    content, place = bytearray(content), 0
    while (place := content.find(b"ispe", place)) > 0:
        content[place + 8 : place + 16] = struct.pack(">II", *size)
        place += 4
    return bytes(content)


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_sizes_are_checked_before_anything_is_decoded(kind, tmp_path):
    content = as_heic(shirt()) if kind == "HEIC" else as_file(shirt(), "AVIF")
    sizes = ((12_000, 9_000), (30_000, 20_000), (2**32 - 1, 2**32 - 1))
    claims = [claiming(content, size) for size in sizes]
    assert all(map(refusal, claims))
    assert peak_of(tmp_path, *claims) < 40


def test_a_heic_that_is_larger_than_it_says_is_refused(tmp_path):
    large = as_heic(shirt().resize((4000, 4000)), enc_params={"preset": "ultrafast"})
    lie = claiming(large, (100, 100))
    assert "HEIC" in refusal(lie)
    assert peak_of(tmp_path, lie) < 20


def test_a_first_box_that_claims_to_be_huge_is_not_made_room_for(tmp_path):
    content = b"\x7a" + as_heic(shirt())[1:]
    assert "HEIC" in refusal(content)
    assert peak_of(tmp_path, content) < 20


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_damaged_heic_is_told(share):
    content = as_heic(shirt())
    assert "HEIC" in refusal(content[: int(len(content) * share)])


def test_who_sends_no_heic_loads_no_library_for_it():
    code = (
        "import io, sys\n"
        "from PIL import Image\n"
        "from model.pictures import reading\n"
        "file = io.BytesIO()\n"
        "Image.new('RGB', (40, 40)).save(file, 'PNG')\n"
        "reading.read_picture(file.getvalue())\n"
        "sys.exit('pillow_heif' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)


def test_large_pictures_wait_for_each_other():
    content = as_file(Image.new("L", (3000, 2000)))
    with reading._alone(reading.HEAVY + 1):
        assert reading._heavy.locked()
        assert read_picture(as_file(shirt())).size == (200, 260), "small ones do not wait"
    assert not reading._heavy.locked()
    assert read_picture(content).size == (640, 427)
    assert not reading._heavy.locked()
