"""Names for layers, models and metrics that were given none: dense, dense_1, dense_2, ... in this process."""

import re
from collections import Counter

_given: Counter[str] = Counter()


def choose(name: str | None, cls: type) -> str:
    """The name itself, checked, or the next one for the class."""
    if name is None:
        return numbered(snake_case(cls.__name__))
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {name!r}")
    if not name or "/" in name:
        raise ValueError(f"name must not be empty nor contain '/', got {name!r}")
    return name


def numbered(stem: str) -> str:
    """The next name with that beginning."""
    number = _given[stem]
    _given[stem] += 1
    return f"{stem}_{number}" if number else stem


def snake_case(name: str) -> str:
    """A class's or function's name as Keras names what it makes: "MyAUCScore" is "my_auc_score"."""
    letters = re.sub(r"\W", "", name)
    return re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", letters).lower()


def restart() -> None:
    """Count from the beginning again."""
    _given.clear()
