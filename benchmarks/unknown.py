"""Whether the app tells clothes from what is none: `python -m benchmarks.unknown`.

Pictures of the Fashion-MNIST test set against digits, scribbles, faces, noise and textures, which
the program draws. AUROC is the chance that a picture of clothes gets a higher score than one of
something else: 1 is perfect, 0.5 is guessing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.strangers import strangers
from model import checkpoint, data
from model.checkpoint import CheckpointError, Trained
from model.familiar import Memory, remember, similarities
from model.forward import forward
from model.networks import NETWORKS
from model.predict import WEIGHTS

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


def table(memory: Memory, clothes: NDArray[np.uint8]) -> str:
    """AUROC of three scores against each kind, as Markdown, and how often the app warns."""
    trained, kinds = memory.trained, strangers(OTHERS)
    scores = {
        "similarity to training pictures (the app's)": lambda x: similarities(memory, x),
        "energy": lambda x: energy(trained, x),
        "highest probability": lambda x: softmax(trained, x),
    }
    lines = ["| AUROC | " + " | ".join(kinds) + " | mean |", "|---" * (len(kinds) + 2) + "|"]
    for name, score in scores.items():
        known = score(clothes)
        values = [auroc(known, score(images)) for images in kinds.values()]
        cells = [f"{value:.3f}" for value in [*values, float(np.mean(values))]]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    warned = [100 * (similarities(memory, x) < memory.least).mean() for x in kinds.values()]
    lines.append(
        "| share that the app warns of | "
        + " | ".join(f"{x:.0f} %" for x in warned)
        + f" | {np.mean(warned):.0f} % |"
    )
    return "\n".join(lines)


def main() -> int:
    """Print the table; exit status 2 without weights or Fashion-MNIST."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unknown")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="FILE")
    options = parser.parse_args()
    try:
        trained = checkpoint.load(options.weights.read_bytes())
        dataset = data.load("fashion-mnist")
    except (OSError, CheckpointError, data.DataError) as error:
        print(f"Nothing can be measured: {error}", file=sys.stderr)
        return 2
    memory = remember(trained, dataset)
    clothes = dataset.test_images[:CLOTHES]
    print(table(memory, clothes))
    alarms = 100 * (similarities(memory, clothes) < memory.least).mean()
    print(f"\nTest pictures of clothes that the app warns of: {alarms:.1f} %.")
    print(f"Temperature: {memory.temperature:.2f}. Lowest usual similarity: {memory.least:.3f}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
