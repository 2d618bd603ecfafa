"""The one axis that layers without a position of their own work along."""

from dlcore import _checks


def checked(axis: object) -> object:
    """The argument itself, if it means the features of rows of numbers: -1, or 1, also in a list."""
    alone = axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis
    if isinstance(alone, list | tuple) or _checks.integer("axis", alone, low=-_checks.MAX_SIZE) not in (
        -1,
        1,
    ):
        raise ValueError(f"axis must be -1 or 1, the features of a row, got {axis!r}")
    return axis
