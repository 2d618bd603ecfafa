"""scikit-learn's own tests of its MLPs, from the installed package, on dlcore's estimators."""

import importlib.util

import pytest

pytest.importorskip("sklearn", minversion="1.9")
from dlcore.sklearn import MLPClassifier, MLPRegressor, patch_sklearn

LEFT_OUT = {"test_gradient": "calls the private method _loss_grad_lbfgs, with buffers that only it needs"}

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs are run with warnings shown


def load():
    """The module, whose estimators are dlcore's from its first line on; scikit-learn's stays as it is."""
    spec = importlib.util.find_spec("sklearn.neural_network.tests.test_mlp")
    module = importlib.util.module_from_spec(spec)
    with patch_sklearn():
        spec.loader.exec_module(module)
    return module


THEIRS = load()
TESTS = {name: test for name, test in vars(THEIRS).items() if name.startswith("test_")}
globals().update({name: test for name, test in TESTS.items() if name not in LEFT_OUT})


@pytest.fixture(params=[0, 42])
def global_random_seed(request):
    return request.param


def test_that_these_are_ours():
    assert THEIRS.MLPClassifier is MLPClassifier
    assert THEIRS.MLPRegressor is MLPRegressor
    assert len(TESTS) > 30
    assert set(LEFT_OUT) <= set(TESTS)
