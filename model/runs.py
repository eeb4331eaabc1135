"""Back up all runs, or move them: `python -m model.runs export FILE`, and `import FILE`.

The file is an SQLite database with everything in it. Both may be done while the app runs; what
then changes in a run after it was copied is not in the copy.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.engine import URL

from model import files
from model.command import run
from model.training.storage.copying import copy_in, copy_out
from model.training.storage.database import StorageError, usual_url
from model.training.storage.store import Storage


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; exit status 2 with a sentence where it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m model.runs", description=__doc__)
    parser.add_argument("what", choices=["export", "import"])
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    there = options.file.exists()
    if there == (options.what == "export"):
        fault = "is there already; name another file." if there else "is not there."
        print(f"{options.file} {fault}", file=sys.stderr)
        return 2
    try:
        if options.what == "import":
            copied, known = _between(options.file, copy_in)
        else:
            with files.whole(options.file) as unfinished:
                copied, known = _between(unfinished, copy_out)
    except (StorageError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{copied} runs copied; {known} were there already.")
    return 0


def _between(file: Path, copy: Callable[[Storage, Storage], tuple[int, int]]) -> tuple[int, int]:
    """Copy between the database in use and a file."""
    ours = Storage(usual_url())
    other = Storage(URL.create("sqlite", database=str(file.resolve())), blobs=True)
    try:
        return copy(ours, other)
    finally:
        ours.close()
        other.close()


if __name__ == "__main__":
    sys.exit(run(main))
