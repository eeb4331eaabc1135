"""`python -m model.snapshots`: draw the synthetic pictures that the data set "mixed" is made of."""

import sys

from model.command import run
from model.wardrobe.synthetic import build


def main() -> int:
    """The command."""
    build()
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
