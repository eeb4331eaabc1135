"""Writes TIFFs that Pillow cannot write: channel after channel, any depth, tiled, any kind."""

import struct
import zlib

import numpy as np

LONG, SHORT = 4, 3


def tiff(pixels, apart=False, photometric=2, squeeze=False, order="<", tile=0, number=1, more=()):
    """The file of an array, (h, w, channels).

    `apart`: channel after channel; `squeeze`: deflated; `order`: of bytes; `tile`: edge of tiles;
    `number`: 1 for unsigned, 2 for signed, 3 for floating-point; `more`: tags (id, type, values).
    """
    height, width, channels = pixels.shape
    pixels = pixels.astype(pixels.dtype.newbyteorder(order))
    planes = np.split(pixels, channels, axis=2) if apart else [pixels]
    parts = [part for plane in planes for part in _parts(plane, tile)]
    parts = [zlib.compress(part) if squeeze else part for part in parts]
    ends = np.cumsum([len(part) for part in parts]) + 8
    places = [int(end) - len(part) for end, part in zip(ends, parts, strict=True)]
    sizes = [len(part) for part in parts]
    tags = [
        (256, LONG, [width]),
        (257, LONG, [height]),
        (258, SHORT, [8 * pixels.dtype.itemsize] * channels),
        (259, SHORT, [8 if squeeze else 1]),
        (262, SHORT, [photometric]),
        (277, SHORT, [channels]),
        (284, SHORT, [2 if apart else 1]),
        (339, SHORT, [number] * channels),
        *([(322, LONG, [tile]), (323, LONG, [tile])] if tile else [(278, LONG, [height])]),
        (324 if tile else 273, LONG, places),
        (325 if tile else 279, LONG, sizes),
        *more,
    ]
    start = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HI", 42, int(ends[-1]))
    return start + b"".join(parts) + _directory(sorted(tags), int(ends[-1]), order)


def _parts(plane, tile):
    if not tile:
        return [plane.tobytes()]
    height, width, _ = plane.shape
    room = ((0, -height % tile), (0, -width % tile), (0, 0))
    padded = np.pad(plane, room)
    return [
        padded[top : top + tile, left : left + tile].tobytes()
        for top in range(0, height, tile)
        for left in range(0, width, tile)
    ]


def _directory(tags, place, order):
    behind = place + 2 + 12 * len(tags) + 4
    entries, values = struct.pack(f"{order}H", len(tags)), b""
    for tag, kind, numbers in tags:
        data = struct.pack(f"{order}{len(numbers)}{'I' if kind == LONG else 'H'}", *numbers)
        entries += struct.pack(f"{order}HHI", tag, kind, len(numbers))
        if len(data) <= 4:
            entries += data.ljust(4, b"\0")
        else:
            entries += struct.pack(f"{order}I", behind + len(values))
            values += data
    return entries + bytes(4) + values
