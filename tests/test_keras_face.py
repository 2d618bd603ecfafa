"""What a script finds under Keras's names when it is run by `python -m dlcore.keras`."""

import subprocess
import sys

import pytest

HEAD = """
import keras
import numpy as np
import tensorflow as tf
import tensorflow.keras.layers
from keras.datasets import mnist
from tensorflow import keras as same
from tensorflow.keras import Sequential, backend as K
from tensorflow.keras.layers import Dense
"""


@pytest.fixture
def run(tmp_path):
    def run(text):
        script = tmp_path / "script.py"
        script.write_text(HEAD + text)
        command = [sys.executable, "-m", "dlcore.keras", script]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def test_names(run):
    done = run("""
assert tf.keras.layers is keras.layers is same.layers
assert keras.layers.Dense is Dense and K.floatx() == "float32"
assert keras.__version__.startswith("3.") and keras.version() == keras.__version__
assert tf.__version__.startswith("2.")
assert isinstance(keras.Input((2,)), keras.KerasTensor)
assert tf.config.list_physical_devices("GPU") == []
tf.random.set_seed(1)
first = keras.random.normal((2,))
tf.random.set_seed(1)
assert (keras.random.normal((2,)) == first).all()
model = Sequential([Dense(2, activation=tf.nn.relu)])
assert model(np.ones((3, 4))).shape == (3, 2)
print("done")
""")
    assert done.stdout == "done\n", done.stderr


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "import keras.applications",
            "ModuleNotFoundError: dlcore trains dense networks and has no keras.appl",
        ),
        ("from tensorflow.keras.preprocessing import text", "has no tensorflow.keras.preprocessing"),
        ("keras.applications", "AttributeError: dlcore trains dense networks and has no keras.applications"),
        ("tf.data", "AttributeError: tensorflow is dlcore here, which has its keras and no tensorflow.data"),
        (
            "from keras.layers import Conv2D",
            "ImportError: dlcore trains dense networks: Conv2D is a convolution",
        ),
        ("from keras.optimizers import Ftrl", "cannot import name 'Ftrl'"),
    ],
)
def test_what_there_is_not(run, line, error):
    done = run(line)
    assert error in done.stderr.splitlines()[-1]
