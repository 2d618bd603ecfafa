"""What comes in."""

from dlcore import _checks


class Input:
    """Says how many numbers a row has, so that the model can be built before it sees data.

    Parameters
    ----------
    shape : tuple of one int
        (inputs,).

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.layers.Input((4,)), dlcore.layers.Dense(2)])
    >>> model.count_params()
    10
    """

    def __init__(self, shape: tuple[int]) -> None:
        if not isinstance(shape, tuple | list):
            raise TypeError(f"shape must be a tuple of one int, got {shape!r}")
        if len(shape) != 1:
            raise ValueError(f"shape must be (inputs,), got {shape!r}")
        self.width = _checks.integer("shape[0]", shape[0], low=1)
        self.shape = (None, self.width)

    def __repr__(self) -> str:
        return f"Input(shape=({self.width},))"
