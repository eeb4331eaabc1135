"""A picture as the numbers that the computer sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ui.grids import Grid


def pixels(image: NDArray[np.integer]) -> Grid:
    """A picture, (28, 28) from 0 to 255, number by number."""
    names = [str(number) for number in range(len(image))]
    return Grid(
        label=f"The picture as {len(names)} rows of {len(names)} numbers from 0 to 255",
        rows=names,
        columns=names,
        words="row {row}, column {column}: {number}",
        numbers=image,
        shades=image / 255,
        colours=[(0, 0, 0), (255, 255, 255)],
    )
