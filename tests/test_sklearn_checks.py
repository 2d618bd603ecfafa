"""scikit-learn's checks of estimators; what cannot pass is named with its reason, strictly."""

import pytest

pytest.importorskip("sklearn", minversion="1.9")
pytest.importorskip("pandas")
from sklearn import neural_network
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_estimator,
    check_param_validation,
    parametrize_with_checks,
)

from dlcore.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore")  # the checks fit a few rows for a few epochs

CONFIGURATIONS = [
    {},
    {"solver": "sgd", "learning_rate_init": 0.05, "max_iter": 300},
    {"solver": "lbfgs"},
    {"early_stopping": True, "n_iter_no_change": 20},
    {"dropout": 0.05},
    {"dtype": "float32"},
    {"learning_rate": "one_cycle", "learning_rate_init": 0.01, "alpha_scaling": "dataset"},
    {"class_weight": "balanced"},
]
EARLY = {"early_stopping": True, "n_iter_no_change": 20, "max_iter": 100}

_NO_PARTIAL_FIT = "partial_fit must refuse early stopping, as a test of scikit-learn's demands"
_TOO_FEW_ROWS = "too few rows to hold some of them out"
_EQUIVALENCE = (
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
)
EXCUSES = {
    "early_stopping": {
        "check_fit_score_takes_y": _NO_PARTIAL_FIT,
        "check_n_features_in_after_fitting": _NO_PARTIAL_FIT,
        "check_estimators_partial_fit_n_features": _NO_PARTIAL_FIT,
        "check_estimators_nan_inf": _TOO_FEW_ROWS,
        "check_fit2d_1feature": _TOO_FEW_ROWS,
    }
    | dict.fromkeys(_EQUIVALENCE, "rows are held out by their number, not their weight"),
    "dropout": dict.fromkeys(_EQUIVALENCE, "what is dropped depends on the place of a row in its batch"),
    "dtype": dict.fromkeys(_EQUIVALENCE, "asked for to 1e-7, the last place of float32"),
}
EARLY_ONLY = {
    MLPClassifier: {
        "check_classifiers_one_label": _TOO_FEW_ROWS,
        "check_class_weight_classifiers": "stops early",
    },
    MLPRegressor: {"check_regressors_no_decision_function": _TOO_FEW_ROWS},
}


def configured():
    for estimator in (MLPClassifier, MLPRegressor):
        for options in CONFIGURATIONS:
            if options.keys() <= estimator().get_params().keys():
                yield estimator(**{"max_iter": 100} | options)


def excuses(estimator):
    found = {}
    for name, reasons in EXCUSES.items():
        if getattr(estimator, name):
            found |= reasons
    return found | (EARLY_ONLY[type(estimator)] if estimator.early_stopping else {})


@parametrize_with_checks(list(configured()), expected_failed_checks=excuses)
def test_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_excuses_of_early_stopping_are_theirs(name):
    """scikit-learn's own estimators fail what ours do (but for parameters that they do not have)."""
    results = check_estimator(getattr(neural_network, name)(**EARLY), on_fail=None, on_skip=None)
    theirs = {result["check_name"] for result in results if result["status"] == "failed"}
    ours = set(excuses({"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}[name](**EARLY)))
    # That scikit-learn's classifier runs the check of weights on dense data with lbfgs only.
    assert ours - theirs <= {"check_class_weight_classifiers", _EQUIVALENCE[0]}


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_parameters_and_names(estimator):
    check_param_validation(estimator.__name__, estimator(max_iter=2))
    check_dataframe_column_names_consistency(estimator.__name__, estimator(max_iter=2))
