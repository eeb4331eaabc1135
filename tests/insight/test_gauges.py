"""What experts watch is measured right."""

import numpy as np
import pytest

from model.data import datasets
from model.insight.gauges import BINS, REACH, fit_gauge, gauge, middles
from model.networks.architectures import NETWORKS, initial_weights
from model.networks.backward import gradients
from model.training.checkpoint import Trained
from model.training.recipes import Config

LENET = NETWORKS["lenet"]


def pictures():
    data = datasets.load("wardrobe")
    return data.train_images[:40], data.train_labels[:8]


def test_the_gradient_s_length_and_the_spread_of_weights():
    weights, (images, labels) = initial_weights(LENET, 1), pictures()
    found = gauge(LENET, weights, images, labels)
    parts = gradients(LENET, weights, images[:8], labels).values()
    whole = np.concatenate([part.ravel() for part in parts])
    assert found.gradient == pytest.approx(float(np.linalg.norm(whole)), rel=1e-5)
    assert set(found.spread) == {"conv1", "conv2", "dense1", "dense2", "dense3"}
    for layer, counts in found.spread.items():
        kernel = weights[f"{layer}/kernel"]
        assert counts.sum() == kernel.size
        near = np.abs(kernel) < REACH / BINS  # the bin in the middle
        assert counts[BINS // 2] == near.sum()
    assert middles()[BINS // 2] == pytest.approx(0)


def test_units_that_never_give_anything_are_dead():
    weights, (images, labels) = initial_weights(LENET, 1), pictures()
    weights["conv2/bias"] = np.where(np.arange(16) < 4, -1e6, 1e3).astype(np.float32)
    weights["dense2/bias"] = np.full(84, 1e6, np.float32)
    found = gauge(LENET, weights, images, labels)
    assert found.dead["conv2"] == 0.25
    assert found.dead["dense2"] == 0
    assert set(found.dead) == {"conv1", "conv2", "dense1", "dense2"}
    weights["dense1/kernel"][:, 0] = np.inf
    assert (
        fit_gauge(Trained(weights, Config(data="wardrobe"), "custom", 1.0)).spread["dense1"].sum()
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_can_be_watched(network):
    weights = initial_weights(NETWORKS[network], 0)
    found = fit_gauge(Trained(weights, Config(network=network, data="wardrobe"), "custom", 0.0))
    assert np.isfinite(found.gradient)
    assert all(0 <= share <= 1 for share in found.dead.values())
