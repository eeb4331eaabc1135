"""Which pixels of a picture belong to the item, in NumPy.

Two ways: `from_flat` for drawings, icons and product pictures on an even background, and
`from_colours` for photographs, which learns the colours of background and item in turns, as
GrabCut does (Rother, Kolmogorov, Blake 2004) but with diffusion in place of graph cuts. This
module reads no files and decides nothing about size, brightness or classes.

`scipy.ndimage` has components, holes, dilation and erosion, too; importing it costs the web process
16 MB and the installation 110, for forty lines. Pillow's rank filters give the same as `dilate` and
`erode`, and take 15 to 100 times as long.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Labels = NDArray[np.integer]


Values = TypeVar("Values", bound=np.generic)


def channels(colours: NDArray[Values]) -> NDArray[Values]:
    """(h, w, 3) as (3, h, w): NumPy finds the largest along two long axes 30 times as fast."""
    return np.ascontiguousarray(np.moveaxis(colours, 2, 0))


def border(height: int, width: int) -> Mask:
    """A frame along the edges, a twenty-fifth of the picture wide and at least one pixel."""
    frame = np.ones((height, width), np.bool_)
    edge = max(1, max(height, width) // 25)
    frame[edge:-edge, edge:-edge] = False
    return frame


# Connected components


class _Runs:
    """The horizontal runs of a mask, (h, w): stretches of a row inside it, or outside."""

    def __init__(self, mask: Mask) -> None:
        begins = np.ones(mask.shape, np.bool_)
        np.not_equal(mask[:, 1:], mask[:, :-1], out=begins[:, 1:])
        self._first = np.flatnonzero(begins)
        self._lengths = np.diff(self._first, append=mask.size)

    def spread(self, labels: Labels) -> Labels:
        """Give every pixel of a run the smallest label in it."""
        smallest = np.minimum.reduceat(labels.ravel(), self._first)
        return np.repeat(smallest, self._lengths).reshape(labels.shape)


def connected_components(mask: Mask) -> Labels:
    """Number the connected components of a mask, (h, w): 0 is outside, the largest part is 1."""
    outside = mask.size
    numbers = np.arange(mask.size, dtype=np.int32).reshape(mask.shape)
    labels = np.where(mask, numbers, np.int32(outside))
    rows, columns = _Runs(mask), _Runs(np.ascontiguousarray(mask.T))
    while True:
        before = labels
        labels = columns.spread(np.ascontiguousarray(rows.spread(labels).T))
        labels = np.ascontiguousarray(labels.T)
        if np.array_equal(labels, before):
            break
    counts = np.bincount(labels.ravel(), minlength=outside + 1)
    counts[outside] = 0
    names = np.flatnonzero(counts)
    rank = np.zeros(outside + 1, np.intp)
    rank[names[np.argsort(-counts[names], kind="stable")]] = np.arange(1, len(names) + 1)
    return rank[labels]


def fill_holes(mask: Mask) -> Mask:
    """The mask with everything filled in that cannot be reached from the picture's edge."""
    free = np.pad(~mask, 1, constant_values=True)
    labels = connected_components(free)
    return np.asarray(labels[1:-1, 1:-1] != labels[0, 0])


# Dilation and erosion


def _extreme_within(mask: Mask, pick: np.ufunc, reach: int) -> Mask:
    for _ in range(reach):
        for turned in (mask, mask.T):
            before = turned.copy()
            pick(turned[1:], before[:-1], out=turned[1:])
            pick(turned[:-1], before[1:], out=turned[:-1])
    return mask


def dilate(mask: Mask, reach: int) -> Mask:
    """The mask with everything within `reach` pixels of it (in squares)."""
    return _extreme_within(mask.copy(), np.logical_or, reach)


def erode(mask: Mask, reach: int) -> Mask:
    """The same as `dilate` of the background; the picture's edge does not count as any."""
    return _extreme_within(mask.copy(), np.logical_and, reach)


# Even backgrounds


