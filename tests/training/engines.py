"""An engine without TensorFlow, for tests of what is kept of runs."""

import threading
import time
from dataclasses import replace

import numpy as np

from model.training.metrics import Score
from model.training.results import Slice

PER_EPOCH = 20  # batches, of the runs that it trains
SCORE = Score(0.3, 0.9, np.eye(10, dtype=np.int64))


def step(weights, number):
    """What batch `number`, from 1, makes of weights: what came before decides, bit for bit."""
    return {
        name: array * np.float32(0.99) + np.float32(number * 1e-6)
        for name, array in weights.items()
    }


class Waiting:
    """Keeps its jobs, which a test answers by hand; none can be withdrawn."""

    def __init__(self):
        self.jobs = []

    def submit(self, job):
        self.jobs.append(job)

    def withdraw(self, run):
        return False


class Steady:
    """Trains on a thread of its own, one slice after the other, each as long as it says."""

    workers = 1

    def __init__(self, seconds):
        self._seconds, self._jobs = seconds, []
        threading.Thread(target=self._serve, daemon=True).start()

    def submit(self, job):
        self._jobs.append(job)

    def withdraw(self, run):
        return False

    def ahead(self, run):
        return 0

    def _serve(self):
        while True:
            time.sleep(self._seconds)
            if self._jobs:
                self._train(self._jobs.pop(0))

    def _train(self, job):
        checkpoint, config, steps, last = job.arguments
        first = checkpoint.step
        end = min(first + steps, (first // PER_EPOCH + 1) * PER_EPOCH)
        weights = checkpoint.weights
        for number in range(first + 1, end + 1):
            weights = step(weights, number)
        figures = np.arange(first + 1, end + 1, dtype=np.float32)
        test = SCORE if last or end >= PER_EPOCH * config.epochs else None
        after = replace(checkpoint, step=end, weights=weights)
        job.on_done(Slice(after, figures, figures / 10_000, self._seconds, None, test), None)
