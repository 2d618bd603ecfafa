"""Does one case and says what is wrong with it."""

import copy
import json
import os
import traceback

import numpy as np
import scipy.sparse

from torture import values

TOO_LARGE = 1 << 24


DESCRIPTORS = (0, 1, 2, 3)
"""Open files of others, which a number that is taken for a path would close."""


def _is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def bits(value, depth=4):
    """Something that is equal as long as the value is, bit for bit."""
    if isinstance(value, np.ndarray):
        owner = value
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        layout = value.dtype.str, value.shape, value.strides, value.flags.writeable
        if owner.dtype.hasobject:
            return (*layout, [bits(x, 1) for x in np.asarray(value).reshape(-1)[:100]])
        return (*layout, owner.tobytes() if owner.nbytes < TOO_LARGE else None)
    if scipy.sparse.issparse(value):
        parts = {name: part for name, part in vars(value).items() if isinstance(part, np.ndarray)}
        return type(value).__name__, value.shape, bits(parts)
    if isinstance(value, dict) and depth:
        return [(repr(key), bits(part, depth - 1)) for key, part in value.items()]
    if isinstance(value, list | tuple) and depth:
        return type(value).__name__, [bits(part, depth - 1) for part in value[:1000]]
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, int | float | complex | str | bytes | bool | None):
        return repr(value)
    return id(value)


def judge(target, specs, damage):
    """None if all is well, else what is not."""
    arguments = {
        name: copy.deepcopy(good) if name not in specs else None for name, good in target.arguments.items()
    }
    for name, spec in specs.items():
        arguments[name] = values.build(spec, target.arguments[name], damage)
    try:
        made = target.make()
        seen = target.look(made)
    except Exception:
        return "the target itself: " + traceback.format_exc(limit=-2)
    before = {name: bits(value) for name, value in arguments.items()}
    raised = None
    try:
        target.call(made, **arguments)
    except (*target.documented, *values.OF_THE_CALLER) as error:
        raised = error
    except BaseException as error:
        origin = traceback.extract_tb(error.__traceback__)[-1]
        return f"undocumented {type(error).__name__} from {origin.name}: {str(error)[:200]}"
    for number in DESCRIPTORS:
        if not _is_open(number):
            os.open(os.devnull, os.O_RDWR)
            return f"closed file descriptor {number}"
    for name, value in arguments.items():
        if bits(value) != before[name] and not (name in target.writes and raised is None):
            return f"changed argument {name}"
    if raised is not None and not _was_trained(raised, specs):
        try:
            same = target.look(made) == seen
        except Exception as error:
            return f"after {type(raised).__name__}, unusable: {type(error).__name__}: {str(error)[:200]}"
        if not same:
            return f"after {type(raised).__name__}, changed: {str(raised)[:200]}"
    return None


def _was_trained(raised, specs):
    """Whether the model may have learned before the error: a batch was not finite, or came later."""
    has_stream = "generator" in json.dumps(list(specs.values()))
    return has_stream or isinstance(raised, FloatingPointError) or "non-finite" in str(raised)


def is_excluded(target, specs):
    """Whether a case asks for what takes long, and rightly so."""
    return any(
        spec[0] == "named" and spec[1] in target.excluded.get(name, ()) for name, spec in specs.items()
    )


def as_text(case):
    """A line from which the case can be done again."""
    return json.dumps(case)


def from_text(text):
    """Such a case."""
    name, specs = json.loads(text)
    return name, specs
