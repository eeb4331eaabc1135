"""Sends broken pictures through the whole way of an upload: `make fuzz`.

Each file is a good one with bytes changed, cut out, doubled, or with header fields set to extreme
values. Every one must end in a picture or in one sentence, in bounded time and memory; anything
else stops the run with the file that did it. The tests run a few hundred of them.
"""

from __future__ import annotations

import argparse
import io
import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
from numpy.random import Generator
from PIL import Image

from model import command
from model.files import write
from model.pictures.preprocess import PictureError, prepare, read_picture

MOST_SECONDS = 5.0  # for one file, on a busy machine
MOST_BYTES = 400_000_000  # that the process may grow by
FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "jpeg": ("RGB", {"format": "JPEG"}),
    "progressive": ("RGB", {"format": "JPEG", "progressive": True}),
    "cmyk": ("CMYK", {"format": "JPEG"}),
    "png": ("RGBA", {"format": "PNG"}),
    "palette": ("P", {"format": "PNG"}),
    "deep": ("I;16", {"format": "PNG"}),
    "gif": ("P", {"format": "GIF"}),
    "webp": ("RGB", {"format": "WEBP"}),
    "bmp": ("RGB", {"format": "BMP"}),
    "tiff": ("RGB", {"format": "TIFF", "compression": "tiff_lzw"}),
    "plain tiff": ("RGB", {"format": "TIFF"}),
    "deep tiff": ("I;16", {"format": "TIFF", "compression": "tiff_adobe_deflate"}),
    "floats": ("F", {"format": "TIFF"}),
    "avif": ("RGBA", {"format": "AVIF"}),
    # Their first frame is white, so that the next ones are read.
    "moving gif": ("RGB", {"format": "GIF", "save_all": True}),
    "moving webp": ("RGB", {"format": "WEBP", "save_all": True}),
    "moving png": ("RGBA", {"format": "PNG", "save_all": True}),
    "moving avif": ("RGB", {"format": "AVIF", "save_all": True}),
    "pages": ("RGB", {"format": "TIFF", "save_all": True, "compression": "tiff_lzw"}),
}
HEIC: dict[str, tuple[str, dict[str, object]]] = {
    "heic": ("RGB", {}),
    "heic of tiles": ("RGB", {"tile_size": 32}),
    "heic with alpha": ("RGBA", {}),
    "heic of ten bits": ("RGB;16", {}),
}


def good_files(rng: Generator) -> list[bytes]:
    """One sound file of each kind, about 64 x 48 pixels."""
    ground = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    ground[10:40, 20:44] = 40
    sound = Image.fromarray(ground)
    files = [_saved(sound, mode, options) for mode, options in FORMATS.values()]
    files += [_heic(sound, mode, options) for mode, options in HEIC.values()]
    film = b"\0\0\0\x18ftypmp42" + rng.bytes(3000)  # behind a JPEG, as phones append it
    return [*files, files[0] + film, files[0] + files[1]]


def _saved(picture: Image.Image, mode: str, options: dict[str, object]) -> bytes:
    frames = [Image.new("RGB", picture.size, "white"), picture] if "save_all" in options else []
    first, *others = [
        one.convert("L").convert("I;16") if mode == "I;16" else one.convert(mode)
        for one in frames or [picture]
    ]
    file = io.BytesIO()
    first.save(file, **options, **({"append_images": others} if others else {}))  # type: ignore[arg-type]
    return file.getvalue()


def _heic(picture: Image.Image, mode: str, options: dict[str, object]) -> bytes:
    pixels = np.asarray(picture.convert(mode.partition(";")[0]))
    data = (pixels.astype(np.uint16) * 257 if ";16" in mode else pixels).tobytes()
    file = io.BytesIO()
    pillow_heif.from_bytes(mode, picture.size, data).save(file, **options)
    return file.getvalue()


def _flip(content: bytearray, rng: Generator) -> None:
    for place in rng.integers(0, len(content), rng.integers(1, 20)):
        content[place] = int(rng.integers(256))


def _cut(content: bytearray, rng: Generator) -> None:
    start = int(rng.integers(len(content)))
    del content[start : start + int(rng.integers(1, 200))]


def _truncate(content: bytearray, rng: Generator) -> None:
    del content[int(rng.integers(len(content))) :]


def _double(content: bytearray, rng: Generator) -> None:
    start = int(rng.integers(len(content)))
    part = content[start : start + int(rng.integers(1, 300))]
    content[start:start] = part * int(rng.integers(1, 20))


def _extreme(content: bytearray, rng: Generator) -> None:
    """Numbers of the header, sizes above all, become the smallest or the largest there are."""
    for _ in range(int(rng.integers(1, 4))):
        start = int(rng.integers(0, min(400, len(content))))
        value = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\xff\xff"]
        content[start : start + 4] = value[int(rng.integers(len(value)))]


MUTATIONS: tuple[Callable[[bytearray, Generator], None], ...] = (
    _flip,
    _cut,
    _truncate,
    _double,
    _extreme,
)


def mutated(content: bytes, rng: Generator) -> bytes:
    """`content` after one to three changes."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 4))):
        if changed:
            MUTATIONS[int(rng.integers(len(MUTATIONS)))](changed, rng)
    return bytes(changed)


def outcome(content: bytes) -> str:
    """ "prepared", or the sentence that the visitor reads; anything else is a fault and raises."""
    try:
        prepared = prepare(read_picture(content))
    except PictureError as error:
        return str(error)
    if prepared.image.shape != (28, 28) or prepared.image.dtype != np.uint8:
        raise AssertionError(f"the picture is {prepared.image.shape}, {prepared.image.dtype}")
    return "prepared"


def run(count: int, seed: int = 0) -> dict[str, int]:
    """How often each outcome came, over `count` files. Raises AssertionError at the first fault."""
    rng = np.random.default_rng(seed)
    files = good_files(rng)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts: dict[str, int] = {}
    for number in range(count):
        content = mutated(files[number % len(files)], rng)
        start = time.perf_counter()
        try:
            result = outcome(content)
        except Exception:
            write(Path(f"fuzz-{seed}-{number}.bin"), content)
            raise
        seconds = time.perf_counter() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        if seconds > MOST_SECONDS or grown > MOST_BYTES:
            raise AssertionError(f"file {number}: {seconds:.1f} s, {grown / 1e6:.0f} MB more")
        key = re.sub(r"\d+", "…", result).split(". ")[0][:70]
        counts[key] = counts.get(key, 0) + 1
    return counts


def main() -> int:
    """Print how the files ended."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start = time.perf_counter()
    counts = run(options.count, options.seed)
    for result, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        print(f"{count:6}  {result}")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{options.count:,} files in {seconds:.0f} s, at most {peak:.0f} MB, no other outcome.")
    return 0


if __name__ == "__main__":
    sys.exit(command.run(main))
