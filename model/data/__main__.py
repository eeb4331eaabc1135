"""`python -m model.data`: find or download Fashion-MNIST, and say where it was looked for."""

import sys

from model.command import run
from model.data.datasets import find, keep, load


def main() -> int:
    """Find or download Fashion-MNIST and tell the story; exit status 1 if there is none."""
    print("Looking for Fashion-MNIST:")
    search = find(download=True, report=print)
    print(search.conclusion)
    # Drawn, or kept in the form that all processes share, so that the app starts at once.
    if search.dataset is None:
        load("wardrobe")
    else:
        keep(search.dataset)
    return 0 if search.dataset else 1


if __name__ == "__main__":
    sys.exit(run(main))
