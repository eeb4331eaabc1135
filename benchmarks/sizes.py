"""How much is measured: everything, or just enough to see that the measuring works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """How often and how long each thing is measured."""

    rounds: int = 2  # times that the script and we take turns
    script_epochs: int = 3  # of the script, per round
    epochs: int = 3  # of one run of ours, per round
    pair_epochs: int = 2  # of each of two runs of ours at once, per round
    images: int = 60_000  # training pictures
    quick_epochs: int | None = None  # of recipe quick; None is what the recipe says
    memory_epochs: int = 1  # that the app trains while its memory is measured
    servers: int = 3  # started anew, each for one first page
    tours: int = 2  # through all pages, per server
    strokes: int = 15
    wishes: int = 20  # times that a run is steered in each way
    runs: int = 200  # after which memory is looked at
    learners: int = 30  # who train at once
    learner_images: int = 6_000  # training pictures of each
    learner_epochs: int = 3  # of each
    arrive_seconds: float = 10.0  # in which they come
    watch_seconds: float = 15.0  # that all only watch their runs
    still_seconds: float = 9.0  # in turns with it, in which no page looks
    left_seconds: float = 120.0  # after all have left, until memory is looked at


FULL = Sizes()
SMOKE = Sizes(
    rounds=1,
    script_epochs=1,
    epochs=2,
    pair_epochs=1,
    images=3_200,
    quick_epochs=1,
    memory_epochs=0,
    servers=1,
    tours=1,
    strokes=4,
    wishes=2,
    runs=3,
    learners=3,
    learner_images=1_200,
    learner_epochs=1,
    arrive_seconds=1.0,
    watch_seconds=2.0,
    still_seconds=0.5,
    left_seconds=2.0,
)
