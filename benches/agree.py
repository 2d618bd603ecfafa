"""Whether two implementations do the same, before their times are compared."""

import dataclasses

import numpy as np


def check(net, first, second):
    """Losses and weights after two steps in order, without dropout; raises AssertionError where they differ.

    Adam's first steps of 1e-3 follow little but the sign of a gradient: where that is rounding's, a weight
    goes the other way. Such weights are few, so the mean is what tells.
    """
    net = dataclasses.replace(net, dropout=0.0, steps=2)
    x, y = net.data()
    peers = first(net), second(net)
    losses = [peer.epoch(x, y, shuffle=False) for peer in peers]
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-5, err_msg=net.name)
    for a, b in zip(*(peer.get_weights() for peer in peers), strict=True):
        assert np.abs(a - b).mean() < 3e-5, f"{net.name}: weights differ"
