"""What the page Network costs the web process: all maps of a picture, one place, one step."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import numpy as np

from benchmarks.pictures import milliseconds
from benchmarks.results import Row
from benchmarks.sizes import Sizes
from model.data import datasets
from model.insight.anatomy import anatomy
from model.insight.learning import learn
from model.networks.architectures import NETWORKS, initial_weights
from model.networks.forward import walk
from model.training.checkpoint import Trained
from model.training.recipes import Config
from ui import javascript
from ui.network import overview, sums
from ui.network.desk import Desk, Picture

NAMES = ("maps", "sums", "learning")
NETWORK = "lenet-modern"  # the one with the most numbers


def _desk() -> Desk:
    image = datasets.load().test_images[0]
    network, weights = NETWORKS[NETWORK], initial_weights(NETWORKS[NETWORK], 0)
    steps = tuple(walk(network, weights, image[None]))
    trained = Trained(weights, Config(network=NETWORK), "custom", 0.0)
    return Desk(Picture(image, "test picture 0", 9), trained, network, steps)


def _maps() -> bytes:
    """Every layer's numbers of a new picture, as a browser gets them."""
    desk = _desk()
    return javascript.as_bytes(overview.layers(desk, anatomy(desk.network)))


def measure(_sizes: Sizes) -> list[Row]:
    """The three rows."""
    desk = _desk()
    step = next(one for one in reversed(desk.steps) if one.name.startswith("conv"))
    weights, image = desk.trained.weights, np.ascontiguousarray(desk.picture.image)
    return [
        _row("maps", "Network: all maps of a new picture", 150, _maps),
        _row(
            "sums",
            "Network: another filter's arithmetic",
            150,
            lambda: javascript.as_bytes(sums.numbers(desk, step, 5)),
        ),
        _row(
            "learning",
            "Network: one step of learning",
            1500,
            lambda: learn(desk.network, weights, image, 3, 0.01),
        ),
    ]


def _row(name: str, what: str, aim: float, act: Callable[[], object]) -> Row:
    found = milliseconds(act)
    told = f"In the web process, for {NETWORKS[NETWORK].label}; the browser's part is not in it."
    return Row(
        name, what, statistics.median(found), "ms", aim, told, detail={"milliseconds": found}
    )
