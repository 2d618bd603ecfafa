"""Threads and instruction set: what the environment asks for, and what is in use.

How many threads there may be is said, the first that says it, by

1. `set_num_threads`, or threadpoolctl's `threadpool_limits` (see `dlcore.threadpool`);
2. `DLCORE_NUM_THREADS`;
3. the smaller of `RAYON_NUM_THREADS` and `OMP_NUM_THREADS` (joblib sets the latter in its workers);
4. the machine: the processors that the affinity mask and the cgroup leave to this process, when they are
   first asked for.

`DLCORE_ISA` names an instruction set. Results are the same bits whatever is chosen.
"""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any, Literal, overload

from dlcore import _checks, _core
from dlcore._registry import one_of

_MAX_THREADS = 256
_sources = {"isa": "detection", "threads": "processors available"}


def apply_environment() -> None:
    """Read the environment, once, on import.

    Raises
    ------
    ValueError
        If a variable holds what it cannot mean; the message names the variable.
    """
    isa = os.environ.get("DLCORE_ISA")
    if isa:
        one_of("instruction set in DLCORE_ISA", isa, _core.available_isas())
        _core.set_isa(isa)
        _sources["isa"] = "DLCORE_ISA"
    asked = _threads_asked("DLCORE_NUM_THREADS")
    if not asked:
        asked = _threads_asked("RAYON_NUM_THREADS") + _threads_asked("OMP_NUM_THREADS")
    if asked:
        threads, _sources["threads"] = min(asked)
        _core.set_num_threads(threads)


def _threads_asked(variable: str) -> list[tuple[int, str]]:
    """The number in an environment variable with its name, or nothing."""
    text = os.environ.get(variable, "").strip()
    if variable == "OMP_NUM_THREADS":  # OpenMP allows a list, a number for each level of nesting
        text = text.split(",")[0].strip()
    if not text or (variable == "RAYON_NUM_THREADS" and text == "0"):  # rayon's "choose yourself"
        return []
    if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1 and len(text) < 9):
        raise ValueError(f"{variable} must be a whole number of threads, at least 1, got {text!r}")
    return [(min(int(text), _MAX_THREADS), variable)]


def set_num_threads(n: int) -> None:
    """Set how many threads there may be. Results do not depend on it.

    Parameters
    ----------
    n : int
        At least 1.

    Examples
    --------
    >>> import dlcore
    >>> before = dlcore.get_num_threads()
    >>> dlcore.set_num_threads(1)
    >>> dlcore.get_num_threads()
    1
    >>> dlcore.set_num_threads(before)
    """
    _core.set_num_threads(_checks.integer("n", n, low=1, high=_MAX_THREADS))
    note_threads("set_num_threads")


def note_threads(source: str) -> None:
    """Say what set the number of threads, for `show_config`."""
    _sources["threads"] = source


def join_threadpoolctl() -> None:
    """Let the limits of threadpoolctl hold here, too, if it is loaded by now and new enough to be told."""
    if hasattr(sys.modules.get("threadpoolctl"), "register"):
        importlib.import_module("dlcore.threadpool")


def get_num_threads() -> int:
    """How many threads there may be.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.get_num_threads() >= 1
    True
    """
    return _core.get_num_threads()


@contextlib.contextmanager
def limited_threads(n: int) -> Iterator[None]:
    """At most so many threads for what this thread calls within."""
    before = _core.limit_threads(n)
    try:
        yield
    finally:
        _core.limit_threads(before)


@overload
def show_config(mode: Literal["stdout"] = "stdout") -> None: ...
@overload
def show_config(mode: Literal["dicts"]) -> dict[str, Any]: ...
def show_config(mode: str = "stdout") -> dict[str, Any] | None:
    """Print or return version, instruction set and threads, and what each was chosen from.

    Parameters
    ----------
    mode : {"stdout", "dicts"}
        Print, or return a dict with "version", "isa", "isa_from", "isas_available", "threads",
        "threads_from" and "threads_available".

    Examples
    --------
    >>> import dlcore
    >>> sorted(dlcore.show_config(mode="dicts"))[:2]
    ['isa', 'isa_from']
    """
    one_of("mode", mode, ["stdout", "dicts"])
    config = {
        "version": _core.version(),
        "isa": _core.isa(),
        "isa_from": _sources["isa"],
        "isas_available": _core.available_isas(),
        "threads": _core.get_num_threads(),
        "threads_from": _sources["threads"],
        "threads_available": _core.available_threads(),
    }
    if mode == "dicts":
        return config
    print(f"dlcore {config['version']}")
    print(
        f"isa      {config['isa']} (from {config['isa_from']}; there are {', '.join(_core.available_isas())})"
    )
    available = config["threads_available"]
    print(f"threads  {config['threads']} (from {config['threads_from']}; there are {available})")
    return None
