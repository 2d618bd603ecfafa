"""scikit-learn's multilayer perceptrons, dropped in: the same parameters, numbers and errors, faster.

Needs scikit-learn 1.6 or later, which `import dlcore` never loads. Estimators are stored by pickle, joblib or
skops; a pickle runs what it names, so load none from strangers.
"""

try:
    from sklearn.utils.validation import validate_data as _validate_data  # noqa: F401, new in 1.6
except ImportError as error:
    raise ImportError(
        "dlcore.sklearn needs scikit-learn 1.6 or later: pip install 'dlcore[sklearn]'"
    ) from error

from dlcore import _config
from dlcore.sklearn._classifier import MLPClassifier
from dlcore.sklearn._conversion import from_sklearn, to_sklearn
from dlcore.sklearn._display import LossCurveDisplay
from dlcore.sklearn._patch import patch_sklearn, unpatch_sklearn
from dlcore.sklearn._regressor import MLPRegressor

__all__ = [
    "LossCurveDisplay",
    "MLPClassifier",
    "MLPRegressor",
    "from_sklearn",
    "patch_sklearn",
    "to_sklearn",
    "unpatch_sklearn",
]

_config.join_threadpoolctl()
