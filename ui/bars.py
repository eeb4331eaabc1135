"""The ten probabilities as bars, in plain HTML.

A table with bars in it needs no program in the browser: it is there with the page's text, follows
each stroke of a drawing at once, and reads well aloud. Plotly takes 0.1 s longer for each answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.data.datasets import CLASSES
from ui.text import percent


def probabilities(values: NDArray[np.floating], by_size: bool = False) -> str:
    """`values`, (10,) from 0 to 1, as HTML: in class order, or the largest first."""
    winner = int(values.argmax())
    order = np.argsort(-values, kind="stable") if by_size else np.arange(len(values))
    rows = "".join(_row(int(label), float(values[label]), label == winner) for label in order)
    return _table("bars", rows)


def blank() -> str:
    """The same before there is anything to show: as high, and nothing to be read aloud."""
    rows = "".join(f'<tr><th scope="row">{name}</th><td></td><td></td></tr>' for name in CLASSES)
    return f'<div aria-hidden="true">{_table("no-bars", rows)}</div>'


def _table(kind: str, rows: str) -> str:
    return (
        f'<table class="{kind}"><thead><tr><th scope="col">Class</th>'
        '<th scope="col" colspan="2">Probability</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def number(value: float) -> str:
    """A probability, 0 to 1, in percent, as it is written wherever it stands."""
    return f"{100 * value:.1f}"


def _row(label: int, value: float, winner: bool) -> str:
    return (
        f'<tr{" class=winner" if winner else ""}><th scope="row">{CLASSES[label]}</th>'
        f'<td><div class="bar" style="width:{number(value)}%"></div></td>'
        f"<td>{percent(value)}</td></tr>"
    )
