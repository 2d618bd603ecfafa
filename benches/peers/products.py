"""A product in all its forms: as whole arrays, transposed and strided views, into new memory and given."""

import dataclasses

import numpy as np

from peers.tasks import CORES, Case

FORMS = ("plain", "A transposed", "B transposed", "strided")


@dataclasses.dataclass(frozen=True)
class Shape:
    """A product of m x k by k x n."""

    m: int
    k: int
    n: int
    dtype: str = "float32"

    @property
    def name(self):
        return f"{self.m}³" if self.m == self.k == self.n else f"{self.m}x{self.k}x{self.n}"

    @property
    def multiply_adds(self):
        return self.m * self.k * self.n

    @property
    def tolerance(self):
        """Of an element, which is a sum of k products of about 1."""
        return 8 * np.finfo(self.dtype).eps * self.k

    def operands(self, form):
        """The same values whatever the form, in different places."""
        rng = np.random.default_rng(0)
        a = rng.normal(size=(self.m, self.k)).astype(self.dtype)
        b = rng.normal(size=(self.k, self.n)).astype(self.dtype)
        match form:
            case "A transposed":
                a = np.ascontiguousarray(a.T).T
            case "B transposed":
                b = np.ascontiguousarray(b.T).T
            case "strided":
                a, b = (np.repeat(matrix, 2, axis=1)[:, ::2] for matrix in (a, b))
        return a, b


class Products:
    """All forms of one shape; who multiplies, and how threads are counted, is said by a subclass."""

    def __init__(self, shape, new=True):
        self.shape, self.new = shape, new
        self.out = np.empty((shape.m, shape.n), shape.dtype)

    def cases(self):
        """By form, threads and whether memory is given; one thread first, before others begin to spin."""
        operands = {form: self.shape.operands(form) for form in FORMS}
        return {
            (form, threads, given): Case(self.matmul, (*operands[form], *[self.out] * given), threads)
            for threads in sorted({1, CORES})
            for form in FORMS
            for given in ((True, False) if self.new else (True,))
        }

    def results(self):
        """The product by form, which is the same into new memory and given, on any number of threads."""
        found = {}
        for (form, threads, _), case in self.cases().items():
            self.set_threads(threads)
            product = np.array(case.call(*case.arguments))
            np.testing.assert_allclose(
                product, found.setdefault(form, product), rtol=0, atol=self.shape.tolerance
            )
        return found
