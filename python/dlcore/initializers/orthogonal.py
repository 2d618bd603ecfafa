"""Matrices with orthogonal rows or columns."""

import math
from typing import Any

import numpy as np

from dlcore import _checks, _core
from dlcore._typing import FloatArray
from dlcore.initializers.initializer import RandomInitializer


class Orthogonal(RandomInitializer):
    """A matrix whose columns, or rows, if these are fewer, are orthogonal and of one length.

    It is the first factor of the QR decomposition of a normal matrix, with signs such that the diagonal of
    the second one is positive. A shape of more axes is that of a matrix with the last one as its columns.

    Parameters
    ----------
    gain : float
        The length; default 1.
    seed : int, optional
        See `RandomInitializer`. The decomposition is NumPy's, so the last bits may differ between machines.

    Notes
    -----
    Saxe, McClelland and Ganguli, arXiv:1312.6120; the signs: Mezzadri, arXiv:math-ph/0609050.

    Examples
    --------
    >>> import dlcore, numpy as np
    >>> kernel = dlcore.initializers.Orthogonal(seed=1)((3, 2), "float64")
    >>> bool(np.allclose(kernel.T @ kernel, np.eye(2)))
    True
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = _checks.real("gain", gain)

    def __call__(self, shape: tuple[int, ...], dtype: str = "float32") -> FloatArray:
        """An array of the shape and dtype."""
        shape = _checks.sizes("shape", shape)
        if len(shape) < 2:
            raise ValueError(f"shape must have at least two axes for Orthogonal, got {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(_core.random_normal(self.draw_seed(), tall, 0.0, 1.0, "float64"))
        q = q * np.sign(np.diag(r))
        matrix: FloatArray = self.gain * (q if rows >= columns else q.T).reshape(shape)
        return np.ascontiguousarray(matrix, _checks.dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        """Gain and seed."""
        return {"gain": self.gain} | super().get_config()
