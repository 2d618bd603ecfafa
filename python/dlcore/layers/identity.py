"""The layer that does nothing."""

from typing import Any

from dlcore.layers.layer import Layer, Shape


class Identity(Layer):
    """Gives what it gets; takes the arguments of `Layer`.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.layers.Identity()([[1.0, -2.0]]).tolist()
    [[1.0, -2.0]]
    """

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """Nothing."""
        return []