def corners(height: int, width: int) -> Mask:
    """Four squares in the corners: free even where an item touches the edges."""
    edge = max(1, max(height, width) // 12)
    rows, columns = np.ogrid[:height, :width]
    near_row = (rows < edge) | (rows >= height - edge)
    return near_row & ((columns < edge) | (columns >= width - edge))


# Where a background shows, and the share of it that must be of one colour to count as even.
GROUNDS = ((corners, 0.95), (border, 0.85))


def even_background(colours: Floats) -> Floats | None:
    """The colour, (3,), of an even background of a picture, (h, w, 3); None if it is busy."""
    for place, share in GROUNDS:
        seen = colours[place(*colours.shape[:2])]
        middle = np.asarray(np.median(seen, axis=0))
        if (np.abs(seen - middle).sum(axis=1) < 18).mean() > share:
            return middle
    return None


def distance_from(ground: Floats, colours: Floats) -> Floats:
    """How far each colour, (h, w, 3), is from that of the ground, (3,), as (h, w)."""
    return np.sqrt((colours - ground) ** 2 @ _SUM)


def otsu(values: Floats) -> float:
    """The threshold that splits values best into two groups (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=128)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    total = np.cumsum(counts * middles)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = total / below - (total[-1] - total) / above
    spread = np.nan_to_num(below * above * gap**2)
    return float(edges[1 + int(spread.argmax())])


# Photographs


_SUM = np.ones(3, np.float32)  # a product with it is much quicker than a sum along a short axis


def _k_means(colours: Floats, count: int) -> Labels:
    """Sort colours, (n, 3), into at most `count` groups (k-means from far-apart beginnings)."""
    centres = colours[:1]
    nearest = (colours - centres) ** 2 @ _SUM
    for _ in range(count - 1):
        # not the farthest of all, which may be a single odd pixel
        place = int(0.97 * (len(nearest) - 1))
        centres = np.vstack([centres, colours[np.argpartition(nearest, place)[place]]])
        nearest = np.minimum(nearest, (colours - centres[-1]) ** 2 @ _SUM)
    for _ in range(6):
        # squared distances, (n, count), but for what is the same for all groups
        groups = (centres**2 @ _SUM - 2 * colours @ centres.T).argmin(axis=1)
        members = (groups[:, None] == np.arange(count)).astype(np.float32)
        sizes = (np.ones(len(colours), np.float32) @ members)[:, None]
        centres = np.where(sizes, members.T @ colours / np.maximum(sizes, 1), centres)
    return np.asarray(groups)


def _log_likelihood(colours: Floats, sample: Floats, count: int) -> Floats:
    """Log-likelihood of colours, (n, 3), under a mixture of Gaussians fitted to a sample."""
    sample = sample[:: max(1, len(sample) // 1500)]
    nearest = _k_means(sample, count)
    parts = []
    for k in range(count):
        group = sample[nearest == k]
        if len(group) < 4:
            continue
        middle = group.mean(axis=0)
        away = group - middle
        cover = away.T @ away / (len(group) - 1) + 20 * np.eye(3, dtype=np.float32)
        # turns distances under this Gaussian into plain ones
        white = np.linalg.inv(np.linalg.cholesky(cover)).T.astype(np.float32)
        weight = np.log(len(group) / len(sample)) + np.log(np.diag(white)).sum()
        distance = (colours @ white - middle @ white) ** 2 @ _SUM
        parts.append(np.float32(weight) - np.minimum(distance, 600) / 2)
    if not parts:
        return np.full(len(colours), -30.0, np.float32)
    best = np.maximum.reduce(parts)
    return np.asarray(best + np.log(sum(np.exp(part - best) for part in parts)))


def _diffuse(logit: Floats, colours: Floats, rounds: int) -> Floats:
    """Let neighbours of like colour agree: weighted averages over the four neighbours."""
    height, width = logit.shape
    down, right = np.zeros((2, height + 1, width + 1), np.float32)  # the last are zero
    for axis, weights in ((0, down[:-2, :-1]), (1, right[:-1, :-2])):
        step = (np.diff(colours, axis=axis) ** 2) @ _SUM
        weights[:] = np.exp(-step / (2 * step.mean() + 1e-6))
    down, right = down[:-1, :-1], right[:-1, :-1]
    total = 1 + down + right
    total[1:] += down[:-1]
    total[:, 1:] += right[:, :-1]
    logit, smooth = logit / total, logit
    up, left = down / np.roll(total, -1, 0), right / np.roll(total, -1, 1)
    down, right = down / total, right / total
    for _ in range(rounds):
        mixed = logit.copy()
        mixed[1:] += up[:-1] * smooth[:-1]
        mixed[:-1] += down[:-1] * smooth[1:]
        mixed[:, 1:] += left[:, :-1] * smooth[:, :-1]
        mixed[:, :-1] += right[:, :-1] * smooth[:, 1:]
        smooth = mixed
    return smooth


def _centre_prior(height: int, width: int) -> Floats:
    """How likely the item is to lie here, as log-odds: high in the middle, low at the edges."""
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (1.5 - 4.5 * np.maximum(np.abs(x), np.abs(y)) ** 3).astype(np.float32)


def from_colours(colours: Floats, rounds: int = 4) -> Floats:
    """Log-odds, (h, w), of belonging to the item in the middle, from colours (h, w, 3)."""
    height, width = colours.shape[:2]
    flat = colours.reshape(-1, 3)
    place = _centre_prior(height, width)
    frame = border(height, width)
    flat = np.ascontiguousarray(flat, np.float32)
    background = _log_likelihood(flat, colours[frame], 5).reshape(height, width)
    central = place > 0.5
    inside = central & (background <= np.median(background[central]))
    odds = np.where(inside, 1.0, -1.0)
    for _ in range(rounds):
        inside, outside = odds > 0, (odds < 0) | frame
        if min(inside.sum(), outside.sum()) < 20:
            break
        item = _log_likelihood(flat, colours[inside], 5).reshape(height, width)
        background = _log_likelihood(flat, colours[outside], 5).reshape(height, width)
        odds = _diffuse(np.clip(item - background, -6, 6) + place, colours, 20)
    return odds
