"""Any picture to 28 x 28: what is done with one once its file is read."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model.pictures import item, segment
from model.pictures.preprocess import DEFAULT, Options, PictureError, prepare
from model.pictures.tta import augmented


def shirt(size=(200, 260), ground="white", cloth="#3050a0"):
    """A filled shirt in the middle of a plain ground."""
    picture = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((70, 60, 130, 200), fill=cloth)
    pen.rectangle((40, 60, 160, 100), fill=cloth)
    return picture


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
    assert any("background has many colours" in note for note in prepared.notes)
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
