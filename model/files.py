"""Files that are written whole or not at all.

Any room may import it: it knows nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A path to write to, beside `file`, which takes its place once the block has ended.

    Where the block fails or is interrupted, `file` is as it was before and nothing is left over.
    Raises OSError where that cannot be.
    """
    file = file.resolve()  # the place that a link leads to, and not the link
    unfinished = file.with_name(f".{uuid.uuid4().hex}{file.suffix}")
    try:
        yield unfinished
        with unfinished.open("rb+") as written:
            os.fsync(written.fileno())  # a name must not outlive a power cut alone
        if file.exists():
            shutil.copymode(file, unfinished)
        unfinished.replace(file)
    except OSError as error:
        if error.filename == str(unfinished):
            error.filename = str(file)  # the name that its reader knows
        raise
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write(file: Path, content: bytes) -> None:
    """Write a file, whole or not at all; raise OSError where that cannot be."""
    with whole(file) as unfinished:
        unfinished.write_bytes(content)


def make_room(file: Path, size: int) -> None:
    """Make the folder of a file that will be written, and try it with as many bytes.

    Raises OSError, so that it is known before the work is done: a folder of that name, one that
    cannot be written, a full disk.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.is_dir():
        raise IsADirectoryError(f"{file} is a folder; name a file in it.")
    if file.exists() and not file.is_file():
        raise OSError(f"{file} is no file that can be replaced.")
    with contextlib.suppress(_Tried), whole(file) as unfinished:
        unfinished.write_bytes(bytes(size))
        raise _Tried


class _Tried(Exception):  # noqa: N818 - no error: it ends the block before the file is replaced
    """All went well."""
