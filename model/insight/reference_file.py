"""What is usual for weights, kept in a file beside them, so that nobody has to work it out again.

`lenet.safetensors` has it in `lenet.reference.safetensors`. The file says which weights and which
data set it belongs to.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse

from model.insight.out_of_distribution import Reference, channels
from model.networks.architectures import NETWORKS
from model.training import safetensors_header
from model.training.checkpoint import Trained, fingerprint
from model.training.safetensors_header import DAMAGED, CheckpointError, written

FORMAT = "lenet-lab reference 1"
ENDING = ".reference.safetensors"
MAX_FILE_BYTES = 100_000  # the largest network's has 5 kB

Key = tuple[str, str]  # the weights' fingerprint, the name of the data set


def beside(weights: Path) -> Path:
    """Where what is usual for a weights file is kept."""
    return weights.with_name(weights.name.removesuffix(".safetensors") + ENDING)


def to_bytes(reference: Reference, trained: Trained, data: str) -> bytes:
    """What is usual for `trained` on the data set of this name, as the content of a file."""
    about = {
        "format": FORMAT,
        "network": trained.network,
        "weights": fingerprint(trained),
        "data": data,
        "most": repr(reference.most),
        "temperature": repr(reference.temperature),
    }
    return written({"mean": reference.mean, "whiten": reference.whiten}, about)


def read(file: Path) -> tuple[Key, Reference]:
    """What `to_bytes` wrote, and what it belongs to.

    Raises CheckpointError for anything else, or OSError where the file cannot be read.
    """
    with file.open("rb") as opened:
        content = opened.read(MAX_FILE_BYTES)
    about = safetensors_header.read(content).about
    try:
        arrays = parse(content)
        size = channels(about["network"])
        reference = Reference(
            arrays["mean"], arrays["whiten"], float(about["most"]), float(about["temperature"])
        )
        key = about["weights"], about["data"]
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError):
        raise CheckpointError(DAMAGED) from None
    if about.get("format") != FORMAT or set(arrays) != {"mean", "whiten"}:
        raise CheckpointError("This file does not tell what is usual for weights.")
    _check(reference, size, NETWORKS[about["network"]].label)
    return key, reference


def _check(reference: Reference, size: int, label: str) -> None:
    """Raise CheckpointError unless shapes, types and values fit a network with `size` channels."""
    if reference.mean.shape != (size,) or reference.whiten.shape != (size, size):
        raise CheckpointError(f"What this file tells does not fit {label}.")
    arrays = (reference.mean, reference.whiten)
    if any(array.dtype != np.float32 or not np.isfinite(array).all() for array in arrays):
        raise CheckpointError("This file holds values that are not numbers.")
    if not (0 < reference.most < np.inf and 0 < reference.temperature < np.inf):
        raise CheckpointError("A number in this file is out of range.")
