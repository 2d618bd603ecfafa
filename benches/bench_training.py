"""One training epoch beside NumPy by hand and scikit-learn."""

import pytest

import agree
from dlcore_net import DlcoreNet
from nets import NETS
from numpy_net import NumpyNet
from sklearn_net import SklearnNet

NETS = NETS[:5]  # The widest takes too long for many rounds: see ratios.py.


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_dlcore_and_numpy_compute_the_same(net):
    agree.check(net, DlcoreNet, NumpyNet)


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
@pytest.mark.parametrize("who", [DlcoreNet, NumpyNet, SklearnNet], ids=lambda who: who.__name__)
def test_epoch(benchmark, who, net):
    x, y = net.data()
    peer = who(net)
    peer.epoch(x, y)
    benchmark.group = f"{net.name}, {net.steps} steps"
    benchmark.pedantic(peer.epoch, (x, y), rounds=5)
