"""How well pictures from outside the data set are recognised, and what each stage is worth.

`python -m benchmarks.recognition FOLDER [--weights FILE ...]` scores labelled pictures: files named
KIND_CLASS_anything (CLASS from 0 to 9) or one folder per class (its number or its name). Several
weights are compared; what each stage is worth is measured with the first. Nothing is trained or
tuned here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.command import run
from model.data.datasets import CLASSES
from model.insight.classify import FASHION_WEIGHTS, WEIGHTS
from model.networks import forward
from model.networks.architectures import NETWORKS
from model.pictures.preprocess import DEFAULT, PictureError, prepare, read_picture
from model.training import checkpoint
from model.training.checkpoint import CheckpointError, Trained

Way = Callable[[Image.Image], NDArray[np.uint8]]  # a picture to its views, (n, 28, 28)


@dataclass(frozen=True)
class Labelled:
    """One picture and what it shows."""

    picture: Image.Image
    kind: str  # "photo", "sketch" ...; "picture" where folders name the classes
    label: int  # 0 to 9


def resize(picture: Image.Image) -> NDArray[np.uint8]:
    """What most demos do: 28 x 28 grey pixels, whatever the shape."""
    return np.asarray(picture.convert("L").resize((28, 28)))[None]


def resize_inverted(picture: Image.Image) -> NDArray[np.uint8]:
    """The same, and always the negative."""
    return np.asarray(255 - resize(picture))


def alone(picture: Image.Image) -> NDArray[np.uint8]:
    """Our pipeline without the mean over views."""
    return prepare(picture).image[None]


def without(**options: object) -> Way:
    """Our pipeline with some options changed."""
    return lambda picture: prepare(picture, replace(DEFAULT, **options)).augmented


WAYS: dict[str, Way] = {
    "plain resize": resize,
    "resize, always inverted": resize_inverted,
    "all stages": without(),
    "without views": alone,
    "without cutting out": without(cut=False),
    "without cropping": without(crop=False),
    "without keeping the shape": without(shape=False),
    "without inverting": without(invert="no"),
    "always inverted": without(invert="yes"),
    "without levelling": without(level=False),
    "without filling": without(fill="no"),
    "without taking one of a pair": without(single="no"),
    "without mirroring": without(mirror="no"),
    "with sharpening": without(sharpen=True),
}


def class_of(name: str) -> int | None:
    """The class that a number or a name stands for."""
    names = {label.lower(): number for number, label in enumerate(CLASSES)}
    names |= {str(number): number for number in range(len(CLASSES))}
    return names.get(name.lower().replace("_", " ").replace("t-shirt top", "t-shirt/top"))


def labelled(folder: Path) -> list[Labelled]:
    """All labelled pictures under a folder; what cannot be read is said and left out."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        parts = file.stem.split("_")
        label = class_of(parts[1]) if len(parts) > 1 else None
        kind = parts[0] if label is not None else "picture"
        label = class_of(file.parent.name) if label is None else label
        if label is None:
            continue
        try:
            found.append(Labelled(read_picture(file.read_bytes()), kind, label))
        except PictureError as error:
            print(f"{file.name}: {error}", file=sys.stderr)
    return found


def shown(pictures: list[Labelled], way: Way) -> list[NDArray[np.uint8]]:
    """What the network sees of each picture, (n, 28, 28); an unreadable one gives no views."""
    seen = []
    for one in pictures:
        try:
            seen.append(way(one.picture))
        except PictureError:
            seen.append(np.zeros((0, 28, 28), np.uint8))
    return seen


