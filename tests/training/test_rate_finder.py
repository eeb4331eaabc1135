"""What a sweep through learning rates is read as. Sweeps of real networks: test_trainer.py."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from model.data.datasets import DataError
from model.networks.architectures import NETWORKS
from model.training import rate_finder
from model.training.rate_finder import Sweep, over, smoothed, suggestion
from model.training.recipes import CHOICES, LIMITS, RECIPES, Config, check


def swept(middle, steepness=4.0, noise=0.0, seed=0):
    """A loss of 2.3 that falls to 0.5, fastest at the rate `middle`."""
    rates = rate_finder.rates(Config())
    fallen = 1 / (1 + np.exp(-steepness * (np.log10(rates) - np.log10(middle))))
    chance = np.random.default_rng(seed).normal(0, noise, len(rates))
    return Sweep(rates, (2.3 - 1.8 * fallen + chance).astype(np.float32))


@pytest.mark.parametrize("middle", [1e-4, 3e-3, 4e-2])
def test_the_rate_where_the_loss_falls_most_steeply_is_suggested(middle):
    assert suggestion(swept(middle)) == pytest.approx(middle)


def test_noise_moves_the_suggestion_by_little():
    for seed in range(20):
        found = suggestion(swept(3e-3, noise=0.1, seed=seed))
        assert 1e-3 <= found <= 1e-2, seed


def test_a_suggestion_has_one_digit_and_can_be_used():
    for middle in np.geomspace(2e-5, 0.5, 40):
        found = suggestion(swept(middle))
        assert found == float(f"{found:.0e}")
        check(Config(learning_rate=found))


def test_a_fall_behind_a_rise_is_not_what_is_suggested():
    """Where it has gone wrong, a loss may fall faster than it ever did before."""
    low = swept(1e-3)
    losses = np.where(low.rates > 0.1, 30, low.losses).astype(np.float32)
    losses[low.rates > 0.5] = 2
    assert suggestion(Sweep(low.rates, losses)) == pytest.approx(1e-3)


@pytest.mark.parametrize("losses", [[2.3] * 120, np.linspace(2.3, 9, 120), [2.3], []])
def test_where_no_loss_falls_nothing_is_suggested(losses):
    rates = rate_finder.rates(Config())[: len(losses)]
    assert suggestion(Sweep(rates, np.array(losses, np.float32))) is None


def test_smoothing_keeps_a_slope_where_it_is():
    rates = rate_finder.rates(Config())
    slope = np.log10(rates)
    smooth = smoothed(Sweep(rates, slope))
    np.testing.assert_allclose(smooth[20:-20], slope[20:-20], atol=1e-4)


def test_a_sweep_is_over_once_its_loss_is_four_times_the_lowest_or_no_number():
    falling = np.linspace(2, 1, 50)
    assert over(falling) is None
    assert over(np.append(falling, [3.9] * 20)) is None
    wrong = np.append(falling, [8.0] * 20)
    assert 50 < over(wrong) < 55
    assert over(np.append(falling, [12.0, 1.0, 1.0])) is None  # one batch alone
    assert over(np.append(falling, [1.0, np.nan, 1.0])) == 51
    assert over(np.append(falling, np.inf)) == 50
    assert over(np.zeros(0)) is None


def test_when_it_is_over_does_not_depend_on_when_one_looks():
    wrong = np.append(np.linspace(2, 1, 50), [8.0] * 20)
    ends = {over(wrong[:look]) for look in range(1, len(wrong))}
    assert ends == {None, over(wrong)}


def test_rates_rise_evenly_and_large_networks_try_fewer():
    for network, size in itertools.product(NETWORKS, (1, 128, 1024)):
        rates = rate_finder.rates(Config(network=network, batch_size=size))
        assert rates[[0, -1]] == pytest.approx([1e-5, 1])
        steps = np.diff(np.log10(rates))
        np.testing.assert_allclose(steps, steps[0], rtol=1e-2)
        assert rate_finder.LEAST <= len(rates) <= rate_finder.MOST
    assert len(rate_finder.rates(RECIPES["quick"].config)) == rate_finder.MOST
    assert len(rate_finder.rates(Config(network="lenet-modern", batch_size=1024))) < 60


# What a sweep does not look at; all else it does.
ELSEWHERE = ("epochs", "learning_rate", "schedule", "averaging", "target_accuracy", "patience")


@pytest.mark.parametrize("name", [*LIMITS, *CHOICES])
def test_a_sweep_belongs_to_the_settings_that_it_depends_on(name):
    usual = Config()
    other = next(one for one in (*CHOICES.get(name, ()), 7) if one != getattr(usual, name))
    same = rate_finder.about(replace(usual, **{name: other})) == rate_finder.about(usual)
    assert same == (name in ELSEWHERE)


def test_why_there_is_no_sweep_is_a_sentence():
    assert rate_finder.failed(DataError("It is missing.")).endswith("tried: It is missing.")
    assert "(MemoryError). Start again, or try a smaller" in rate_finder.failed(MemoryError())
