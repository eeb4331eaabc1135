"""Every question can be tried, and its runs differ in what it asks for."""

from dataclasses import fields

import pytest

from model.networks.architectures import NETWORKS, multiplications
from model.training.questions import QUESTIONS, parameters
from model.training.quotas import Quotas
from model.training.recipes import Config, check

# What a question is about; all else is as in its other runs.
DIFFERS = {
    "plain": {"network"},
    "vgg": {"network"},
    "few": {"train_images", "epochs"},
    "rate": {"learning_rate"},
}
MOST = 30  # epochs of LeNet on 10,000 pictures: about a minute of one processor core


@pytest.mark.parametrize("key", QUESTIONS)
def test_runs_of_a_question_can_start_together_and_differ_in_what_it_asks(key):
    configs = [check(config) for _, config in QUESTIONS[key].runs]
    assert 2 <= len(configs) <= Quotas().training_each
    names = [field.name for field in fields(Config)]
    differing = {name for name in names if len({getattr(one, name) for one in configs}) > 1}
    assert differing == DIFFERS[key]
    assert all(one.validation_images for one in configs), "no line to compare"
    assert len({title for title, _ in QUESTIONS[key].runs}) == len(configs)


@pytest.mark.parametrize("key", QUESTIONS)
def test_a_question_takes_no_longer_than_two_minutes(key):
    lenet = multiplications(NETWORKS["lenet"])
    for _, one in QUESTIONS[key].runs:
        seen = one.epochs * (one.train_images + one.validation_images / 3)
        assert seen * multiplications(NETWORKS[one.network]) / lenet <= MOST * 10_000


def test_the_networks_that_are_compared_are_as_large_as_is_said():
    assert parameters("lenet") == 107_786
    assert parameters("mlp") == 105_214
    assert "107,786 parameters, the plain network 105,214" in QUESTIONS["plain"].why
    assert "138 million parameters" in QUESTIONS["vgg"].why
    assert f"{parameters('vgg-small'):,}" in QUESTIONS["vgg"].why


def test_the_learning_rates_are_ten_times_each_other():
    rates = [config.learning_rate for _, config in QUESTIONS["rate"].runs]
    assert rates == [0.0001, 0.001, 0.01]
