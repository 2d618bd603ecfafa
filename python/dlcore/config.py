"""Settings that hold for what is made from now on, under Keras's names."""

from dlcore import _checks

__all__ = [
    "backend",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]


def floatx() -> str:
    """The dtype of models that are given none: "float32", unless `set_floatx` said otherwise.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.floatx()
    'float32'
    """
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


def dtype_policy() -> str:
    """The same: what a model computes in is what its weights are.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.dtype_policy()
    'float32'
    """
    return floatx()


def set_dtype_policy(policy: object) -> None:
    """Set it: "float32" or "float64".

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.set_dtype_policy("float32")
    """
    set_floatx(policy)


def epsilon() -> float:
    """How far probabilities stay away from 0 and 1 in a loss: 1e-7.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.epsilon()
    1e-07
    """
    return 1e-7


def set_epsilon(value: float) -> None:
    """Accepted if it changes nothing: the core has 1e-7.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.set_epsilon(1e-7)
    """
    if _checks.real("value", value) != epsilon():
        raise ValueError(f"value must be {epsilon()}, which the losses have built in, got {value!r}")


def backend() -> str:
    """What computes: "dlcore".

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.backend()
    'dlcore'
    """
    return "dlcore"


def image_data_format() -> str:
    """Where the channels of images would be; images are flattened here.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.image_data_format()
    'channels_last'
    """
    return "channels_last"


def set_image_data_format(data_format: str) -> None:
    """Accepted if it changes nothing.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.set_image_data_format("channels_last")
    """
    if data_format != image_data_format():
        raise ValueError(f"data_format must be {image_data_format()!r}, got {data_format!r}")


def enable_traceback_filtering() -> None:
    """Accepted: no line of a traceback is left out.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.enable_traceback_filtering()
    """


def disable_traceback_filtering() -> None:
    """Accepted: no line of a traceback is left out.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.disable_traceback_filtering()
    """


def enable_interactive_logging() -> None:
    """Let `verbose="auto"` report as `verbose=1` does, which is the default.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.enable_interactive_logging()
    >>> dlcore.config.is_interactive_logging_enabled()
    True
    """
    _checks.set_interactive(True)


def disable_interactive_logging() -> None:
    """Let `verbose="auto"` report as `verbose=2` does.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.disable_interactive_logging()
    >>> dlcore.config.is_interactive_logging_enabled()
    False
    >>> dlcore.config.enable_interactive_logging()
    """
    _checks.set_interactive(False)


def is_interactive_logging_enabled() -> bool:
    """Which of the two it is.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.config.is_interactive_logging_enabled()
    True
    """
    return _checks.is_interactive()
