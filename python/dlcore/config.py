"""Settings that hold for what is made from now on, under Keras's names."""

from dlcore import _checks

__all__ = ["backend", "epsilon", "floatx", "image_data_format", "set_floatx"]


def floatx() -> str:
    """The dtype of models that are given none: "float32", unless `set_floatx` said otherwise."""
    return _checks.floatx()


def set_floatx(value: object) -> None:
    """Set the dtype of models that are given none.

    Parameters
    ----------
    value : {"float32", "float64"}

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.set_floatx("float32")
    """
    _checks.set_floatx(value)


def epsilon() -> float:
    """How far probabilities stay away from 0 and 1 in a loss: 1e-7."""
    return 1e-7


def backend() -> str:
    """What computes: "dlcore"."""
    return "dlcore"


def image_data_format() -> str:
    """Where the channels of images would be; images are flattened here."""
    return "channels_last"
