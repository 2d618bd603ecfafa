"""The data sets that Keras keeps in its folder, if they are there; nothing is downloaded."""

from dlcore.datasets import boston_housing, california_housing, fashion_mnist, imdb, mnist, reuters

__all__ = ["boston_housing", "california_housing", "fashion_mnist", "imdb", "mnist", "reuters"]
