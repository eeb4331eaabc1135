"""Says what is on pictures: the pipeline, the network and the mean over a few views, in one call.

Nothing is trained here, and TensorFlow is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import PROJECT
from model.data.datasets import CLASSES
from model.networks import forward
from model.networks.architectures import NETWORKS
from model.pictures.preprocess import PictureError, Prepared, prepare, read_picture
from model.pictures.reading import MAX_BYTES
from model.training.checkpoint import Trained

# Trained on Fashion-MNIST and on drawings, for pictures from outside; and on Fashion-MNIST alone.
WEIGHTS = PROJECT / "assets" / "lenet-sketch.safetensors"
FASHION_WEIGHTS = PROJECT / "assets" / "lenet.safetensors"


def classify(trained: Trained, prepared: Prepared) -> NDArray[np.float32]:
    """Probabilities, (10,), of one prepared picture: the mean over its views."""
    return np.asarray(classify_views(trained, [prepared.augmented])[0])


def classify_views(trained: Trained, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Probabilities, (n, 10): for each of n pictures the mean over its views, (views, 28, 28)."""
    answers = forward.predict(NETWORKS[trained.network], trained.weights, np.concatenate(pictures))
    ends = np.cumsum([len(views) for views in pictures])[:-1]
    return np.stack([part.mean(axis=0) for part in np.split(answers, ends)])


def describe(trained: Trained, file: Path) -> dict[str, Any]:
    """One line of the command's output; what is wrong with a file stands under "error"."""
    try:
        with file.open("rb") as source:
            content = source.read(MAX_BYTES + 1)  # of what is too large, no more
        probabilities = classify(trained, prepare(read_picture(content)))
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
