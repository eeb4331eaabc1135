"""All runs of one server: who may start one, which are kept, and which make room.

What a run does stands in `run.py`; there is one registry for all visitors, in `model/server.py`.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter

from model.training.recipes import Config, check
from model.training.run import TRAINING, Jobs, Run

MAX_RUNS = 200  # kept on one server
MAX_ACTIVE_RUNS = 64  # training at the same time
MAX_ACTIVE_RUNS_EACH = 3  # of them, of one visitor


class ServerFullError(RuntimeError):
    """Too many runs at once. The message tells the user what to do."""


class Runs:
    """All runs of one server, each under a token that nobody can guess."""

    def __init__(self, engine: Jobs, workers: int) -> None:
        self._engine = engine
        self.workers = workers
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()

    def start(self, config: Config, recipe: str, visitor: str = "") -> str:
        """Start a run and give its token; raise ServerFullError or SettingError."""
        check(config)
        with self._lock:
            self._admit(visitor)
            self._make_room()
            token = secrets.token_urlsafe(16)
            self._runs[token] = Run(config, recipe, self._engine, visitor)
        return token

    def resume(self, run: Run) -> None:
        """Go on with a paused run; where there is no place for it now, it says so."""
        with self._lock:
            if run.status == "paused":
                try:
                    self._admit(run.visitor)
                except ServerFullError as error:
                    run.stay_paused(str(error))
                else:
                    run.resume()

    def _admit(self, visitor: str) -> None:
        """Raise ServerFullError if too many runs train: only these hold a place, paused ones none.

        Whoever is nobody in particular, "", is not counted as one visitor.
        """
        training = [run.visitor for run in self._runs.values() if run.status in TRAINING]
        if visitor and training.count(visitor) >= MAX_ACTIVE_RUNS_EACH:
            raise ServerFullError(
                f"{MAX_ACTIVE_RUNS_EACH} of your runs are training already. Pause or stop one of "
                "them, or wait until one ends."
            )
        if len(training) >= MAX_ACTIVE_RUNS:
            raise ServerFullError(
                f"{len(training)} runs are training on this server already. Wait until one of "
                "them ends, then try again."
            )

    def _make_room(self) -> None:
        """Where too many runs are kept, let go of those of the visitor who has most of them.

        What nobody watches goes first; then what ended, before what is paused; then the oldest.
        """
        while len(self._runs) >= MAX_RUNS:
            held = Counter(run.visitor for run in self._runs.values())
            idle = [token for token, run in self._runs.items() if run.status not in TRAINING]
            gone = min(
                idle,
                key=lambda token: (
                    -held[self._runs[token].visitor],
                    self._runs[token].watched(),
                    self._runs[token].status == "paused",
                ),
            )
            del self._runs[gone]

    def get(self, token: str | None) -> Run | None:
        """The run under this token, if there is one."""
        return self._runs.get(token or "")

    def training_of(self, visitor: str) -> dict[str, Run]:
        """The runs of one visitor that train now, by token."""
        with self._lock:
            return {
                token: run
                for token, run in self._runs.items()
                if run.visitor == visitor and run.status in TRAINING
            }

    def slices_ahead(self, run: Run) -> int:
        """How many slices of other runs must end before this run's next slice begins."""
        return self._engine.ahead(run.name)

    def training(self) -> int:
        """How many runs are training now."""
        with self._lock:
            return sum(run.status in TRAINING for run in self._runs.values())
