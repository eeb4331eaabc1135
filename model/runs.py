"""Back up all runs, or move them: `python -m model.runs export FILE`, and `import FILE`.

The file is an SQLite database with everything in it. Both may be done while the app runs; what
then changes in a run after it was copied is not in the copy.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import URL

from model.training.storage.copying import copy
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
    ours, file = (
        Storage(usual_url()),
        Storage(URL.create("sqlite", database=str(options.file.resolve())), blobs=True),
    )
    try:
        source, target = (ours, file) if options.what == "export" else (file, ours)
        copied, known = copy(source, target)
    except StorageError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        ours.close()
        file.close()
    print(f"{copied} runs copied; {known} were there already.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
