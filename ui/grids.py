"""Numbers in rows and columns that a pointer, arrow keys and a screen reader read cell by cell.

What draws them is assets/js/grid.js. A table of other things than shaded numbers is not for here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui import javascript

Colour = tuple[int, int, int]  # red, green and blue, from 0 to 255


@dataclass(frozen=True, eq=False)
class Grid:
    """Numbers, and what a cell of them is called and looks like."""

    label: str  # what all of it is
    rows: Sequence[str]  # names
    columns: Sequence[str]
    words: str  # what a cell is called, with {row}, {column} and {number}
    numbers: NDArray[np.integer]  # (rows, columns)
    shades: NDArray[np.floating]  # (rows, columns), from 0, the first of `colours`, to 1, the last
    colours: Sequence[Colour]
    zeros: bool = True  # whether a 0 is written


def told(grid: Grid) -> dict[str, Any]:
    """A grid as JSON has it."""
    return {
        "label": grid.label,
        "rows": list(grid.rows),
        "columns": list(grid.columns),
        "words": grid.words,
        "numbers": grid.numbers.tolist(),
        "shades": np.round(grid.shades.astype(np.float64), 3).tolist(),
        "colours": list(grid.colours),
        "zeros": grid.zeros,
        "hint": "Point at a square, touch it, or walk from one to the next with the arrow keys.",
    }


def show(grid: Grid, key: str) -> None:
    """Show a grid under the page-wide `key`."""
    shown = javascript.component(
        "lenet_grid", "grid.js", '<div class="numbers"\n></div>', "grid.css"
    )
    if shown is None:
        st.caption(f"{grid.label}: this cannot be drawn, because a file of the app is missing.")
        return
    shown(key=key, data=javascript.as_bytes(told(grid)))
