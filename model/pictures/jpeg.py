"""How a JPEG is built, read from its markers: where it ends, and what reading it will take.

Nothing is decoded here. Phones append films, brightness maps and further pictures to a JPEG, and
it may hold small copies of itself; only what belongs to the picture counts.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# A marker: what is in between is coded pixels, where FF is followed by 0 or by a restart's number.
MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
MAX_SEGMENTS = 4000  # a 16 MB colour profile has 256
END, SCAN, ALONE = 0xD9, 0xDA, {0x01, 0xD8}
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}


class Structure(NamedTuple):
    """What the markers of a JPEG say."""

    end: int  # where the picture ends and the next thing begins; all of it, if it has no end
    scans: int  # how often decoding goes over the picture
    held: int  # bytes of coefficients that the decoder keeps until the end; 0 if it keeps none
    whole: bool = True  # whether there were no more markers than a picture has


def structure(content: bytes) -> Structure:
    """How a JPEG is built. Damaged ones give what can be told of them."""
    place = scans = held = parts = samples = 0
    progressive = False
    for _ in range(MAX_SEGMENTS):
        found = MARKER.search(content, place)
        if not found:
            return Structure(len(content), scans, held)
        marker, place = found[1][0], found.end()
        if marker == END:
            return Structure(place, scans, held)
        if marker in ALONE:
            continue
        segment = content[place : place + int.from_bytes(content[place : place + 2], "big")]
        if marker in FRAMES:
            parts, samples = _frame(segment)
            progressive = marker in PROGRESSIVE
        elif marker == SCAN:
            scans += 1
            if parts and (progressive or segment[2:3] != bytes([parts])):
                held = 2 * samples
        place += max(len(segment), 2)
    return Structure(len(content), scans, held, whole=False)


def _frame(segment: bytes) -> tuple[int, int]:
    """How many colour channels a picture has, and how many samples they have together."""
    height, width = (int.from_bytes(segment[at : at + 2], "big") for at in (3, 5))
    shares = [(byte >> 4, byte & 15) for byte in segment[9::3]]  # of each channel, across and down
    if not shares:
        return 0, 0
    most = max(1, max(across for across, _ in shares)) * max(1, max(down for _, down in shares))
    return len(shares), width * height * sum(across * down for across, down in shares) // most
