"""Which frame of an animation, or page of a file, to look at: the first that shows something.

Animations fade in from white, black or nothing, and scanners begin with an empty page.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

MAX_FRAMES = 200
MAX_FRAME_PIXELS = 60_000_000  # that are decoded in all
ENOUGH = 64  # between the darkest and the lightest pixel of a channel, of 255


def first_that_shows(frame: Callable[[int], Image.Image], pixels: int) -> Image.Image:
    """The first frame with enough contrast, else the one of the first frames that has most.

    `frame` gives frame 0, 1, 2 ..., small and RGB, and raises anything behind the last or where
    one is damaged; of the first one the caller hears. `pixels` are to be decoded for each.
    """
    best = frame(0)
    for number in range(1, min(MAX_FRAMES, MAX_FRAME_PIXELS // pixels)):
        if _contrast(best) >= ENOUGH:
            break
        try:
            best = max(best, frame(number), key=_contrast)  # of the same contrast, the earlier
        except Exception:  # noqa: BLE001 - Pillow's decoders raise almost anything on broken files
            break
    return best


def _contrast(frame: Image.Image) -> int:
    return int(np.ptp(np.asarray(frame), axis=(0, 1)).max())
