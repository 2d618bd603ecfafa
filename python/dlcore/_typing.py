"""Types that several modules name."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32] | NDArray[np.float64]

SparseRows = tuple[FloatArray, NDArray[np.uint32], NDArray[np.uint64], int]
"""Values, the column of each, where each row begins (and the last one ends), and how many columns."""
