"""Names for layers and models that were given none: dense, dense_1, dense_2, ... in this process."""

import re
from collections import Counter

_given: Counter[str] = Counter()


def choose(name: str | None, cls: type) -> str:
    """The name itself, checked, or the next one for the class."""
    if name is None:
        stem = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
        number = _given[stem]
        _given[stem] += 1
        return f"{stem}_{number}" if number else stem
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {name!r}")
    if not name or "/" in name:
        raise ValueError(f"name must not be empty nor contain '/', got {name!r}")
    return name
