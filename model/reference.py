"""What is usual for weights: `python -m model.reference FILE ...` writes it beside weights files.

Training without a browser does so by itself. Without such a file the app has a worker work it out
when somebody first predicts with the weights, which takes some seconds; only what lies in assets/
is looked for.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model import files
from model.command import run
from model.data import datasets
from model.insight import reference_file
from model.insight.out_of_distribution import fit_reference
from model.training import checkpoint
from model.training.checkpoint import CheckpointError, Trained

SHOWN = {"mixed": "fashion-mnist"}  # what pages show to weights that learned from more


def write_beside(weights: Path, trained: Trained) -> Path:
    """Work out what is usual for `trained`, which the file `weights` holds, and write it.

    Gives the file. DataError where the data set is missing, OSError where nothing can be written.
    """
    data = SHOWN.get(trained.config.data, trained.config.data)
    reference = fit_reference(trained, datasets.load(data))
    file = reference_file.beside(weights)
    files.write(file, reference_file.to_bytes(reference, trained, data))
    return file


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Gives the exit status: 0, or 2 for a file that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m model.reference", description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+", metavar="FILE")
    for file in parser.parse_args(arguments).weights:
        try:
            print(write_beside(file, checkpoint.read(file)))
        except (OSError, CheckpointError, datasets.DataError) as error:
            reason = getattr(error, "strerror", None) or error
            print(f"The weights {file} cannot be used: {reason}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
