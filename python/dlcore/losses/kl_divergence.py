"""The Kullback-Leibler divergence."""

from numpy.typing import ArrayLike

from dlcore._typing import FloatArray
from dlcore.losses.loss import PlainLoss


class KLDivergence(PlainLoss):
    """sum(y * log(y / y')) over the outputs, where both are probabilities, cut to 1e-7..1 first.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Notes
    -----
    Kullback and Leibler, Annals of Mathematical Statistics 22 (1951).

    Examples
    --------
    >>> import dlcore
    >>> round(dlcore.losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]), 4)
    0.1438
    """

    core_name = "kl_divergence"
    PROBABILITIES = True


def kl_divergence(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    """The loss of each row, see `KLDivergence`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.losses.kl_divergence([[0.0, 1.0]], [[0.2, 0.8]]).round(4).tolist()
    [0.2231]
    """
    return KLDivergence().rows(y_true, y_pred)
