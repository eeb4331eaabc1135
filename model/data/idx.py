"""IDX files, the format of MNIST and Fashion-MNIST: read, verified, and downloaded.

It knows neither which files make up a data set nor where they may be: that is `datasets.py`.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.client
import io
import math
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.files import whole

SILENCE = 15.0  # seconds without a byte after which a server counts as gone
PATIENCE = 1200.0  # seconds that one file may take altogether
CHUNK = 1 << 18  # bytes


Report = Callable[[str], None]


class DataError(Exception):
    """Why a data set cannot be had, in words for the person at the screen."""


@dataclass(frozen=True)
class Part:
    """One file of a data set, and what proves that it is genuine."""

    file: str  # its name, which may be followed by .gz
    shape: tuple[int, ...]
    sha256: str  # of the decompressed file: mirrors compress differently

    @property
    def header(self) -> int:
        """Bytes before the pixels: a magic number and one number for each axis."""
        return 4 + 4 * len(self.shape)

    @property
    def start(self) -> bytes:
        """What stands before the pixels: 8 says that they are bytes."""
        axes = b"".join(length.to_bytes(4, "big") for length in self.shape)
        return bytes((0, 0, 8, len(self.shape))) + axes

    @property
    def size(self) -> int:
        """Bytes of the decompressed file."""
        return self.header + math.prod(self.shape)


def quiet(line: str) -> None:
    """Report to nobody."""


def read_part(part: Part, folder: Path) -> NDArray[np.uint8]:
    """The array of one file in a folder, plain or compressed; DataError if neither is genuine."""
    faults = []
    for path in (folder / part.file, folder / f"{part.file}.gz"):
        if path.is_file():
            try:
                return read_file(part, path)
            except DataError as error:
                faults.append(f"{path.name} {error}")
    raise DataError(f"in {folder} " + (" and ".join(faults) or f"{part.file}.gz is missing"))


def read_file(part: Part, path: Path) -> NDArray[np.uint8]:
    """The array in one file, once its contents are known to be the genuine ones."""
    try:
        with opened(path) as stream:
            content = np.empty(part.size + 1, np.uint8)  # one more shows a file that is too long
            length = fill(content.data, stream)
    except EOFError as error:
        raise DataError("is truncated") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError("is damaged") from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})") from error
    if length < part.size:
        raise DataError("is truncated")
    if length > part.size or hashlib.sha256(content.data[: part.size]).hexdigest() != part.sha256:
        raise DataError("is altered: its content is not the published one")
    content.setflags(write=False)
    return content[part.header : part.size].reshape(part.shape)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """A file's content, decompressed if it begins as gzip files do."""
    with path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        yield gzip.GzipFile(fileobj=raw) if compressed else raw


def fill(buffer: memoryview, stream: io.BufferedIOBase) -> int:
    """Read until the buffer is full or the stream ends, in pieces: no second copy of the pixels."""
    length = 0
    while count := stream.readinto(buffer[length : length + CHUNK]):
        length += count
    return length


def fetched(part: Part, folder: Path, url: str, report: Report) -> NDArray[np.uint8]:
    """The array of one file, downloaded into the folder unless a genuine one is there."""
    with contextlib.suppress(DataError):
        return read_part(part, folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with whole(folder / f"{part.file}.gz") as unverified:
            download_file(url + part.file + ".gz", unverified, part.size + CHUNK, report)
            return read_file(part, unverified)
    except DataError as error:
        raise DataError(f"{part.file}.gz from {url} {error}") from error


def download_file(url: str, path: Path, limit: int, report: Report) -> None:
    """Copy what the address answers into a file, at most `limit` bytes of it."""
    deadline = time.monotonic() + PATIENCE
    try:
        with urllib.request.urlopen(url, timeout=SILENCE) as answer, path.open("wb") as file:  # noqa: S310
            progress = Progress(url.rpartition("/")[2], answer.length or 0, report)
            while chunk := answer.read1(CHUNK):
                file.write(chunk)
                progress.show(file.tell())
                if file.tell() > limit or time.monotonic() > deadline:
                    raise DataError("is far too long" if file.tell() > limit else "came too slowly")
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise DataError(f"could not be downloaded ({reason})") from error


@dataclass
class Progress:
    """Tells about a download every tenth of the way."""

    name: str
    whole: int  # bytes, 0 if the server did not say
    report: Report
    tenths: int = 0

    def show(self, done: int) -> None:
        """Report how many bytes are there, if it is time to."""
        tenths = 10 * done // (self.whole or 10 * 2**20)
        if tenths > self.tenths:
            self.tenths = tenths
            share = f" ({10 * tenths} %)" if self.whole else ""
            self.report(f"  {self.name}: {done / 1e6:.1f} MB{share}")
