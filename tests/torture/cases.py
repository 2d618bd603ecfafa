"""Hypothesis draws cases: a target, and bad values for one or two of its arguments."""

from hypothesis import strategies as st

from torture import arrays, files, values

ARRAY = st.tuples(
    st.just("array"),
    st.sampled_from(["as given", *arrays.DTYPES]),
    st.sampled_from("<>"),
    st.sampled_from(sorted(arrays.SHAPES)),
    st.sampled_from(sorted(arrays.LAYOUTS)),
    st.sampled_from(sorted(arrays.FILLS)),
    st.integers(0, 9),
)
NAMED = st.tuples(st.just("named"), st.sampled_from(list(values.NAMED)))
FILE = st.tuples(
    st.just("file"), st.sampled_from(files.KINDS), st.floats(0, 1, width=16), st.integers(0, 255)
)
LEAF = st.one_of(NAMED, ARRAY)
WITHIN = st.tuples(st.just("within"), st.integers(0, 20), LEAF)
DEEPER = st.tuples(st.just("within"), st.integers(0, 20), WITHIN)


def values_for(good):
    """What to try in place of a good value: arrays most where an array is wanted."""
    if hasattr(good, "dtype"):
        return st.one_of(ARRAY, ARRAY, NAMED)
    if isinstance(good, list | tuple | dict) and good:
        return st.one_of(NAMED, WITHIN, DEEPER)
    if hasattr(good, "__fspath__"):
        return st.one_of(NAMED, FILE, FILE, FILE)
    return st.one_of(NAMED, NAMED, NAMED, ARRAY)


@st.composite
def cases(draw, targets):
    """(target's name, {argument: spec})."""
    target = targets[draw(st.sampled_from(sorted(targets)))]
    names = list(target.arguments)
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)) if names else []
    return target.name, {name: draw(values_for(target.arguments[name])) for name in chosen}
