"""Dense neural networks at the speed of the machine, under Keras's names.

Examples
--------
>>> import dlcore, numpy as np
>>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
>>> model = dlcore.Sequential([dlcore.layers.Input((2,)), dlcore.layers.Dense(1, activation="sigmoid")])
>>> model.predict(x, verbose=0).shape
(4, 1)
"""

from dlcore import _config
from dlcore import activations as activations
from dlcore import backend as backend
from dlcore import callbacks as callbacks
from dlcore import config as config
from dlcore import constraints as constraints
from dlcore import datasets as datasets
from dlcore import initializers as initializers
from dlcore import layers as layers
from dlcore import losses as losses
from dlcore import metrics as metrics
from dlcore import models as models
from dlcore import ops as ops
from dlcore import optimizers as optimizers
from dlcore import plots as plots
from dlcore import random as random
from dlcore import regularizers as regularizers
from dlcore import saving as saving
from dlcore import utils as utils
from dlcore._config import get_num_threads, set_num_threads, show_config
from dlcore._core import version as _version
from dlcore.initializers import Initializer
from dlcore.layers import Input, Layer, Variable
from dlcore.losses import Loss
from dlcore.metrics import Metric
from dlcore.models import Model, Sequential, load_model
from dlcore.optimizers import Optimizer

__all__ = [
    "Initializer",
    "Input",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "get_num_threads",
    "initializers",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "plots",
    "random",
    "regularizers",
    "saving",
    "set_num_threads",
    "show_config",
    "utils",
]

__version__ = _version()

_config.apply_environment()
_config.join_threadpoolctl()