def answers(trained: Trained, seen: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Mean probabilities over the views of each picture, (n, 10); zeros where there are none."""
    rows = np.zeros((len(seen), len(CLASSES)), np.float32)
    for row, images in zip(rows, seen, strict=True):
        if len(images):
            row[:] = forward.predict(NETWORKS[trained.network], trained.weights, images).mean(0)
    return rows


def score(rows: NDArray[np.float32], labels: NDArray[np.intp]) -> str:
    """Top-1 and top-3 in percent."""
    order = np.argsort(-rows, axis=1)
    known = rows.any(axis=1)
    first = (order[:, 0] == labels) & known
    third = (order[:, :3] == labels[:, None]).any(axis=1) & known
    return f"{100 * first.mean():.0f} / {100 * third.mean():.0f} %"


def cells(rows: NDArray[np.float32], pictures: list[Labelled]) -> list[str]:
    """Scores of answers, (n, 10), for each kind of picture in turn, and for all."""
    labels = np.array([one.label for one in pictures])
    of_kind = np.array([one.kind for one in pictures])
    kinds = [score(rows[of_kind == kind], labels[of_kind == kind]) for kind in sorted(set(of_kind))]
    return [*kinds, score(rows, labels)]


def heading(pictures: list[Labelled], *before: str) -> list[str]:
    """The first two lines of a table with a column per kind."""
    kinds = [one.kind for one in pictures]
    heads = [f"{kind} ({kinds.count(kind)})" for kind in sorted(set(kinds))]
    names = [*before, *heads, f"all ({len(kinds)})"]
    return ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]


def table(trained: Trained, pictures: list[Labelled]) -> str:
    """One row per way, one column per kind, as Markdown."""
    lines = heading(pictures, "top-1 / top-3")
    for name, way in WAYS.items():
        rows = answers(trained, shown(pictures, way))
        lines.append(f"| {name} | " + " | ".join(cells(rows, pictures)) + " |")
    return "\n".join(lines)


def comparison(weights: dict[str, Trained], pictures: list[Labelled]) -> str:
    """Each weights file with and without our pipeline, then top-1 for each class, as Markdown."""
    lines, classes = heading(pictures, "weights", "way"), []
    labels = np.array([one.label for one in pictures])
    for way in ("plain resize", "all stages"):
        seen = shown(pictures, WAYS[way])
        for name, trained in weights.items():
            rows = answers(trained, seen)
            lines.append(f"| {name} | {way} | " + " | ".join(cells(rows, pictures)) + " |")
            right = rows.argmax(axis=1) == labels
            counts = [
                f"{right[labels == k].sum()}/{(labels == k).sum()}" for k in range(len(CLASSES))
            ]
            classes.append(f"| {name} | {way} | " + " | ".join(counts) + " |")
    head = "| right at once | way | " + " | ".join(CLASSES) + " |"
    return "\n".join([*lines, "", head, "|---" * (len(CLASSES) + 2) + "|", *classes])


def confusion(trained: Trained, pictures: list[Labelled]) -> str:
    """How often each class was taken for which, with all stages, as Markdown."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), int)
    rows = answers(trained, shown(pictures, WAYS["all stages"]))
    for one, row in zip(pictures, rows, strict=True):
        counts[one.label, row.argmax()] += 1
    lines = ["| is \\ taken for | " + " | ".join(CLASSES) + " |", "|---" * 11 + "|"]
    for name, row in zip(CLASSES, counts, strict=True):
        lines.append(f"| {name} | " + " | ".join(str(n) if n else "" for n in row) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Score a folder; exit status 2 without weights or labelled pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recognition")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    usual = [WEIGHTS, FASHION_WEIGHTS]
    parser.add_argument("--weights", type=Path, nargs="+", default=usual, metavar="FILE")
    parser.add_argument("--brief", action="store_true", help="compare weights, and no stages")
    options = parser.parse_args(arguments)
    try:
        weights = {file.stem: checkpoint.read(file) for file in options.weights}
    except (OSError, CheckpointError) as error:
        print(f"These weights cannot be used: {error}", file=sys.stderr)
        return 2
    pictures = labelled(options.folder)
    if not pictures:
        print(f"There are no labelled pictures in {options.folder}.", file=sys.stderr)
        return 2
    print(comparison(weights, pictures))
    if not options.brief:
        name, first = next(iter(weights.items()))
        print(f"\n{name}, with stages left out:\n\n{table(first, pictures)}")
        print(f"\n{name}, with all stages:\n\n{confusion(first, pictures)}")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
