"""Whether the app tells clothes from what is none: `python -m benchmarks.unknown [FOLDER]`.

Pictures of the Fashion-MNIST test set against digits, scribbles, faces, noise and textures, which
the program draws. AUROC is the chance that a picture of clothes gets a higher score than one of
something else: 1 is perfect, 0.5 is guessing. A folder of labelled pictures, as `recognition` takes
it, is measured in the same way: pictures of clothes from outside the data set.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.recognition import labelled
from benchmarks.strangers import strangers
from model.command import run
from model.data import datasets
from model.insight.classify import WEIGHTS
from model.insight.neighbours import fit_neighbours, similarities
from model.insight.out_of_distribution import Reference, distances, fit_reference
from model.networks.architectures import NETWORKS
from model.networks.forward import forward
from model.pictures.preprocess import prepare
from model.training import checkpoint
from model.training.checkpoint import CheckpointError, Trained

CLOTHES, OTHERS = 2000, 300  # pictures of clothes, and of each kind that is none

Scores = NDArray[np.floating]


def auroc(known: Scores, strange: Scores) -> float:
    """The chance that one of `known`, (n,), is larger than one of `strange`, (m,)."""
    below = np.searchsorted(np.sort(strange), known, "left")
    not_above = np.searchsorted(np.sort(strange), known, "right")
    return float((below + not_above).mean() / 2 / len(strange))


def energy(trained: Trained, images: NDArray[np.uint8]) -> Scores:
    """The logarithm of the summed exponentials of the logits (Liu and others, 2020), (n,)."""
    logits = forward(NETWORKS[trained.network], trained.weights, images)["logits"]
    return np.asarray(np.log(np.exp(logits).sum(axis=1)))


def softmax(trained: Trained, images: NDArray[np.uint8]) -> Scores:
    """The highest probability, (n,)."""
    last = list(forward(NETWORKS[trained.network], trained.weights, images).values())[-1]
    return np.asarray(last.max(axis=1))


def table(trained: Trained, reference: Reference, clothes: dict[str, NDArray[np.uint8]]) -> str:
    """AUROC of four scores of each kind of clothes against each kind of others, as Markdown, and
    how often the app warns."""
    kinds = strangers(OTHERS)
    known_pictures = fit_neighbours(trained, datasets.load("fashion-mnist"))
    scores = {
        "distance from usual activity (the app's)": lambda x: -distances(trained, reference, x),
        "similarity to training pictures": lambda x: similarities(trained, known_pictures, x),
        "energy": lambda x: energy(trained, x),
        "highest probability": lambda x: softmax(trained, x),
    }
    lines = ["| AUROC | of | " + " | ".join(kinds) + " | mean |", "|---" * (len(kinds) + 3) + "|"]
    for name, score in scores.items():
        strange = [score(images) for images in kinds.values()]
        for origin, images in clothes.items():
            known = score(images)
            values = [auroc(known, one) for one in strange]
            cells = [f"{value:.3f}" for value in [*values, float(np.mean(values))]]
            lines.append(f"| {name} | {origin} | " + " | ".join(cells) + " |")
    warned = [alarms(trained, reference, images) for images in kinds.values()]
    cells = [f"{share:.0f} %" for share in [*warned, float(np.mean(warned))]]
    lines.append("| share that the app warns of | | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def alarms(trained: Trained, reference: Reference, images: NDArray[np.uint8]) -> float:
    """How many of `images`, (n, 28, 28), the app calls strange, in percent."""
    return float(100 * (distances(trained, reference, images) > reference.most).mean())


def main() -> int:
    """Print the table; exit status 2 without weights or Fashion-MNIST."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unknown")
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="FILE")
    options = parser.parse_args()
    try:
        trained = checkpoint.read(options.weights)
        dataset = datasets.load("fashion-mnist")
    except (OSError, CheckpointError, datasets.DataError) as error:
        print(f"Nothing can be measured: {error}", file=sys.stderr)
        return 2
    reference = fit_reference(trained, dataset)
    clothes = {"test set": dataset.test_images[:CLOTHES]}
    if options.folder:
        pictures = [prepare(one.picture).image for one in labelled(options.folder)]
        clothes[options.folder.name] = np.stack(pictures)
    print(table(trained, reference, clothes) + "\n")
    for origin, images in clothes.items():
        share = alarms(trained, reference, images)
        print(f"Pictures of clothes that the app warns of, {origin}: {share:.1f} %.")
    print(
        f"Temperature: {reference.temperature:.2f}. Largest usual distance: {reference.most:.2f}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
