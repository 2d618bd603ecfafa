"""The elementary functions against multiple precision, on every instruction set."""

import math

import mpmath
import numpy as np
import pytest

from dlcore import _core

INF, NAN = math.inf, math.nan
ULPS = {"float64": 4, "float32": 2}
EXACT = {
    "exp": mpmath.exp,
    "exp_m1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "erf": mpmath.erf,
}
SPECIAL = {
    "exp": [(0.0, 1), (-0.0, 1), (INF, INF), (-INF, 0.0), (1e4, INF), (-1e4, 0.0)],
    "exp_m1": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1), (1e4, INF), (-1e4, -1)],
    "log": [(1, 0.0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-1, NAN), (-INF, NAN)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1, -INF), (INF, INF), (-2, NAN), (-INF, NAN)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (1e4, 1), (-1e4, -1)],
    "sigmoid": [(0.0, 0.5), (-0.0, 0.5), (INF, 1), (-INF, 0.0), (1e4, 1), (-1e4, 0.0)],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (1e4, 1), (-1e4, -1)],
}


def points(name, dtype):
    """From the smallest subnormal number to the largest number, and densely where most happens."""
    rng = np.random.default_rng(0)
    info = np.finfo(dtype)
    with np.errstate(over="ignore"):
        sizes = np.exp2(rng.uniform(info.minexp - info.nmant, info.maxexp, 1000)).astype(dtype)
    spread = np.concatenate([sizes, -sizes]).astype(dtype)
    close = rng.uniform(-3, 3, 1000)
    wide = rng.uniform(1.1 * np.log(info.tiny / 2**info.nmant), 1.1 * np.log(info.max), 1000)
    x = np.concatenate([spread, close, wide]).astype(dtype)
    near_one = (1 + rng.uniform(-1e-3, 1e-3, 500)).astype(dtype)
    x = np.concatenate([x, near_one, [info.tiny, info.smallest_subnormal, info.max]]).astype(dtype)
    x = x[np.isfinite(x)]
    if name == "log":
        return x[x > 0]
    if name == "log1p":
        return x[x > -1]
    return x


def ulps(found, exact, dtype):
    """The distance in units of the exact value's last place; infinity where it cannot be right."""
    info = np.finfo(dtype)
    overflows = abs(exact) > mpmath.mpf(float(info.max)) * (1 + mpmath.mpf(2) ** -(info.nmant + 2))
    if not np.isfinite(found) or overflows:
        return 0.0 if overflows and found == math.copysign(INF, exact) else INF
    spacing = np.spacing(abs(dtype.type(float(exact))))
    return float(abs(mpmath.mpf(float(found)) - exact) / mpmath.mpf(float(spacing)))


@pytest.fixture(scope="module", params=ULPS)
def dtype(request):
    return np.dtype(request.param)


@pytest.fixture(scope="module", params=EXACT)
def case(request, dtype):
    """Name, points, exact values; made once for all instruction sets."""
    x = points(request.param, dtype)
    with mpmath.workprec(160):
        return request.param, x, [EXACT[request.param](mpmath.mpf(float(v))) for v in x]


def test_within_few_ulps(case, dtype, isa):
    name, x, exact = case
    with np.errstate(all="ignore"):
        errors = [ulps(f, e, dtype) for f, e in zip(_core.elementary(name, x), exact, strict=True)]
    worst = int(np.argmax(errors))
    assert errors[worst] <= ULPS[dtype.name], f"{name}({x[worst]!r}): {errors[worst]:.2f} ulp"


@pytest.mark.parametrize("name", SPECIAL)
def test_special_values(name, dtype, isa):
    x, expected = np.array([*SPECIAL[name], (NAN, NAN)], dtype).T
    found = _core.elementary(name, np.ascontiguousarray(x))
    np.testing.assert_array_equal(found, expected)
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found)[numbers], np.signbit(expected)[numbers])


def test_an_unknown_function_is_refused():
    with pytest.raises(ValueError, match="cosine"):
        _core.elementary("cosine", np.zeros(3))
