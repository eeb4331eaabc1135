"""One run as it is kept, as plain data; and what a list says of it."""

from __future__ import annotations

from dataclasses import dataclass

from model.networks.architectures import Weights
from model.training.checkpoint import Checkpoint
from model.training.recipes import Config
from model.training.snapshot import TRAINING, Origin, Snapshot


@dataclass(frozen=True)
class Keys:
    """Who may do what: SHA-256 digests of tokens that only browsers know."""

    steering: str
    showing: str
    visitor: str

    def open_to(self, digest: str) -> bool:
        """Whether this is the digest of a token that steers or shows the run."""
        return digest in (self.steering, self.showing)


@dataclass(frozen=True, eq=False)
class Record:
    """All that is kept of one run, as it was at one moment."""

    name: str
    keys: Keys
    created: float  # seconds since 1970
    seen: float  # when somebody last looked
    snapshot: Snapshot
    checkpoint: Checkpoint | None  # None where it has ended and cannot go further
    weights: Weights  # then these; empty otherwise
    past: tuple[tuple[int, Weights], ...] = ()  # since the last save: batches, weights to predict
    past_gone: bool = False  # earlier weights were taken away to make room
    revision: int = 0  # which save it follows; one that another process made since counts more
    damaged: bool = False  # its newest state could not be read

    @property
    def in_training(self) -> bool:
        """Whether it trains now."""
        return self.snapshot.status in TRAINING


@dataclass(frozen=True)
class Summary:
    """What a list says of a run, without its arrays."""

    name: str
    created: float
    network: str
    recipe: str
    status: str
    step: int
    total_steps: int
    epochs: int
    test: float | None  # accuracy
    config: Config
    validation: float | None  # accuracy after the last whole epoch
    seconds: float  # that workers trained and measured
    title: str  # what its visitor calls it; often empty
    starred: bool
    origin: Origin | None  # the run whose weights it began with
