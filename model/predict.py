"""Says what is on pictures: the pipeline, the network and the mean over a few views, in one call.

`python -m model.predict [--weights FILE] PICTURE ...` prints one line of JSON per picture. Nothing
is trained here, and TensorFlow is not needed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import checkpoint, forward
from model.checkpoint import CheckpointError, Trained
from model.data import CLASSES, PROJECT
from model.networks import NETWORKS
from model.preprocess import PictureError, Prepared, prepare, read_picture

# Trained on Fashion-MNIST and on drawings, for pictures from outside; and on Fashion-MNIST alone.
WEIGHTS = PROJECT / "assets" / "lenet-sketch.safetensors"
FASHION_WEIGHTS = PROJECT / "assets" / "lenet.safetensors"


def classify(trained: Trained, prepared: Prepared) -> NDArray[np.float32]:
    """Probabilities, (10,), of one prepared picture: the mean over its views."""
    answers = forward.predict(NETWORKS[trained.network], trained.weights, prepared.views)
    return np.asarray(answers.mean(axis=0))


def describe(trained: Trained, file: Path) -> dict[str, Any]:
    """One line of the command's output; what is wrong with a file stands under "error"."""
    try:
        probabilities = classify(trained, prepare(read_picture(file.read_bytes())))
    except PictureError as error:
        return {"file": str(file), "error": str(error)}
    except OSError as error:
        return {"file": str(file), "error": f"This file cannot be read: {error.strerror}."}
    index = int(probabilities.argmax())
    return {
        "file": str(file),
        "index": index,
        "label": CLASSES[index],
        "probabilities": [round(float(value), 6) for value in probabilities],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 if every picture was read, 1 if one was not, 2 without usable weights."""
    parser = argparse.ArgumentParser(
        prog="python -m model.predict",
        description="Print what is on each picture, as one line of JSON.",
        epilog="Exit status: 0 if every picture was read, 1 if one was not, 2 without weights.",
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="FILE")
    parser.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    options = parser.parse_args(arguments)
    try:
        trained = checkpoint.read(options.weights)
    except (OSError, CheckpointError) as error:
        reason = getattr(error, "strerror", None) or error
        print(f"The weights {options.weights} cannot be used: {reason}", file=sys.stderr)
        return 2
    failed = False
    for file in options.pictures:
        line = describe(trained, file)
        failed = failed or "error" in line
        print(json.dumps(line), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
