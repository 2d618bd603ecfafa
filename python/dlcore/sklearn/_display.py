"""Loss curves as scikit-learn's displays draw theirs."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import check_is_fitted


class LossCurveDisplay:
    """Loss, and validation loss if there is one, against epochs.

    Parameters
    ----------
    loss_curve : sequence of float
    validation_loss_curve : sequence of float, optional
    estimator_name : str, optional

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from dlcore.sklearn import LossCurveDisplay, MLPClassifier
    >>> model = MLPClassifier(early_stopping=True, random_state=0).fit(*load_iris(return_X_y=True))
    >>> display = LossCurveDisplay.from_estimator(model)
    >>> display.ax_.get_xlabel()
    'epoch'
    """

    def __init__(
        self, *, loss_curve: Any, validation_loss_curve: Any = None, estimator_name: str | None = None
    ) -> None:
        self.loss_curve = loss_curve
        self.validation_loss_curve = validation_loss_curve
        self.estimator_name = estimator_name

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Any = None, **options: Any
    ) -> LossCurveDisplay:
        """Draw the curves of a fitted estimator.

        Parameters
        ----------
        estimator : MLPClassifier or MLPRegressor
            Fitted with sgd or adam; scikit-learn's own will do, too.
        name : str, optional
            In the legend; the class's name if it is None.
        ax : matplotlib Axes, optional
        **options
            For matplotlib's `plot`.

        Returns
        -------
        LossCurveDisplay
        """
        check_is_fitted(estimator)
        kind = type(estimator).__name__
        if not hasattr(estimator, "loss_curve_"):
            raise ValueError(
                "estimator must be an MLP fitted with solver='adam' or 'sgd', which has loss_curve_; "
                f"got {kind} without"
            )
        display = cls(
            loss_curve=estimator.loss_curve_,
            validation_loss_curve=getattr(estimator, "validation_loss_curve_", None),
            estimator_name=kind if name is None else name,
        )
        return display.plot(ax=ax, **options)

    def plot(self, *, ax: Any = None, name: str | None = None, **options: Any) -> LossCurveDisplay:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
        name : str, optional
        **options
            For matplotlib's `plot`.

        Returns
        -------
        self
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise ImportError("LossCurveDisplay needs matplotlib: pip install 'dlcore[plots]'") from error
        if ax is None:
            _, ax = plt.subplots()
        name = self.estimator_name if name is None else name
        curves = {"training": self.loss_curve, "validation": self.validation_loss_curve}
        self.lines_ = []
        for kind, curve in curves.items():
            if curve is not None and len(curve):
                label = kind if name is None else f"{name}, {kind}"
                (line,) = ax.plot(range(1, len(curve) + 1), curve, **({"label": label} | options))
                self.lines_.append(line)
        ax.set(xlabel="epoch", ylabel="loss")
        ax.legend()
        self.ax_, self.figure_ = ax, ax.figure
        return self
