"""How fast a run goes: in a worker, and by the clock on the wall.

What is measured are slices that a running run handed in right after the one before. Not measured
are single batches of a paused run, and slices that are the first of their worker, for which
TensorFlow was loaded and graphs were built. Waiting for a turn counts: as long as others train,
it is part of how long a run takes.
"""

from __future__ import annotations

import math
import time

MEMORY_SECONDS = 30.0  # by then, what was measured counts a third: others may come and go
FEWEST, SOONEST_SECONDS = 3, 2.0  # slices and seconds, from which the pace can be told


class Pace:
    """The pace of one run; `began` and `ended` are called for each of its slices."""

    def __init__(self) -> None:
        self.per_batch = 0.0  # seconds inside a worker; 0 while not known
        self.sharing = 1.0  # how much longer a slice takes with its waiting than in a worker
        self._began = 0.0  # when the slice under way was handed in; 0 if it is not to be measured
        self._warm = False  # whether `per_batch` comes from slices that are measured
        self._slices = 0
        self._seconds, self._images = 0.0, 0.0  # what was measured lately, older ones less

    def began(self, running: bool) -> None:
        """A slice is handed in, of a run that goes on by itself or of one that does not."""
        self._began = time.monotonic() if running else 0.0

    def ended(self, steps: int, images: int, seconds: float, cold: bool, scored: bool) -> None:
        """It came back: what it trained, and how long it took the worker.

        `scored` says that it measured held-out pictures, too, `cold` is as in `Slice`.
        """
        if steps and not scored:
            self._note_batches(seconds / steps, cold)
        if steps and self._began and not cold:
            passed = time.monotonic() - self._began
            self.sharing = 0.5 * self.sharing + 0.5 * passed / max(seconds, 1e-3)
            kept = math.exp(-passed / MEMORY_SECONDS)
            self._seconds = kept * self._seconds + passed
            self._images = kept * self._images + images
            self._slices += 1

    def _note_batches(self, latest: float, cold: bool) -> None:
        if not self._warm:
            self.per_batch = latest
        elif not cold:
            self.per_batch = 0.7 * self.per_batch + 0.3 * latest
        self._warm = self._warm or not cold

    @property
    def measured(self) -> float:
        """Seconds of a warm worker for one batch; 0 while not known."""
        return self.per_batch if self._warm else 0.0

    @property
    def images_per_second(self) -> float:
        """By the clock on the wall; 0 until enough was measured."""
        known = self._slices >= FEWEST and self._seconds >= SOONEST_SECONDS
        return self._images / self._seconds if known else 0.0
