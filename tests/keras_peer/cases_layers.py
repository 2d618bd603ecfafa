"""Layers, and the ways to put them together."""

from keras_peer.case import CLASSIFIER, MSE, REGRESSION, Case, adam, dense, layer, sequential
from keras_peer.data import DATA, FEATURES

BY_NAME = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
]
"""All of keras.activations that give as many numbers as they take and need no argument."""

BETWEEN = {
    "Activation": ("Activation", ("gelu",), {}),
    "ReLU": ("ReLU", (), {}),
    "ReLU max_value": ("ReLU", (), {"max_value": 0.65}),
    "ReLU negative_slope": ("ReLU", (), {"negative_slope": 0.15}),
    "ReLU threshold": ("ReLU", (), {"threshold": 0.25}),
    "ReLU all": ("ReLU", (), {"max_value": 0.8, "negative_slope": 0.1, "threshold": 0.2}),
    "LeakyReLU": ("LeakyReLU", (), {}),
    "LeakyReLU slope": ("LeakyReLU", (), {"negative_slope": 0.05}),
    "PReLU": ("PReLU", (), {}),
    "PReLU start": ("PReLU", (), {"alpha_initializer": "ones", "alpha_regularizer": "l2"}),
    "ELU": ("ELU", (), {}),
    "ELU alpha": ("ELU", (), {"alpha": 0.4}),
    "Softmax": ("Softmax", (), {}),
    "UnitNormalization": ("UnitNormalization", (), {}),
    "ActivityRegularization": ("ActivityRegularization", (), {"l1": 0.01, "l2": 0.02}),
    "Identity": ("Identity", (), {}),
    "Rescaling": ("Rescaling", (0.5,), {"offset": -0.2}),
    "Reshape": ("Reshape", ((6,),), {}),
    "LayerNormalization": ("LayerNormalization", (), {}),
    "LayerNormalization epsilon": ("LayerNormalization", (), {"epsilon": 0.1}),
    "LayerNormalization no center": ("LayerNormalization", (), {"center": False}),
    "LayerNormalization no scale": ("LayerNormalization", (), {"scale": False}),
    "LayerNormalization bare": ("LayerNormalization", (), {"center": False, "scale": False}),
    "RMSNormalization": ("RMSNormalization", (), {}),
    "BatchNormalization": ("BatchNormalization", (), {}),
    "BatchNormalization momentum": ("BatchNormalization", (), {"momentum": 0.8, "epsilon": 0.05}),
    "BatchNormalization no center": ("BatchNormalization", (), {"center": False}),
    "BatchNormalization no scale": ("BatchNormalization", (), {"scale": False}),
    "BatchNormalization bare": ("BatchNormalization", (), {"center": False, "scale": False}),
    "BatchNormalization regularized": (
        "BatchNormalization",
        (),
        {"gamma_regularizer": "l1", "beta_regularizer": "l2"},
    ),
    "BatchNormalization frozen": ("BatchNormalization", (), {"trainable": False}),
}
"""One layer between a dense one and the last."""


def _between(name, args, options):
    return sequential(dense(6, "tanh"), layer(name, *args, **options), dense(2))


def _adapted(keras):
    normalization = keras.layers.Normalization()
    normalization.adapt(DATA["large"][0])
    return normalization


def _given_moments(keras):
    return keras.layers.Normalization(mean=[0.0, 5.0, -300.0, 0.0, 1.0], variance=[1.0, 100.0, 1e4, 1.0, 2.0])


def _objects(keras):
    return keras.layers.Dense(6, activation=keras.activations.gelu)


def _layer_as_activation(keras):
    return keras.layers.Dense(6, activation=keras.layers.LeakyReLU(negative_slope=0.1))


def _chain(keras):
    inputs = keras.Input(shape=(FEATURES,), name="rows")
    x = keras.layers.Dense(6, activation="tanh")(inputs)
    x = keras.layers.BatchNormalization()(x)
    return keras.Model(inputs=inputs, outputs=keras.layers.Dense(2)(x))


def _residual(keras):
    inputs = keras.Input((FEATURES,))
    first = keras.layers.Dense(6, activation="tanh")(inputs)
    second = keras.layers.Dense(6, activation="tanh")(first)
    return keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Add()([first, second])))


def _plus(keras):
    inputs = keras.Input((FEATURES,))
    first = keras.layers.Dense(FEATURES, activation="tanh")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(inputs + first))


