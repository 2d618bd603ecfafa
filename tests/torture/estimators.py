"""Targets at scikit-learn's face: every parameter, and every method with data."""

import copy
import functools

import numpy as np

from dlcore.sklearn import MLPClassifier, MLPRegressor, from_sklearn, to_sklearn
from torture.judge import bits
from torture.models import X, Y
from torture.models import classifier as keras_classifier
from torture.target import DOCUMENTED, Target, signature

WIDE = X.astype(np.float64)
GOOD = {
    "X": WIDE,
    "y": Y,
    "sample_weight": np.ones(len(X)),
    "classes": [0, 1, 2],
    "validation_data": (WIDE, Y),
}
PARAMETERS = {"hidden_layer_sizes": (3,), "max_iter": 2, "random_state": 0}
LONG = {"2^31", "2^40", "2^62", "2^63", "2^64", "10^400", "infinity", "1e308"}
"""So many epochs are asked for and done."""

KINDS = (*DOCUMENTED, ZeroDivisionError, OverflowError)
"""The last two for batches without weight, and from scikit-learn's checks of numbers of any size."""


def targets():
    """Both estimators."""
    for cls in (MLPClassifier, MLPRegressor):
        y = Y if cls is MLPClassifier else Y.astype(float)
        parameters = cls().get_params() | PARAMETERS

        def fit(made, cls=cls, y=y, **arguments):
            cls(**arguments).fit(WIDE, y).predict(WIDE)

        excluded = {"max_iter": LONG, "max_fun": LONG, "n_iter_no_change": LONG}
        yield Target(f"{cls.__name__}", fit, parameters, documented=KINDS, excluded=excluded)
        for solver in ("adam", "lbfgs"):
            for name in (
                "fit",
                "partial_fit",
                "predict",
                "predict_proba",
                "predict_log_proba",
                "score",
                "to_onnx",
            ):
                if hasattr(cls, name) and not (name == "partial_fit" and solver == "lbfgs"):
                    yield _method(cls, name, y, solver)
        yield Target(
            f"{cls.__name__} with coefs_ of one's own",
            _edited,
            {"coefs": _coefs(cls, y)},
            lambda cls=cls, y=y: _fitted(cls, y, "adam"),
            documented=KINDS,
        )
    yield from conversions()
    yield from by_hand()


def conversions():
    """To and from Keras's face."""
    yield Target("from_sklearn", lambda made, fitted: from_sklearn(fitted), {"fitted": Y})
    arguments = {"model": keras_classifier(), "classes": [0, 1, 2]}
    yield Target("to_sklearn", lambda made, **arguments: to_sklearn(**arguments), arguments)


def by_hand():
    """A fitted estimator of which one attribute was changed, as in a pickle that somebody edited."""
    for cls, y in ((MLPClassifier, Y), (MLPRegressor, Y.astype(float))):
        for attribute, good in vars(_fitted(cls, y, "adam")).items():
            if attribute in cls().get_params():
                continue

            def use(made, attribute=attribute, y=y, **changed):
                made.__setstate__(made.__getstate__() | {attribute: copy.copy(changed[attribute])})
                made.predict(WIDE)
                made.partial_fit(WIDE, y)

            make = functools.partial(_fitted, cls, y, "adam")
            value = good if isinstance(good, int | float | str | list | np.ndarray) else None
            yield Target(
                f"{cls.__name__} with edited {attribute}",
                use,
                {attribute: value},
                make,
                documented=(Exception,),
            )


def _fitted(cls, y, solver):
    return cls(**PARAMETERS, solver=solver).fit(WIDE, y)


def _coefs(cls, y):
    return _fitted(cls, y, "adam").coefs_


def _edited(made, coefs):
    made.coefs_ = coefs
    made.predict(WIDE)


def _method(cls, name, y, solver):
    arguments = signature(
        getattr(cls, name), GOOD | {"y": y, "validation_data": (WIDE, y), "path": "written.onnx"}
    )
    arguments.pop("self", None)
    if cls is MLPRegressor or solver == "lbfgs":
        arguments.pop("classes", None)
    return Target(
        f"{cls.__name__}.{name} ({solver})",
        lambda made, **arguments: getattr(made, name)(**arguments),
        arguments,
        lambda: _fitted(cls, y, solver),
        _look,
        KINDS,
    )


def _look(model):
    model.predict(WIDE)
    return bits([*model.coefs_, *model.intercepts_]), bits(model.get_params())
