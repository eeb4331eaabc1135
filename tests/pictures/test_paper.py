"""Outlines drawn with a pen on paper, and items cut out on transparency."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model.insight.classify import WEIGHTS, classify
from model.pictures import paper
from model.pictures.item import Options, find
from model.pictures.preprocess import prepare, read_picture
from model.training.checkpoint import read
from tests.pictures.sheets import LARGE, SHAPES, sheet

CASES = Path(__file__).parent / "cases"
LIGHTS = ("even", "falls off", "lamp", "shadow")
RULINGS = (None, "ruled", "squared", "dotted")


def agreement(content, truth):
    """Of what was found or is true, the share that is both; and what was said."""
    notes = []
    mask = find(read_picture(content), Options(), notes).mask
    true = np.asarray(Image.fromarray(truth).resize(mask.shape[::-1]))
    return (mask & true).sum() / (mask | true).sum(), " ".join(notes)


@pytest.mark.parametrize("ruling", RULINGS)
@pytest.mark.parametrize("kind", LIGHTS)
def test_a_pen_outline_is_found_in_any_light_on_any_ruling(kind, ruling):
    seed = 5 * LIGHTS.index(kind) + 11 * RULINGS.index(ruling)
    shape = list(SHAPES.values())[seed % len(SHAPES)]
    share, notes = agreement(*sheet(seed, shape, kind, ruling))
    assert share > 0.85
    assert "outline drawing" in notes


@pytest.mark.parametrize("ruling", RULINGS)
def test_the_sides_of_a_drawing_as_long_as_the_sheet_are_no_ruling(ruling):
    share, _ = agreement(*sheet(3, LARGE, "falls off", ruling, width=1000, height=1000))
    assert share > 0.85


def test_a_sheet_lying_across_is_found_too():
    share, _ = agreement(*sheet(4, SHAPES[7], "lamp", "ruled", width=1200, height=900))
    assert share > 0.85


def test_cloth_is_no_paper():
    """Stripes on a shirt are dark lines on a light ground, too."""
    picture = Image.new("RGB", (400, 500), "#e8e4dc")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((80, 80, 320, 420), fill="#d0ccc4")
    for y in range(90, 420, 16):
        pen.rectangle((80, y, 320, y + 6), fill="#303850")
    assert paper.strokes(picture, (224, 179)) is None


def test_a_filled_item_is_no_stroke():
    picture = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(picture).rectangle((120, 90, 280, 330), fill="#404040")
    assert paper.strokes(picture, (224, 224)) is None


def cut_out(colour, size=(300, 300), alpha=255):
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((100, 40, 200, 260), fill=(*colour, alpha))
    return picture


def as_png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 60, 60)])
def test_what_is_not_transparent_is_the_item(colour):
    picture = read_picture(as_png(cut_out(colour)))
    notes = []
    mask = find(picture, Options(), notes).mask
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    scale = mask.shape[0] / 300
    assert np.allclose([rows[0], rows[-1]], [40 * scale, 260 * scale], atol=2)
    assert np.allclose([columns[0], columns[-1]], [100 * scale, 200 * scale], atol=2)
    assert "cut-out" in notes[0]


def test_a_white_cut_out_can_be_seen_on_the_page():
    picture = read_picture(as_png(cut_out((255, 255, 255)))).convert("RGB")
    assert picture.getpixel((150, 150)) == (255, 255, 255)
    assert picture.getpixel((20, 20)) == (128, 128, 128)


def test_an_outline_on_transparency_is_coloured_in():
    picture = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((100, 40, 200, 260), outline=(255, 255, 255, 255), width=5)
    item = find(read_picture(as_png(picture)), Options(), [])
    assert item.lines is not None
    assert item.mask[112, 112]


def test_a_photograph_with_a_transparent_margin_is_a_photograph():
    photo = np.random.default_rng(0).integers(0, 255, (200, 160, 3), np.uint8)
    picture = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    picture.paste(Image.fromarray(photo), (70, 50))
    seen = read_picture(as_png(picture))
    assert seen.mode == "RGB"
    assert seen.size == (160, 200)


def test_a_shadow_that_shines_through_is_no_part_of_the_item():
    picture = cut_out((255, 255, 255))
    ImageDraw.Draw(picture).rectangle((80, 262, 220, 290), fill=(0, 0, 0, 60))
    mask = find(read_picture(as_png(picture)), Options(), []).mask
    assert not mask[int(275 / 300 * mask.shape[0])].any()


@pytest.mark.parametrize("file", sorted(CASES.glob("[pc]*_[0-9]_*")), ids=lambda file: file.stem)
def test_cases_that_failed_once_get_their_class(file):
    found = classify(read(WEIGHTS), prepare(read_picture(file.read_bytes())))
    assert found.argmax() == int(file.stem.split("_")[1])


@pytest.mark.parametrize(
    "name", ["deep_grey_12_in_16.png", "fade_in.gif", "planar_16_bit.tif", "photo.heic"]
)
def test_pictures_of_rare_kinds_show_trousers(name):
    prepared = prepare(read_picture((CASES / name).read_bytes()))
    assert classify(read(WEIGHTS), prepared).argmax() == 1