def _wide_and_deep(keras):
    inputs = keras.Input((FEATURES,))
    deep = keras.layers.Dense(6, activation="tanh")(inputs)
    deep = keras.layers.Dense(4, activation="tanh")(deep)
    return keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Concatenate()([inputs, deep])))


def _branches(keras):
    inputs = keras.Input((FEATURES,))
    one = keras.layers.Dense(4, activation="tanh")(inputs)
    other = keras.layers.Dense(3, activation="sigmoid")(inputs)
    joined = keras.layers.concatenate([one, other])
    return keras.Model(inputs, keras.layers.Dense(2)(joined))


def _added_one_by_one(keras):
    model = keras.models.Sequential()
    model.add(keras.Input((FEATURES,)))
    model.add(keras.layers.Dense(6))
    model.add(keras.layers.Activation("tanh"))
    model.add(keras.layers.Dense(2))
    return model


FROZEN = sequential(dense(6, "tanh", trainable=False), dense(4, "tanh"), dense(2))
# A dense layer right before it has no bias: the gradient of one is only rounding, which Adam makes large.
NORMALIZED = layer("BatchNormalization", momentum=0.9)

CASES = [
    *(Case(f"activation: {name}", sequential(dense(6, name), dense(2)), MSE) for name in BY_NAME),
    Case("activation: function", sequential(_objects, dense(2)), MSE),
    Case("activation: layer", sequential(_layer_as_activation, dense(2)), MSE),
    *(Case(f"layer: {name}", _between(*between), MSE) for name, between in BETWEEN.items()),
    Case("layer: Dense", REGRESSION, MSE),
    Case("layer: Dense without bias", sequential(dense(6, "tanh", use_bias=False), dense(2)), MSE),
    Case(
        "layer: Flatten",
        sequential(layer("Flatten"), dense(6, "tanh"), dense(2), inputs=(4, 3)),
        MSE,
        "images",
    ),
    Case(
        "layer: Reshape, Flatten",
        sequential(layer("Reshape", (2, 3)), layer("Flatten"), dense(6, "tanh"), dense(2), inputs=(6,)),
        MSE,
        "six",
    ),
    Case("layer: Normalization adapted", sequential(_adapted, dense(6, "tanh"), dense(2)), MSE, "large"),
    Case("layer: Normalization given", sequential(_given_moments, dense(6, "tanh"), dense(2)), MSE, "large"),
    Case(
        "layer: Rescaling first", sequential(layer("Rescaling", 1 / 3, 0.1), dense(6, "tanh"), dense(2)), MSE
    ),
    Case("layer: BatchNormalization first", sequential(NORMALIZED, dense(6, "tanh"), dense(2)), MSE),
    Case(
        "layer: BatchNormalization before activation",
        sequential(dense(6, use_bias=False), NORMALIZED, layer("Activation", "tanh"), dense(2)),
        MSE,
    ),
    Case(
        "layer: BatchNormalization twice",
        sequential(dense(6, "tanh"), NORMALIZED, dense(4, "tanh"), NORMALIZED, dense(2)),
        MSE,
    ),
    # 160 rows in batches of 24: 6 of 24 and one of 16.
    Case(
        "layer: BatchNormalization, short last batch",
        sequential(dense(6, "tanh"), NORMALIZED, dense(2)),
        MSE,
        fit={"batch_size": 24, "epochs": 29},
    ),
    Case(
        "layer: BatchNormalization last",
        sequential(dense(6, "tanh"), dense(2, use_bias=False), NORMALIZED),
        MSE,
    ),
    Case("layer: frozen Dense", FROZEN, MSE),
    Case(
        "layer: frozen Dense, weight_decay",
        FROZEN,
        lambda keras: {"optimizer": keras.optimizers.AdamW(0.01, weight_decay=0.1), "loss": "mse"},
    ),
    Case("model: add", _added_one_by_one, MSE),
    Case("model: functional chain", _chain, MSE),
    Case("model: functional residual Add", _residual, MSE),
    Case("model: functional +", _plus, MSE),
    Case("model: functional Concatenate", _wide_and_deep, MSE),
    Case("model: functional concatenate of branches", _branches, MSE),
    Case("model: classifier", CLASSIFIER, adam("sparse_categorical_crossentropy"), "classes"),
]
