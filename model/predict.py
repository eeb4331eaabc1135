"""`python -m model.predict [--weights FILE] PICTURE ...`: one line of JSON per picture."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from model.command import run
from model.insight.classify import WEIGHTS, describe
from model.training import checkpoint
from model.training.checkpoint import CheckpointError


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 if every picture was read, 1 if one was not, 2 without usable weights."""
    parser = argparse.ArgumentParser(
        prog="python -m model.predict",
        description="Print what is on each picture, as one line of JSON.",
        epilog="Exit status: 0 if every picture was read, 1 if one was not, 2 without weights.",
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="FILE")
    parser.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE")
    options = parser.parse_args(arguments)
    try:
        trained = checkpoint.read(options.weights)
    except (OSError, CheckpointError) as error:
        reason = getattr(error, "strerror", None) or error
        print(f"The weights {options.weights} cannot be used: {reason}", file=sys.stderr)
        return 2
    failed = False
    for file in options.pictures:
        line = describe(trained, file)
        failed = failed or "error" in line
        print(json.dumps(line), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run(main))
