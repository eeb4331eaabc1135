"""Put Plotly's program for charts into assets/js: `python -m tools.plotly_js FILE.tgz`.

It is the part for flat charts as Plotly publishes it, MIT licence: a third of the whole program,
which lies in the Python package, and half the time until a browser has read it. Both are of one
version. `npm pack` fetches the file: its name and version are below.
"""

from __future__ import annotations

import hashlib
import sys
import tarfile
from pathlib import Path

from model import files
from model.command import run

NAME, VERSION = "plotly.js-cartesian-dist-min", "4.1.1"
SHA256 = "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"  # of the program
FILE = Path(__file__).resolve().parent.parent / "assets" / "js" / "plotly-cartesian.min.js"


def main(packed: str) -> int:
    """Verify and write; exit status 1 where it is not the published program."""
    with tarfile.open(packed) as archive:
        member = archive.extractfile(f"package/{FILE.name}")
        content = member.read() if member else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        print(f"{packed} is not {NAME} {VERSION} as it was published", file=sys.stderr)
        return 1
    FILE.parent.mkdir(exist_ok=True)
    files.write(FILE, content)
    return 0


if __name__ == "__main__":
    sys.exit(run(lambda: main(*sys.argv[1:])))
