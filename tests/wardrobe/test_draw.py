"""The drawn wardrobe: Fashion-MNIST's format, variety, and the styles of single drawings."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from model import PROJECT
from model.pictures.segment import connected_components
from model.wardrobe.draw import LINES, STYLES, TEXTURES, Look, draw, drawn_wardrobe
from model.wardrobe.garments import GARMENTS
from model.wardrobe.garments.solid import joined, seen, skin

DIGEST = """
import hashlib
from model.wardrobe.draw import drawn_wardrobe
print(hashlib.sha256(b"".join(a.tobytes() for a in drawn_wardrobe(60, 20))).hexdigest())
"""
SHOES = (5, 7, 9)


@pytest.fixture(scope="module")
def wardrobe():
    return drawn_wardrobe(600, 200)


def box(lit):
    """Top, bottom, left and right of what is lit, both ends included."""
    rows, columns = np.flatnonzero(lit.any(1)), np.flatnonzero(lit.any(0))
    return rows[0], rows[-1], columns[0], columns[-1]


def lit(picture, ground):
    """Where an RGB picture differs visibly from its ground."""
    return np.abs(np.asarray(picture, dtype=int) - ground).max(2) > 25


def test_sizes_without_arguments():
    assert drawn_wardrobe.__defaults__ == (6000, 1000)


def test_same_bytes_twice_and_in_another_process():
    here = [
        hashlib.sha256(b"".join(part.tobytes() for part in drawn_wardrobe(60, 20))).hexdigest()
        for _ in range(2)
    ]
    there = subprocess.run(
        [sys.executable, "-c", DIGEST],
        cwd=PROJECT,
        env={**os.environ, "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert here == [there, there]


def test_format(wardrobe):
    for images, labels, n in ((*wardrobe[:2], 600), (*wardrobe[2:], 200)):
        assert images.shape == (n, 28, 28)
        assert images.dtype == labels.dtype == np.uint8
        assert np.bincount(labels).tolist() == [n // 10] * 10
        assert len(set(labels[:20].tolist())) > 5  # shuffled


def test_no_picture_twice(wardrobe):
    pictures = [image.tobytes() for image in (*wardrobe[0], *wardrobe[2])]
    assert len(set(pictures)) == len(pictures)


def test_training_and_test_pictures_differ_at_equal_sizes():
    train, _, test, _ = drawn_wardrobe(20, 20)
    assert not {image.tobytes() for image in train} & {image.tobytes() for image in test}


def test_corners_are_dark_and_the_box_fills_the_frame(wardrobe):
    images = wardrobe[0]
    assert (images[:, [0, 0, -1, -1], [0, -1, 0, -1]] <= 20).mean() > 0.94
    boxes = np.array([box(image > 0) for image in images])
    longest = np.maximum(boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]) + 1
    assert 0.85 < (longest == 28).mean() < 1  # a few are smaller and shifted
    middles = np.stack((boxes[:, 0] + boxes[:, 1], boxes[:, 2] + boxes[:, 3])) / 2
    assert np.abs(middles - 13.5).max() <= 2.5
    assert (np.abs(middles - 13.5) <= 0.5).mean() > 0.9


@pytest.mark.parametrize("label", range(10))
def test_filled_and_mid_grey(wardrobe, label):
    images = wardrobe[0][wardrobe[1] == label]
    spans = (
        np.maximum.accumulate(images > 0, 2)
        & np.maximum.accumulate(images[:, :, ::-1] > 0, 2)[:, :, ::-1]
    )  # from the first to the last lit pixel of each row
    filled = (images > 20).sum() / spans.sum()
    assert filled > (0.6 if label == 5 else 0.8)
    assert 110 < np.median(images[images > 20]) < 190
    shades = [image[image > 20].mean() for image in images]
    assert np.std(shades) > 15


def test_proportions_are_those_of_the_data(wardrobe):
    boxes = np.array([box(image > 20) for image in wardrobe[0]])
    sizes = np.stack((boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]), 1) + 1
    tall, wide = np.array([sizes[wardrobe[1] == label].mean(0) for label in range(10)]).T
    assert wide[1] < wide[3] + 1.5 < 17  # trousers and dresses are narrow
    assert tall[7] < min(17, tall[9])  # sneakers are low, boots higher
    assert np.all(tall[[0, 1, 2, 3, 4, 6]] > 26)
    assert np.all(wide[[5, 7, 9]] > 27)


@pytest.mark.parametrize("label", SHOES)
def test_shoes_point_left(wardrobe, label):
    images = wardrobe[0][wardrobe[1] == label].astype(float)
    rows = np.arange(28)[:, None]

    def height(half):
        return -(half * rows).sum() / half.sum()

    assert height(images[:, :, 14:].sum(0)) > height(images[:, :, :14].sum(0)) + 1


def test_classes_can_be_told_apart_but_not_trivially(wardrobe):
    train, labels, test, truth = wardrobe
    flat = train.reshape(len(train), -1).astype(float)
    centres = np.stack([flat[labels == label].mean(0) for label in range(10)])
    distance = ((test.reshape(len(test), 1, -1) - centres) ** 2).sum(2)
    right = distance.argmin(1) == truth
    assert 0.5 < right.mean() < 0.95
    assert all(right[truth == label].mean() > 0.15 for label in range(10))


def test_names_in_tables_exist():
    assert list(GARMENTS) == list(range(10))
    assert {name for garment in GARMENTS.values() for name in garment.textures} == set(TEXTURES)
    assert {style.colour for style in STYLES.values()} == set(LINES)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("label", GARMENTS)
def test_every_class_draws_in_every_style(label, style):
    seen = set()
    for seed in range(4):
        picture = draw(label, np.random.default_rng(seed), 64, style)
        assert (picture.size, picture.mode) == ((64, 64), "RGB")
        assert lit(picture, 255).mean() > 0.02
        seen.add(picture.tobytes())
    assert len(seen) == 4
    again = draw(label, np.random.default_rng(3), 64, style)
    assert again.tobytes() in seen


@pytest.mark.parametrize("texture", [name for name in TEXTURES if name != "plain"])
def test_every_texture_shows_on_cloth_and_on_the_ground(texture):
    plain, cloth, ground = (
        np.asarray(draw(0, np.random.default_rng(5), 64, "shaded", look), dtype=int)
        for look in (
            Look(texture="plain", ground=180),
            Look(texture=texture, ground=180),
            Look(texture="plain", ground=180, backdrop=texture),
        )
    )
    body = (slice(20, 50), slice(25, 40))
    assert np.abs(cloth - plain)[body].mean() > 3
    assert np.array_equal(cloth[0], plain[0])
    assert ground[:, 0].std() + ground[0].std() > plain[:, 0].std() + plain[0].std() + 2


def test_outlines_are_thin_and_follow_the_stroke():
    def share(style, **look):
        pictures = [
            lit(draw(label, np.random.default_rng(1), 112, style, Look(**look)), 255).mean()
            for label in (0, 2, 3, 8)
        ]
        return np.mean(pictures)

    assert share("outline") < 0.4 * share("filled")
    assert share("outline", stroke=2.5) > 1.5 * share("outline")


@pytest.mark.parametrize("angle", [0, 30, -90])
@pytest.mark.parametrize("label", [1, 5, 8])
def test_pose(label, angle):
    look = Look(scale=0.5, angle=angle, offset=(0.2, -0.1))
    top, bottom, left, right = box(
        lit(draw(label, np.random.default_rng(2), 200, "filled", look), 255)
    )
    assert max(bottom - top, right - left) == pytest.approx(100, abs=6)
    assert (left + right) / 2 == pytest.approx(140, abs=3)
    assert (top + bottom) / 2 == pytest.approx(80, abs=3)


def test_angle_turns_clockwise():
    look = Look(angle=90)
    upright, turned = (
        lit(draw(7, np.random.default_rng(4), 100, "filled", each), 255) for each in (Look(), look)
    )
    assert (np.rot90(upright, -1) != turned).mean() < 0.03


@pytest.mark.parametrize("label", SHOES)
def test_mirror_is_the_other_shoe(label):
    left, right = (
        lit(draw(label, np.random.default_rng(6), 100, "filled", Look(mirror=mirror)), 255)
        for mirror in (False, True)
    )
    assert (left[:, ::-1] != right).mean() < 0.03
    assert (left != right).mean() > 0.05


def test_colours_and_polarity():
    look = Look(cloth=(200, 30, 40), ground=(0, 0, 20), ink=(240, 240, 240))
    dark = np.asarray(draw(0, np.random.default_rng(7), 64, "filled", look))
    assert dark[0, 0].tolist() == [0, 0, 20]
    assert dark[40, 32].tolist() == [200, 30, 40]
    line = np.asarray(draw(0, np.random.default_rng(7), 64, "outline", look))
    assert line.max() > 200
    assert line[0, 0].tolist() == [0, 0, 20]


def test_shadow_darkens_the_ground_only():
    plain, shadowed = (
        np.asarray(draw(8, np.random.default_rng(8), 96, "filled", Look(shadow=shade)), dtype=int)
        for shade in (0.0, 0.8)
    )
    ground = plain.min(2) == 255
    assert (shadowed[ground] < 200).any()
    assert np.abs(plain - shadowed)[~ground].max() <= np.abs(plain - shadowed)[ground].max()
    assert np.array_equal(plain[48, 48], shadowed[48, 48])


@pytest.mark.parametrize(
    ("label", "style", "look"),
    [(10, "filled", Look()), (0, "oil", Look()), (0, "shaded", Look(texture="fur"))],
)
def test_unknown_names_are_loud(label, style, look):
    with pytest.raises(KeyError):
        draw(label, np.random.default_rng(0), 32, style, look)


@pytest.mark.parametrize("label", GARMENTS)
def test_everyday_clothes_differ_from_those_of_shops(label):
    styles = ("filled",) if label in SHOES else ("filled", "outline")
    for style in styles:
        shop, home = (
            draw(label, np.random.default_rng(9), 64, style, Look(everyday=everyday))
            for everyday in (False, True)
        )
        assert shop.tobytes() != home.tobytes()
        assert 0.03 < lit(home, 255).mean() < 0.95


@pytest.mark.parametrize("label", SHOES)
def test_shoes_come_from_all_sides_and_in_pairs(label):
    shapes, parts = set(), []
    for seed in range(30):
        picture = draw(label, np.random.default_rng(seed), 64, "filled", Look(everyday=True))
        shoe = lit(picture, 255)
        top, bottom, left, right = box(shoe)
        shapes.add(bool(bottom - top > 1.2 * (right - left)))
        parts.append(int(connected_components(shoe).max()))
    assert shapes == {True, False}  # upright as well as lying
    assert min(parts) == 1
    assert max(parts) >= 2


def test_stretch_shear_and_warp_move_points():
    usual = lit(draw(2, np.random.default_rng(1), 96, "filled"), 255)
    for change in ({"stretch": 1.5}, {"shear": 0.3}, {"warp": 6.0}):
        changed = lit(draw(2, np.random.default_rng(1), 96, "filled", Look(**change)), 255)
        assert (usual != changed).mean() > 0.02
    top, bottom, left, right = box(usual)
    wide = lit(draw(2, np.random.default_rng(1), 96, "filled", Look(stretch=1.5)), 255)
    top2, bottom2, left2, right2 = box(wide)
    ratio = ((right2 - left2) / (bottom2 - top2)) / ((right - left) / (bottom - top))
    assert ratio == pytest.approx(1.5, rel=0.06)


def test_relief_is_the_strength_of_the_grounds_texture():
    grounds = [
        np.asarray(
            draw(0, np.random.default_rng(5), 64, "filled", Look(backdrop="stripes", relief=relief))
        )[:, 0].std()
        for relief in (0.0, 0.3, 1.0)
    ]
    assert grounds[0] == 0
    assert grounds[0] < grounds[1] < grounds[2]


def test_what_is_farther_is_drawn_first():
    line = np.linspace(0, 1, 3)
    sheet = np.stack((*np.meshgrid(line, line, indexing="ij"), np.zeros((3, 3))), 2)
    low, high = skin(sheet, -0.5), skin(sheet + np.array([0, 0, 1]), 0.5)
    tones = [part.tone for part in seen(joined([high, low]), np.pi / 2)]
    assert max(tones[:4]) < min(tones[4:])  # from above, the higher sheet hides the lower
