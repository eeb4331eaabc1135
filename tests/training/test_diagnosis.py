"""What goes wrong in a run is seen, each for its own reason, and in none that goes well."""

from dataclasses import replace

import numpy as np
import pytest

from model.training.diagnosis import diagnose
from model.training.metrics import Score
from model.training.recipes import Config
from model.training.snapshot import EpochResult, Snapshot
from ui.train.reading import WARNINGS, warning

PER_EPOCH = 50
EYE = np.eye(10, dtype=np.int64)


def made(losses, accuracies, epochs=(), of=10, images=50_000):
    """A run with these figures; `epochs` are training and validation accuracies."""
    told = tuple(
        EpochResult(number, 1.0, trained, None if held is None else Score(1.0, held, EYE))
        for number, (trained, held) in enumerate(epochs, 1)
    )
    steps, config = len(losses), Config(epochs=of, validation_images=5_000)
    figures = np.array(losses, np.float32), np.array(accuracies, np.float32)
    told_of = ("running", config, "c", "", steps, PER_EPOCH, *figures, told, 0.0, None, 1)
    return Snapshot(*told_of, images_per_epoch=images)


def falling(steps):
    return np.linspace(2.3, 0.4, steps), np.linspace(0.1, 0.9, steps)


GOOD = [(0.7, 0.78), (0.84, 0.85), (0.87, 0.87), (0.89, 0.88), (0.9, 0.885)]
HEART = [(0.7, 0.7), (0.84, 0.82), (0.88, 0.84), (0.92, 0.84), (0.96, 0.84)]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (made(*falling(10)), ""),
        (made(*falling(250), GOOD), ""),
        (made(*falling(500), GOOD * 2), ""),
        (made(np.r_[np.linspace(2.3, 0.4, 90), np.full(30, 1.4)], np.full(120, 0.5)), "diverges"),
        (made(np.full(120, 2.3), np.full(120, 0.1)), "stuck"),
        (made(np.full(60, 2.3), np.full(60, 0.1)), ""),  # it may only have begun
        (made(*falling(250), HEART), "overfits"),
        (made(*falling(250), HEART, images=500), "few pictures"),
        (made(*falling(100), [(0.6, 0.65), (0.75, 0.76)], of=2), "underfits"),
        (made(*falling(100), [(0.6, 0.65), (0.75, 0.76)], of=9), ""),  # it goes on
        (made(*falling(100), [(0.8, None), (0.9, None)], of=2), ""),
    ],
)
def test_what_goes_wrong_is_seen(now, expected):
    assert diagnose(now) == expected
    assert warning(now) == (WARNINGS[expected] if expected else "")


def test_a_noisy_loss_near_its_end_does_not_diverge():
    rng = np.random.default_rng(5)
    noisy = 0.3 + 0.1 * rng.standard_normal(3_000)
    assert diagnose(made(noisy, np.full(3_000, 0.9))) == ""


def test_an_old_run_without_the_number_of_its_pictures_overfits():
    now = made(*falling(250), HEART, images=500)
    assert diagnose(replace(now, images_per_epoch=0)) == "overfits"
