"""The base of all initializers."""

from typing import Any

from dlcore import _checks, _random
from dlcore._registry import Configurable
from dlcore._typing import FloatArray


class Initializer(Configurable):
    """Makes the first values of a weight: `initializer(shape, dtype)`.

    Examples
    --------
    >>> import dlcore
    >>> class Steps(dlcore.initializers.Initializer):
    ...     def __call__(self, shape, dtype="float32"):
    ...         return dlcore.ops.arange(shape[-1], dtype=dtype)
    >>> layer = dlcore.layers.Dense(3, bias_initializer=Steps())
    >>> layer.build((None, 2))
    >>> layer.bias.numpy().tolist()
    [0.0, 1.0, 2.0]
    """

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__")


class RandomInitializer(Initializer):
    """The base of those that draw.

    Parameters
    ----------
    seed : int, optional
        64 bits; the same seed and shape give the same values. By default each call draws its own from the
        generator that `dlcore.utils.set_random_seed` starts.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = _checks.seed(seed)

    def draw_seed(self) -> int:
        """The seed of this call."""
        return _random.next_seed() if self.seed is None else self.seed

    def get_config(self) -> dict[str, Any]:
        """The seed."""
        return {"seed": self.seed}
