"""Solid shapes as faces: skins, walls and bands in space, and how they look from somewhere.

The floor is z = 0 and z points up. `seen` turns faces into parts that can be drawn, far ones first.
Nothing here knows what a shoe is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.wardrobe.garments.shapes import Part, Parts

Space = NDArray[np.float64]  # (..., 3): x, y, z
LIGHT = np.array([-0.4, -0.3, 0.87])  # where light comes from, as the viewer sees it
SHADE = 0.45  # how much darker a face is that turns away from the light


@dataclass(frozen=True)
class Solid:
    """Faces with four corners each."""

    corners: Space  # (n, 4, 3)
    tones: NDArray[np.float64]  # (n,), -1 to 1, as in Part

    def mirrored(self) -> Solid:
        """The solid on the other side of the plane y = 0."""
        return Solid(self.corners * (1, -1, 1), self.tones)

    def turned(self, yaw: float, x: float, y: float) -> Solid:
        """Turned around the vertical through x = 0.5 by `yaw` radians, then moved along x and y."""
        cos, sin = np.cos(yaw), np.sin(yaw)
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        return Solid((self.corners - (0.5, 0, 0)) @ turn + (0.5 + x, y, 0), self.tones)


def joined(solids: Sequence[Solid]) -> Solid:
    """Several solids as one."""
    return Solid(
        np.concatenate([solid.corners for solid in solids]),
        np.concatenate([solid.tones for solid in solids]),
    )


def skin(grid: Space, tones: NDArray[np.float64] | float = 0.0) -> Solid:
    """The faces between the points of a grid, (rows, columns, 3); tones (rows - 1, columns - 1)."""
    corners = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], 2)
    shape = grid.shape[0] - 1, grid.shape[1] - 1
    return Solid(corners.reshape(-1, 4, 3), np.broadcast_to(tones, shape).ravel())


def wall(loop: Space, low: Space | float, high: Space | float, tone: float = 0.0) -> Solid:
    """An upright wall along a line, (n, 2), from the height `low` to `high`, (n,)."""
    heights = (np.broadcast_to(level, len(loop)) for level in (low, high))
    return skin(np.stack([np.column_stack([loop, height]) for height in heights]), tone)


def band(path: Space, across: Sequence[float], tone: float = 0.0) -> Solid:
    """A strap along a path, (n, 3), that reaches `across` to both sides of it."""
    reach = np.asarray(across) / 2
    return skin(np.stack([path - reach, path + reach]), tone)


def ellipse(x: float, y: float, along: float, across: float, points: int = 14) -> Space:
    """A closed line, (points + 1, 2), around (x, y) with these half axes, from the left."""
    angle = np.linspace(np.pi, -np.pi, points + 1)
    return np.column_stack([x + along * np.cos(angle), y + across * np.sin(angle)])


def seen(solid: Solid, elevation: float, perspective: float = 0.15) -> Parts:
    """The faces as parts, seen from a camera that stands before y = 0, `elevation` radians high.

    0 shows the side and pi / 2 the top.
    """
    cos, sin = np.cos(elevation), np.sin(elevation)
    # columns: to the right, down, towards the camera
    turn = np.array([[1, 0, 0], [0, -sin, -cos], [0, -cos, sin]])
    placed = solid.corners @ turn
    middle = placed.mean((0, 1))
    flat = (placed - middle)[..., :2] / (1 - perspective * (placed - middle)[..., 2:])
    normal = np.cross(placed[:, 2] - placed[:, 0], placed[:, 3] - placed[:, 1])
    normal *= np.sign(normal[:, 2:]) / (np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9)
    tones = np.clip(solid.tones - SHADE * (0.75 - normal @ LIGHT), -1, 1)
    knots = np.dstack([flat, np.zeros(flat.shape[:2])])
    order = np.argsort(placed[..., 2].mean(1), kind="stable")
    return [Part(knots[i], "face", float(tones[i])) for i in order]
