"""Arrays as pictures that a browser shows, with hard pixels. Nothing of Streamlit is called."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NEGATIVE, ZERO, POSITIVE = (np.array(one) for one in ((0, 90, 160), (246, 246, 244), (200, 80, 0)))


def picture(image: NDArray[np.uint8], width: int = 280) -> bytes:
    """A grey picture, (28, 28), as PNG about `width` pixels wide, its pixels as hard squares."""
    scale = max(1, width // image.shape[1])
    return _png(image.repeat(scale, axis=0).repeat(scale, axis=1))


def data_uri(image: NDArray[np.uint8]) -> str:
    """A picture, (h, w) or (h, w, 3), as an address that holds the picture itself.

    About 0.8 kB for 28x28. Colours go as JPEG: a photograph as PNG would be five times larger.
    """
    if image.ndim == 2:
        return png_uri(image)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def enlarged(image: NDArray[np.uint8], times: int) -> str:
    """A picture, (h, w), with pixels `times` as large, as a data address."""
    return data_uri(image.repeat(times, axis=0).repeat(times, axis=1))


def coloured(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Numbers, (h, w), as colours, black to white or (h, w, 3) blue over white to orange.

    The colours are those of assets/js/numbers.js: 0 is black, or white where some are below it.
    """
    part = values / max(float(np.abs(values).max()), 1e-12)
    if values.min() >= 0:
        return np.rint(255 * part).astype(np.uint8)
    ends = np.where(part[..., None] < 0, NEGATIVE, POSITIVE)
    return np.rint(ZERO + np.abs(part[..., None]) * (ends - ZERO)).astype(np.uint8)


def overlay(image: NDArray[np.uint8], values: NDArray[np.floating]) -> str:
    """A grey picture, (28, 28), tinted orange where `values` are above 0 and blue where below.

    Its black ground stays black.
    """
    strength = values / max(float(np.abs(values).max()), 1e-6)
    grey = np.repeat(image[..., None], 3, axis=2) * 0.75
    tint = np.where(strength[..., None] > 0, (230, 159, 0), (0, 130, 220))
    share = 0.85 * np.abs(strength * (image > 0))[..., None]
    colours = (grey * (1 - share) + tint * share).astype(np.uint8)
    return png_uri(colours.repeat(12, axis=0).repeat(12, axis=1))


def png_uri(image: NDArray[np.uint8]) -> str:
    """A picture, (h, w) or with 2 to 4 channels, as an address that holds it without loss."""
    return f"data:image/png;base64,{base64.b64encode(_png(image)).decode()}"


def _png(image: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(file, "PNG", compress_level=1)
    return file.getvalue()
