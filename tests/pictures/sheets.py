"""Photographs of pen drawings on paper, in any light and on any ruling, made here with truth."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Corners of outlines in a square, by class.
SHAPES = {
    0: "39 24 61 24 82 34 75 45 66 40 66 74 34 74 34 40 25 45 18 34",
    1: "36 21 64 21 69 75 55 75 50 38 45 75 31 75",
    2: "40 24 60 24 72 30 82 68 74 70 66 45 66 74 34 74 34 45 26 70 18 68 28 30",
    3: "42 18 46 18 50 24 54 18 58 18 60 34 58 42 68 80 32 80 42 42 40 34",
    7: "15 58 20 50 36 46 55 36 80 36 84 44 86 62 15 62",
    8: "20 45 35 45 38 30 62 30 65 45 80 45 82 72 18 72",
    9: "52 20 77 20 79 74 18 74 18 63 34 56 50 48",
}
LARGE = "25 3 75 3 75 97 55 97 50 40 45 97 25 97"  # trousers with upright sides as long as a sheet
PENS = ((30, 40, 110), (25, 25, 30), (120, 120, 125), (170, 40, 40), (30, 110, 60))
WHITE, BLUE, RED = (245, 242, 232), (178, 200, 222), (230, 150, 150)
FINE = 2  # drawn so many times as large


def points(shape, width, height):
    """(n, 2): the corners in the middle of a picture of this size."""
    corners = np.array(shape.split(), float).reshape(-1, 2) / 100 - 0.5
    return corners * min(width, height) + (width / 2, height / 2)


def by_hand(corners, rng, amount):
    """The same lines, bent by up to `amount` pixels."""
    steps = np.linspace(0, 1, 12, endpoint=False)[:, None]
    bent = [
        a + (b - a) * steps + np.sin(np.pi * steps) * rng.normal(0, amount, 2)
        for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)
    ]
    return np.concatenate(bent)


def rule(picture, ruling):
    """Print lines on the paper: "ruled" with a margin, "squared" or "dotted"."""
    pen = ImageDraw.Draw(picture)
    width, height = picture.size
    step = width // 30
    for y in range(step, height, step) if ruling else ():
        if ruling == "dotted":
            for x in range(step, width, step):
                pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=BLUE)
        else:
            pen.line((0, y, width, y), fill=BLUE, width=3)
    if ruling == "squared":
        for x in range(step, width, step):
            pen.line((x, 0, x, height), fill=BLUE, width=3)
    if ruling == "ruled":
        pen.line((width // 8, 0, width // 8, height), fill=RED, width=4)


def light(kind, fall, width, height, rng):
    """(h, w): how much light reaches the paper, 1 at most."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    way = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
    if kind == "falls off":
        return 1 - fall * (way - way.min()) / np.ptp(way)
    if kind == "lamp":
        far = np.hypot(x - rng.uniform(), y - rng.uniform())
        return 1 - fall * (far / far.max()) ** 1.5
    if kind == "shadow":
        return 1 - fall / (1 + np.exp((0.15 - way) / 0.06))
    return np.ones((height, width))


def sheet(seed, shape, kind="falls off", ruling=None, fall=0.3, width=900, height=1200):
    """A JPEG, and what the outline encloses, (h, w)."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (FINE * width, FINE * height), WHITE)
    rule(picture, ruling)
    picture = picture.rotate(rng.uniform(-4, 4), Image.Resampling.BILINEAR, fillcolor=WHITE)
    line = by_hand(points(shape, width, height), rng, 4)
    closed = [tuple(point) for point in FINE * np.concatenate([line, line[:2]])]
    ink, thick = PENS[seed % len(PENS)], FINE * int(rng.integers(4, 10))
    ImageDraw.Draw(picture).line(closed, ink, thick, joint="curve")
    small = np.asarray(picture.resize((width, height), Image.Resampling.BOX), float)
    lit = small * light(kind, fall, width, height, rng)[..., None] * rng.uniform(0.92, 1, 3)
    noisy = np.clip(lit + rng.normal(0, 3, lit.shape), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).filter(ImageFilter.GaussianBlur(0.8)).save(file, "JPEG", quality=80)
    inside = Image.new("1", (width, height))
    ImageDraw.Draw(inside).polygon([tuple(point) for point in line], fill=1)
    return file.getvalue(), np.asarray(inside)
