"""Reviews of films."""

import numpy as np

from dlcore.datasets._files import find
from dlcore.datasets._words import Coding, Texts, index

__all__ = ["get_word_index", "load_data"]

_SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> tuple[Texts, Texts]:
    """25,000 texts as lists of words' numbers, with 1 for praise and 0 for blame, and as many to test with.

    Parameters
    ----------
    path : str
        Of Keras's file, relative to `~/.keras/datasets`.
    num_words : int, optional
        Numbers from this one on, of rarer words, become `oov_char`.
    skip_top : int
        Numbers below this one, too.
    maxlen : int, optional
        Only texts that are shorter.
    seed : int
        Of the order; default 113.
    start_char : int, optional
        What a text begins with; default 1.
    oov_char : int, optional
        Default 2; None leaves such words out.
    index_from : int
        What is added to all words' numbers; default 3.

    Raises
    ------
    FileNotFoundError
        If the file is not there.

    Examples
    --------
    >>> import dlcore
    >>> (x, y), (x_test, y_test) = dlcore.datasets.imdb.load_data(num_words=10000)  # doctest: +SKIP
    >>> len(x), len(x_test)  # doctest: +SKIP
    (25000, 25000)
    """
    coding = Coding(num_words, skip_top, maxlen, seed, start_char, oov_char, index_from).checked()
    # Lists of different lengths are pickled; but what is in the file is known by its hash.
    with np.load(find(path, "imdb.npz", _SHA256), allow_pickle=True) as file:
        generator = coding.order()
        first, y_first = coding.read(file["x_train"], file["y_train"], generator)
        last, y_last = coding.read(file["x_test"], file["y_test"], generator)
    texts = coding.limit(first + last)
    return (texts[: len(first)], y_first), (texts[len(first) :], y_last)


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The number of each word, before `index_from` is added.

    Examples
    --------
    >>> import dlcore
    >>> dlcore.datasets.imdb.get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return index(find(path, "imdb_word_index.json"))
