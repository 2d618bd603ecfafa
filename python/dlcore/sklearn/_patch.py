"""scikit-learn's own names for dlcore's estimators, so that scripts need not change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType, TracebackType
from typing import Any

import sklearn.neural_network

from dlcore.sklearn._classifier import MLPClassifier
from dlcore.sklearn._estimator import BaseMLP
from dlcore.sklearn._regressor import MLPRegressor

_OURS: dict[str, type] = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}
_THEIRS: dict[str, Any] = {name: getattr(sklearn.neural_network, name) for name in _OURS}
_replaced: list[tuple[dict[str, Any], str, str]] = []
"""The variables of a module, which of them was one of theirs, and whose name it has in scikit-learn."""

for _name, _ours in _OURS.items():
    _THEIRS[_name].register(_ours)  # for isinstance, where somebody kept theirs


def patch_sklearn(*, verbose: bool = False) -> Patch:
    """Make scikit-learn's names `MLPClassifier` and `MLPRegressor` mean dlcore's estimators.

    In modules that have imported them already, too, under whatever name. What was replaced is said on stderr,
    once.

    Parameters
    ----------
    verbose : bool, default=False
        Whether it is said on stderr, too, when such an estimator is fitted (in this process).

    Returns
    -------
    Patch
        At the end of a with statement, all is again as it was before this call.

    Notes
    -----
    Models that exist stay what they are, as do classes derived from scikit-learn's, and what a list, a
    dictionary or an object holds. Files know which is which: a model that scikit-learn wrote is read as
    scikit-learn's, one of dlcore's as dlcore's, patched or not. To `isinstance`, dlcore's models are
    scikit-learn's, too.

    Examples
    --------
    >>> import sklearn.neural_network
    >>> from dlcore.sklearn import patch_sklearn
    >>> with patch_sklearn():
    ...     sklearn.neural_network.MLPClassifier.__module__
    'dlcore.sklearn._classifier'
    """
    patch = Patch(was_on=bool(_replaced), was_verbose=BaseMLP._announces_fits)
    _replace()
    if not patch.was_on:
        print(f"dlcore takes the place of scikit-learn's {' and '.join(_OURS)}", file=sys.stderr)
    BaseMLP._announces_fits = verbose
    return patch


def unpatch_sklearn() -> None:
    """Take back what `patch_sklearn` did, however often it was called.

    Modules that were imported in between keep what they imported.

    Examples
    --------
    >>> import dlcore
    >>> from dlcore.sklearn import patch_sklearn, unpatch_sklearn
    >>> _ = patch_sklearn()
    >>> unpatch_sklearn()
    >>> from sklearn.neural_network import MLPClassifier
    >>> MLPClassifier.__module__
    'sklearn.neural_network._multilayer_perceptron'
    """
    while _replaced:
        variables, attribute, name = _replaced.pop()
        if variables.get(attribute) is _OURS[name]:
            variables[attribute] = _THEIRS[name]
    BaseMLP._announces_fits = False


class Patch:
    """What a call of `patch_sklearn` changed, until the end of a with statement.

    Parameters
    ----------
    was_on, was_verbose : bool
        How it was before.
    """

    def __init__(self, was_on: bool, was_verbose: bool) -> None:
        self.was_on, self.was_verbose = was_on, was_verbose

    def __enter__(self) -> Patch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.was_on:
            unpatch_sklearn()
        elif _replaced:  # else somebody has taken everything back
            BaseMLP._announces_fits = self.was_verbose


def _replace() -> None:
    """Put our classes wherever a module has one of theirs."""
    for variables in _modules():
        for attribute, value in list(variables.items()):
            for name, theirs in _THEIRS.items():
                if value is theirs:
                    variables[attribute] = _OURS[name]
                    _replaced.append((variables, attribute, name))


def _modules() -> Iterator[dict[str, Any]]:
    """The variables of each module but dlcore's and those that define the classes, where pickle looks."""
    homes = {theirs.__module__ for theirs in _THEIRS.values()}
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and name.split(".")[0] != "dlcore" and name not in homes:
            # Not vars(), which would import a module that is loaded when it is first used.
            yield object.__getattribute__(module, "__dict__")
