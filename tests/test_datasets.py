"""Keras's data sets, from its folder."""

import gzip
import json

import numpy as np
import pytest

from dlcore import datasets
from dlcore.datasets import boston_housing, california_housing, fashion_mnist, imdb, mnist, reuters

MODULES = [boston_housing, california_housing, fashion_mnist, imdb, mnist, reuters]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Keras's folder, and no hash that its files must have."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for module in MODULES:
        monkeypatch.setattr(module, "_SHA256", None, raising=False)
    path = tmp_path / "datasets"
    path.mkdir()
    return path


@pytest.mark.parametrize("module", MODULES)
def test_what_is_not_there_is_not_downloaded(module, folder):
    with pytest.raises(FileNotFoundError, match=r"downloads nothing: put https://.* to .*datasets"):
        module.load_data()
    assert module.__name__.rpartition(".")[2] in datasets.__all__


def test_another_file_of_that_name(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets" / "mnist.npz", x_train=[1])
    with pytest.raises(ValueError, match=r"not Keras's mnist.npz, or damaged"):
        mnist.load_data()


def test_mnist(folder):
    arrays = {"x_train": np.ones((3, 28, 28), "uint8"), "y_train": [0, 1, 2]}
    np.savez(folder / "mnist.npz", **arrays, x_test=np.zeros((2, 28, 28), "uint8"), y_test=[3, 4])
    (x, y), (x_test, y_test) = mnist.load_data()
    assert (x.shape, x.dtype, y.tolist(), x_test.shape, y_test.tolist()) == (
        (3, 28, 28),
        "uint8",
        [0, 1, 2],
        (2, 28, 28),
        [3, 4],
    )


def test_fashion_mnist(folder):
    (folder / "fashion-mnist").mkdir()
    for name, rows in (("train", 3), ("t10k", 2)):
        with gzip.open(folder / f"fashion-mnist/{name}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(bytes(8) + bytes(range(rows)))
        with gzip.open(folder / f"fashion-mnist/{name}-images-idx3-ubyte.gz", "wb") as file:
            file.write(bytes(16) + bytes([7]) * 784 * rows)
    (x, y), (x_test, y_test) = fashion_mnist.load_data()
    assert (x.shape, y.tolist(), x_test.shape, y_test.tolist()) == (
        (3, 28, 28),
        [0, 1, 2],
        (2, 28, 28),
        [0, 1],
    )
    assert (x == 7).all()


def test_houses(folder):
    """In the order in which Keras 3.15.1 has them."""
    np.savez(folder / "boston_housing.npz", x=np.arange(10)[:, None], y=np.arange(10))
    (x, y), (_, y_test) = boston_housing.load_data()
    assert (y.tolist(), y_test.tolist()) == ([9, 3, 6, 1, 0, 7, 4, 8], [2, 5])
    assert x[:, 0].tolist() == y.tolist()
    with pytest.raises(ValueError, match="test_split must be below 1"):
        boston_housing.load_data(test_split=1)
    np.savez(folder / "california_housing.npz", x=np.ones((700, 8)), y=np.ones(700))
    assert california_housing.load_data(test_split=0.5)[0][0].shape == (350, 8)
    assert california_housing.load_data("small")[0][0].shape == (480, 8)
    with pytest.raises(ValueError, match="unknown version"):
        california_housing.load_data("tiny")


TEXTS = np.empty(4, object)
TEXTS[:] = [[1, 2, 3], [4], [5, 6], [7, 8, 9, 10]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[1, 10, 11, 12, 2], [1, 8, 9], [1, 4, 5, 6], [1, 7]]),
        ({"num_words": 9}, [[1, 2, 2, 2, 2], [1, 8, 2], [1, 4, 5, 6], [1, 7]]),
        ({"num_words": 9, "oov_char": None, "skip_top": 5}, [[], [8], [5, 6], [7]]),
        ({"start_char": None, "index_from": 0}, [[7, 8, 9, 2], [5, 6], [1, 2, 3], [4]]),
        ({"maxlen": 4}, [[1, 8, 2], [1, 7]]),
    ],
)
def test_texts(folder, options, expected):
    """As Keras 3.15.1 reads them; its largest word is left out, too, unless num_words says otherwise."""
    np.savez(folder / "imdb.npz", x_train=TEXTS, y_train=np.arange(4), x_test=TEXTS, y_test=np.arange(4))
    (x, y), (x_test, y_test) = imdb.load_data(**options)
    assert list(x) == expected
    assert [x[list(y).index(label)] for label in y_test] == list(x_test)
    assert y_test.tolist() == ([1, 2] if "maxlen" in options else [1, 3, 0, 2])


def test_news(folder):
    np.savez(folder / "reuters.npz", x=TEXTS, y=np.arange(4))
    (x, y), (x_test, y_test) = reuters.load_data(num_words=100, test_split=0.25)
    assert (len(x), len(x_test), sorted([*y, *y_test])) == (3, 1, [0, 1, 2, 3])
    assert len(reuters.get_label_names()) == 46
    with pytest.raises(ValueError, match="maxlen must leave some texts"):
        reuters.load_data(maxlen=1)


@pytest.mark.parametrize("module", [imdb, reuters])
def test_numbers_of_words(module, folder):
    (folder / f"{module.__name__.rpartition('.')[2]}_word_index.json").write_text(json.dumps({"the": 1}))
    assert module.get_word_index() == {"the": 1}
