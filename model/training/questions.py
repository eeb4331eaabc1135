"""Questions about training that a learner answers by trying: runs that differ in one thing.

Each is small enough that its runs, side by side on two processor cores, take about two minutes or
less. They start in `run_store.py`; what is seen of them is compared in `insight/comparison.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from model.networks.architectures import NETWORKS, parameter_counts
from model.training.recipes import RECIPES, Config


@dataclass(frozen=True)
class Question:
    """One entry of QUESTIONS."""

    label: str  # the question
    why: str  # what is behind it
    runs: tuple[tuple[str, Config], ...]  # titles and settings; three at most
    look: str  # what to look at in the curves
    axis: Literal["epochs", "batches"] = "epochs"  # on which the runs are laid side by side


def parameters(network: str) -> int:
    """How many numbers a network learns."""
    return sum(parameter_counts(NETWORKS[network]).values())


_QUICK = RECIPES["quick"].config
# One learning rate from beginning to end, and no changes to the pictures: nothing hides what is
# asked for.
_STEADY = replace(RECIPES["article"].config, validation_images=5_000)
# Measuring after each of many short epochs would take most of the time.
_FEW = replace(_STEADY, validation_images=2_000)
_VGG_16 = "138 million"

QUESTIONS: dict[str, Question] = {
    "plain": Question(
        "Would a plain network do as well?",
        f"LeNet has {parameters('lenet'):,} parameters, the plain network {parameters('mlp'):,}: "
        "nearly as many. LeNet looks through small windows that it moves over the picture; the "
        "plain network has a weight of its own for each pixel.",
        (
            ("LeNet", replace(_QUICK, epochs=2)),
            ("Plain network", replace(_QUICK, network="mlp", epochs=2)),
        ),
        "Which line is higher after each epoch? And which network takes more time for it?",
    ),
    "vgg": Question(
        "Which convolutional network is best?",
        f"The article's answer is VGG-16 of 2014, with {_VGG_16} parameters. Its idea, pairs of "
        "small convolutions, is here made to fit 28\u00a0×\u00a028 pixels with "
        f"{parameters('vgg-small'):,}. LeNet has {parameters('lenet'):,}.",
        (
            ("LeNet", replace(_QUICK, epochs=2, train_images=10_000)),
            ("Small VGG", replace(_QUICK, network="vgg-small", epochs=2, train_images=10_000)),
        ),
        "Both see the same pictures as often. What does each pay for its accuracy in time?",
    ),
    "few": Question(
        "What if it only ever sees 500 pictures?",
        "The same LeNet learns from 500 pictures 50 times over, or from all of them twice.",
        (
            ("500 pictures", replace(_FEW, epochs=50, train_images=500)),
            ("All pictures", replace(_FEW, epochs=2)),
        ),
        "The thin lines are of the pictures that it learns from, the thick ones of others. How far "
        "do they part with 500 pictures?",
        "batches",
    ),
    "rate": Question(
        "What happens if the learning rate is ten times higher?",
        "The learning rate says how far the weights move after each batch. Three runs, each ten "
        "times as fast as the one before.",
        tuple(
            (
                f"Learning rate {rate}",
                replace(_STEADY, epochs=2, batch_size=128, learning_rate=float(rate)),
            )
            for rate in ("0.0001", "0.001", "0.01")
        ),
        "Which line rises first, and which is highest at the end? Look at the loss, too.",
    ),
}
