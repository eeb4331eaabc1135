"""Any picture to 28 x 28, and every kind of trouble that a file can make."""

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model.pictures import item, preprocess, segment
from model.pictures.preprocess import DEFAULT, Options, PictureError, prepare, read_picture
from model.pictures.tta import augmented

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


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


def png_header(width, height):
    """The beginning of a PNG that claims a size and has next to no content."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", FORMATS)
def test_reads_every_format(kind):
    picture = read_picture(as_file(shirt(), kind))
    assert (picture.mode, picture.size) == ("RGB", (200, 260))
    assert prepare(picture).image.shape == (28, 28)


BAD = {
    "text": (b"This is a shopping list.", "not a picture"),
    "empty": (b"", "not a picture"),
    "truncated": (as_file(shirt(), "JPEG")[:1500], "damaged"),
    "one pixel": (as_file(Image.new("RGB", (1, 1))), "too small"),
    "strip": (as_file(Image.new("RGB", (2000, 20))), "strip"),
    "bomb": (png_header(20_000, 20_000), "megapixels"),
    "large": (png_header(8_000, 8_000), "64 megapixels"),
    "huge header": (png_header(2**31 - 1, 2**31 - 1), "megapixels"),
    "broken content": (png_header(100, 100), "damaged"),
    "too many bytes": (bytes(preprocess.read_picture.__globals__["MAX_BYTES"] + 1), "MB"),
    "phone format": (b"\0\0\0\x18ftypheic" + bytes(50), "HEIC"),
    "many scans": (as_file(shirt(), "JPEG") + b"\xff\xda" * 200, "unusual"),
}


@pytest.mark.parametrize("name", BAD)
def test_says_what_is_wrong(name):
    content, words = BAD[name]
    start = time.perf_counter()
    with pytest.raises(PictureError, match=words) as caught:
        read_picture(content)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert time.perf_counter() - start < 2


def test_sixteen_bits_are_scaled_and_not_cut_off():
    grey = (np.linspace(0, 65535, 64 * 64).reshape(64, 64)).astype(np.uint16)
    pixels = np.asarray(read_picture(as_file(Image.fromarray(grey))))
    assert pixels.min() == 0
    assert 120 < np.median(pixels) < 135


def test_floats_with_nan_are_read():
    grey = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    grey[0, 0] = np.nan
    assert 120 < np.median(read_picture(as_file(Image.fromarray(grey), "TIFF"))) < 135


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


def test_first_frame_of_an_animation():
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    content = as_file(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_picture(content).getpixel((20, 20))[0] > 200


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_puts_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    size = read_picture(as_file(shirt(), "JPEG", exif=exif)).size
    assert size == ((200, 260) if orientation < 5 else (260, 200))


def test_large_jpeg_is_quick():
    content = as_file(shirt().resize((3000, 4000)), "JPEG")
    start = time.perf_counter()
    picture = read_picture(content)
    assert max(picture.size) <= 640
    assert time.perf_counter() - start < 2  # 0.1 s where nothing else runs


def box_of(image):
    rows, columns = np.nonzero(image)
    return np.ptp(rows) + 1, np.ptp(columns) + 1


def test_item_fills_the_frame_and_keeps_its_shape():
    image = prepare(shirt()).image
    height, width = box_of(image > 20)
    assert height == 28
    assert abs(width - 28 * 121 / 141) <= 1.5
    assert abs(int(np.nonzero(image.any(axis=0))[0][0]) - (28 - width) // 2) <= 1
    assert 100 < np.median(image[image > 20]) < 200


@pytest.mark.parametrize(
    ("ground", "cloth"),
    [("white", "black"), ("black", "white"), ("#c03030", "#eeeeee"), ("#202020", "#505050")],
)
def test_grey_on_black_whatever_the_colours(ground, cloth):
    image = prepare(shirt(ground=ground, cloth=cloth)).image
    assert image[:3, :2].max() > 0 or image[0, 14] > 0
    assert image[20:, :5].max() == 0
    assert 60 < image[14, 14] <= 255


def test_outline_is_filled_unless_told_not_to():
    picture = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(picture).rectangle((50, 40, 150, 170), outline="black", width=3)
    filled, hollow = prepare(picture), prepare(picture, Options(fill="no"))
    assert 120 < filled.image[14, 14] < 180
    assert hollow.image[14, 14] == 0
    assert any("outline" in note for note in filled.notes)


def test_every_stage_is_kept_with_its_reason():
    prepared = prepare(shirt())
    assert prepared.stages[0].name == "Your picture"
    assert all(
        stage.why.endswith(".") and stage.picture.dtype == np.uint8 for stage in prepared.stages
    )
    assert np.array_equal(prepared.stages[-1].picture, prepared.image)


@pytest.mark.parametrize(
    "options",
    [
        Options(invert="yes"),
        Options(invert="no"),
        Options(mirror="yes"),
        Options(cut=False),
        Options(crop=False),
        Options(shape=False),
        Options(level=False),
        Options(threshold=0),
        Options(threshold=120),
        Options(fill="yes"),
    ],
)
def test_options_change_the_picture_or_leave_it_whole(options):
    picture = shirt(cloth="#909090")
    ImageDraw.Draw(picture).rectangle((40, 60, 90, 100), fill="#303030")
    prepared = prepare(picture, options)
    assert prepared.image.shape == (28, 28)
    assert prepared.image.any()


def test_shoe_that_points_right_is_mirrored():
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).polygon(
        [(40, 40), (110, 40), (130, 110), (260, 120), (260, 160), (40, 160)], "#444444"
    )
    prepared = prepare(picture)
    assert any("points right" in note for note in prepared.notes)
    assert prepared.image[:, 18:].astype(int).sum() > prepared.image[:, :10].astype(int).sum()
    turned = prepare(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert not any("points right" in note for note in turned.notes)


def test_one_of_a_pair():
    picture = Image.new("RGB", (300, 200), "white")
    for left in (40, 180):
        ImageDraw.Draw(picture).ellipse((left, 40, left + 70, 180), "#444444")
    assert box_of(prepare(picture).image > 20)[1] < 18
    whole = prepare(picture, Options(single="no")).image
    assert box_of(whole > 20)[1] == 28
    assert any(np.array_equal(view, whole) for view in prepare(picture).augmented)


def test_busy_background_is_taken_away():
    rng = np.random.default_rng(0)
    ground = np.clip(rng.normal((170, 130, 80), 18, (260, 200, 3)), 0, 255).astype(np.uint8)
    ground[::40] = 60
    picture = Image.fromarray(ground)
    picture.paste((30, 60, 160), (60, 50, 140, 210))
    prepared = prepare(picture)
    assert any("busy" in note for note in prepared.notes)
    assert box_of(prepared.image > 20)[1] in range(12, 18)


@pytest.mark.parametrize("colour", ["white", "black", "#7788aa"])
def test_one_colour_has_nothing_to_see(colour):
    with pytest.raises(PictureError, match="one colour"):
        prepare(Image.new("RGB", (100, 100), colour))


def test_noise_and_tiny_pictures_do_no_harm():
    rng = np.random.default_rng(1)
    for size in ((8, 8), (9, 300), (64, 64)):
        pixels = rng.integers(0, 256, (*size, 3), np.uint8)
        assert prepare(Image.fromarray(pixels)).image.shape == (28, 28)


def test_data_set_format_is_left_alone():
    image = np.zeros((28, 28), np.uint8)
    image[0:28, 9:19] = 140
    prepared = prepare(Image.fromarray(image))
    assert np.array_equal(prepared.image, image)
    assert len(prepared.augmented) == 1


def test_preparing_twice_gives_the_same():
    assert np.array_equal(prepare(shirt()).image, prepare(shirt(), DEFAULT).image)


def test_views_begin_with_the_picture_and_its_mirror_image():
    image = prepare(shirt()).image
    shown = augmented(image)
    assert shown.shape[1:] == (28, 28)
    assert np.array_equal(shown[0], image)
    assert np.array_equal(shown[1], image[:, ::-1])
    assert len({view.tobytes() for view in shown}) == len(shown)
    assert not augmented(np.zeros((28, 28), np.uint8)).any()


def test_components_are_numbered_by_size():
    mask = np.zeros((8, 8), bool)
    mask[1, 1] = mask[4:7, 2:6] = True
    mask[0, 4:8] = mask[0:3, 7] = True
    labels = segment.connected_components(mask)
    assert sorted(np.bincount(labels.ravel())[1:].tolist(), reverse=True) == [12, 6, 1]
    assert labels[5, 3] == 1
    assert labels[1, 1] == 3
    assert not segment.connected_components(np.zeros((3, 3), bool)).any()
    assert segment.connected_components(np.ones((3, 3), bool)).min() == 1


def test_holes_are_filled_but_bays_are_not():
    mask = np.ones((6, 6), bool)
    mask[2:4, 2:4] = False
    assert segment.fill_holes(mask).all()
    mask[0:3, 2] = False
    assert not segment.fill_holes(mask)[1, 2]


def reached(free, start):
    """What can be reached of a mask from one pixel, step by step."""
    seen, ahead = {start}, [start]
    while ahead:
        row, column = ahead.pop()
        for place in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            inside = 0 <= place[0] < free.shape[0] and 0 <= place[1] < free.shape[1]
            if inside and free[place] and place not in seen:
                seen.add(place)
                ahead.append(place)
    return seen


@pytest.mark.parametrize("share", [0.3, 0.55, 0.8])
def test_components_are_what_can_be_reached_the_largest_first(share):
    mask = np.random.default_rng(3).random((17, 23)) < share
    labels = segment.connected_components(mask)
    assert ((labels > 0) == mask).all()
    sizes = np.bincount(labels.ravel())[1:]
    assert (np.diff(sizes) <= 0).all()
    for label in range(1, labels.max() + 1):
        places = {(int(row), int(column)) for row, column in np.argwhere(labels == label)}
        assert places == reached(mask, next(iter(places)))


@pytest.mark.parametrize("reach", [1, 2, 5])
def test_dilation_and_erosion_are_the_extremes_of_squares(reach):
    mask = np.random.default_rng(reach).random((14, 19)) < 0.5
    before = mask.copy()
    for change, pick in ((segment.dilate, np.any), (segment.erode, np.all)):
        changed = change(mask, reach)
        for (row, column), value in np.ndenumerate(changed):
            rows = slice(max(row - reach, 0), row + reach + 1)
            assert value == pick(mask[rows, max(column - reach, 0) : column + reach + 1])
    assert (mask == before).all(), "what is given stays"


@pytest.mark.parametrize("fill", ["auto", "yes", "no"])
def test_an_outline_is_what_the_smallest_reach_makes_one(fill):
    """The largest is tried first, because most drawings are none and then it tells."""
    found = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        mask = segment.dilate(rng.random((40, 40)) < rng.choice([0.01, 0.03, 0.2]), 1)
        inside = [item._inside(mask, reach) for reach in item.REACHES]
        first = next((one for one in inside if item._is_outline(mask, one)), None)
        expected = {"auto": first, "yes": inside[-1] if first is None else first, "no": None}[fill]
        filled = item._filled(mask, Options(fill=fill))
        assert (filled is None) == (expected is None)
        assert filled is None or (filled == expected).all()
        found.add(filled is None)
    assert len(found) == (2 if fill == "auto" else 1)
