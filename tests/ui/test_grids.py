"""Numbers that are walked cell by cell, as the browser is told of them."""

import json

import numpy as np
import pytest

from model.data.datasets import CLASSES
from ui import grids
from ui.dataset.pixels import pixels
from ui.train.curves import confusion

COUNTS = np.diag([0, *range(1, 10)])  # of the first class there is no picture


@pytest.mark.parametrize(
    "grid", [pixels(np.arange(784, dtype=np.uint8).reshape(28, 28)), confusion(COUNTS, CLASSES)]
)
def test_every_number_has_a_name_and_a_shade(grid):
    told = grids.told(grid)
    assert json.loads(json.dumps(told, allow_nan=False)) == json.loads(json.dumps(told))
    assert told["numbers"] == grid.numbers.tolist()
    assert np.shape(told["numbers"]) == (len(told["rows"]), len(told["columns"]))
    assert np.shape(told["shades"]) == np.shape(told["numbers"])
    assert np.min(told["shades"]) == 0
    assert np.max(told["shades"]) == 1
    for name in ("row", "column", "number"):
        assert f"{{{name}}}" in told["words"]


def test_a_count_is_shaded_by_its_share_of_the_true_class():
    counts = COUNTS.copy()
    counts[3] = [30, 0, 0, 10, 0, 0, 0, 0, 0, 0]
    shades = confusion(counts, CLASSES).shades
    assert shades[3].tolist() == [0.75, 0, 0, 0.25, 0, 0, 0, 0, 0, 0]
    assert not shades[0].any()
