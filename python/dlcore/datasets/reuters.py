"""News and what they are about."""

import numpy as np

from dlcore.datasets._files import cut, find
from dlcore.datasets._words import Coding, Texts, index

__all__ = ["get_label_names", "get_word_index", "load_data"]

_SHA256 = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
_LABELS = """
    cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton
    carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock
    retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"""


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[Texts, Texts]:
    """11,228 texts as lists of words' numbers, with one of 46 topics each, in two parts.

    Parameters
    ----------
    test_split : float
        Which share is the second part; default 0.2.
    path, num_words, skip_top, maxlen, seed, start_char, oov_char, index_from
        See `imdb.load_data`.

    Raises
    ------
    FileNotFoundError
        If the file is not there.

    Examples
    --------
    >>> import dlcore
    >>> (x, y), (x_test, y_test) = dlcore.datasets.reuters.load_data(num_words=10000)  # doctest: +SKIP
    >>> len(x), len(x_test)  # doctest: +SKIP
    (8982, 2246)
    """
    coding = Coding(num_words, skip_top, maxlen, seed, start_char, oov_char, index_from).checked()
    # Lists of different lengths are pickled; but what is in the file is known by its hash.
    with np.load(find(path, "reuters.npz", _SHA256), allow_pickle=True) as file:
        coded, topics = coding.read(file["x"], file["y"], coding.order())
    texts = coding.limit(coded)
    at = cut(len(texts), test_split)
    return (texts[:at], topics[:at]), (texts[at:], topics[at:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The number of each word, before `index_from` is added.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.datasets.reuters.get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return index(find(path, "reuters_word_index.json"))


def get_label_names() -> tuple[str, ...]:
    """What the topics are called.

    Examples
    --------
    >>> import dlcore
    >>> len(dlcore.datasets.reuters.get_label_names())
    46
    """
    return tuple(_LABELS.split())
