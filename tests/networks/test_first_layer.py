"""The weights that meet the picture, as little pictures: for every network there is."""

import numpy as np
import pytest

from model.networks.architectures import NETWORKS, Network, initial_weights
from model.networks.first_layer import MOST_FILTERS, MOST_UNITS, first_kernels, first_layer
from model.networks.layers import Conv, Dense, Flatten, Pool


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_shows_its_first_weights(name):
    network = NETWORKS[name]
    weights = initial_weights(network, 0)
    kernels = first_kernels(network, weights)
    layer_name, layer = first_layer(network)
    kernel = weights[f"{layer_name}/kernel"]
    if isinstance(layer, Conv):
        assert kernels.shape == (min(layer.filters, MOST_FILTERS), layer.kernel, layer.kernel)
        for number, shown in enumerate(kernels):
            np.testing.assert_array_equal(shown, kernel[:, :, 0, number])
    else:
        assert kernels.shape == (MOST_UNITS, 14, 14)
        for number, shown in enumerate(kernels):
            whole = kernel[:, number].reshape(28, 28).astype(float)
            assert shown[0, 0] == pytest.approx(whole[:2, :2].mean())
            assert shown[13, 4] == pytest.approx(whole[26:, 8:10].mean())


def test_of_many_filters_the_first_are_shown():
    network = Network("", "", (Conv(20, 3, "same", "relu"), Flatten(), Dense(10, "softmax")))
    assert len(first_kernels(network, initial_weights(network, 0))) == MOST_FILTERS


def test_units_behind_something_else_make_no_picture():
    network = Network("", "", (Pool("max"), Flatten(), Dense(10, "softmax")))
    assert len(first_kernels(network, initial_weights(network, 0))) == 0
