"""NumPy: the step written by hand for speed, and its products."""

import numpy as np
import threadpoolctl

from numpy_net import NumpyNet
from peers import products, tasks


def set_threads(threads):
    threadpoolctl.threadpool_limits(threads, user_api="blas")


def blas():
    """Which library multiplies, and by which of its kernels."""
    return [
        f"{library['internal_api']} {library['version']}, kernel {library.get('architecture', 'unknown')}, "
        f"{library['num_threads']} threads"
        for library in threadpoolctl.threadpool_info()
        if library["user_api"] == "blas"
    ]


class Net(tasks.Training, NumpyNet):
    epoch = NumpyNet.epoch

    def epochs(self, x, y, count, shuffle=True):
        for _ in range(count):
            loss = self.epoch(x, y, shuffle)
        return loss


class Products(products.Products):
    matmul = staticmethod(np.matmul)
    set_threads = staticmethod(set_threads)
