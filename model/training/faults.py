"""Why a slice of training failed, in words for whoever trains."""

from __future__ import annotations

from model.data import datasets
from model.training.mailbox import NO_ROOM


def why(error: BaseException | None) -> str:
    """Why a slice failed and what to do, to go on a sentence with."""
    if isinstance(error, datasets.DataError):
        return f": {error}"
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return ": the server's disk is full. Whoever runs it must make room; then start again."
    return (
        f" ({type(error).__name__}). Start again, or try a smaller batch size if the server is "
        "short of memory."
    )
