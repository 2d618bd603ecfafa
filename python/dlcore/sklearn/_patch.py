"""scikit-learn's own names for dlcore's estimators, so that scripts need not change."""

from __future__ import annotations

import sys
from types import ModuleType, TracebackType

import sklearn.neural_network

from dlcore.sklearn._classifier import MLPClassifier
from dlcore.sklearn._regressor import MLPRegressor

_OURS: dict[str, type] = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}
_THEIRS: dict[str, type] = {name: getattr(sklearn.neural_network, name) for name in _OURS}
_replaced: list[tuple[ModuleType, str, str]] = []
"""Where one of theirs was, and which."""


def patch_sklearn(verbose: bool = False) -> Patch:
    """Make scikit-learn's names `MLPClassifier` and `MLPRegressor` mean dlcore's estimators.

    In modules that have imported them already, too. What was replaced is said on stderr, once.

    Parameters
    ----------
    verbose : bool, default=False
        Whether to say on stderr, too, when such an estimator is fitted.

    Returns
    -------
    Patch
        Used in a with statement, it takes everything back at the end.

    Examples
    --------
    >>> import sklearn.neural_network
    >>> from dlcore.sklearn import patch_sklearn
    >>> with patch_sklearn():
    ...     sklearn.neural_network.MLPClassifier.__module__
    'dlcore.sklearn._classifier'
    """
    changed = _replace()
    if changed:
        print(f"dlcore takes the place of scikit-learn's {' and '.join(sorted(changed))}", file=sys.stderr)
    for ours in _OURS.values():
        ours._announces_fits = verbose  # type: ignore[attr-defined]
    return Patch()


def unpatch_sklearn() -> None:
    """Take back what `patch_sklearn` did. Modules that were imported in between keep what they imported."""
    while _replaced:
        module, attribute, name = _replaced.pop()
        if vars(module).get(attribute) is _OURS[name]:
            setattr(module, attribute, _THEIRS[name])
    for ours in _OURS.values():
        ours._announces_fits = False  # type: ignore[attr-defined]


class Patch:
    """What `patch_sklearn` did, until the end of a with statement."""

    def __enter__(self) -> Patch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        unpatch_sklearn()


def _replace() -> set[str]:
    """Put our classes wherever a module has one of theirs under any name; the names that were changed."""
    changed = set()
    for module in list(sys.modules.values()):
        if not isinstance(module, ModuleType) or module.__name__.split(".")[0] == "dlcore":
            continue
        for attribute, value in list(vars(module).items()):
            for name, theirs in _THEIRS.items():
                if value is theirs:
                    setattr(module, attribute, _OURS[name])
                    _replaced.append((module, attribute, name))
                    changed.add(name)
    return changed
