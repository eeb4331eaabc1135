"""What the network sees while it trains: its first weights, and its answers to a few pictures.

Pictures and classes are sent once, with the page; after that numbers alone. What draws them is
assets/js/look.js.
"""

from __future__ import annotations

import base64
from typing import Any

from model.data.datasets import CLASSES
from model.networks.architectures import NETWORKS, Network
from model.networks.first_layer import first_layer
from model.networks.layers import Conv
from model.training.glimpse import Batch, Glimpse, watched
from model.training.recipes import Config
from ui import images

HELD_OUT = "The network never learns from these. Its answers, and how sure it is:"
LEARNED = "No pictures are held out in this run: the network learns from these, too."
CLASS_WORDS = [*CLASSES, "no answer"]  # the last one is found under NO_ANSWER, which is -1


def about(config: Config) -> dict[str, Any]:
    """The pictures, and the words around them; DataError where the data set is missing."""
    shown = watched(config)
    return {
        "words": HELD_OUT if shown.held_out else LEARNED,
        "classes": CLASS_WORDS,
        "pictures": [
            {"label": int(label), "source": images.data_uri(image)}
            for label, image in zip(shown.labels, shown.images, strict=True)
        ],
        "filters": _filters(NETWORKS[config.network]),
    }


def _filters(network: Network) -> dict[str, str]:
    """What the first weights are called, and what they do."""
    _, layer = first_layer(network)
    if isinstance(layer, Conv):
        words = "Each slides over the picture and looks for a pattern like its own."
        return {"name": "The first filters", "words": words}
    words = (
        "No filters here: each unit weighs the whole picture. A square is the average "
        "of four weights."
    )
    return {"name": "The first units", "words": words}


def batch(seen: Batch) -> dict[str, Any]:
    """One batch as JSON has it; its pixels are bytes in base64, (n, 28, 28)."""
    return {
        "step": seen.step,
        "size": seen.size,
        "pixels": base64.b64encode(seen.images.tobytes()).decode(),
        "labels": seen.labels.tolist(),
        "answers": seen.answers.tolist(),
        "losses": [round(float(loss), 3) for loss in seen.losses],
    }


def news(seen: Glimpse) -> dict[str, Any]:
    """A glimpse as JSON has it; weights are signed bytes in base64, 127 for `largest`."""
    count, height, width = seen.kernels.shape
    return {
        "answers": seen.answers.tolist(),
        "sure": seen.sure.tolist(),
        "shape": [count, height, width],
        "weights": base64.b64encode(seen.kernels.tobytes()).decode(),
        "largest": float(f"{seen.largest:.3g}"),
    }
