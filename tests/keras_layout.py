"""Keras's files for tests: variables as Keras 3.15.1 lays them out, and configurations."""

import h5py
import numpy as np

RNG = np.random.default_rng(0)


def weights(*shapes):
    return [RNG.uniform(0.1, 1.0, shape).astype(np.float32) for shape in shapes]


def write(target, groups):
    """An HDF5 file with these variables, by the group's path."""
    with h5py.File(target, "w") as file:
        file.create_group("vars").attrs["name"] = "model"
        for path, arrays in groups.items():
            group = file.create_group(f"{path}/vars")
            group.attrs["name"] = "whatever"
            for i, array in enumerate(arrays):
                group[str(i)] = array
    return target


def assert_weights(model, expected):
    for weight, array in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weight, array)


def described(module, kind, /, **config):
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


def policy(name="float32"):
    return described("keras", "DTypePolicy", name=name) | {"shared_object_id": 140181668848080}


def layer(kind, name, dtype="float32", **config):
    return described("keras.layers", kind, name=name, trainable=True, dtype=policy(dtype), **config)


def dense(name, units, dtype="float32", **config):
    glorot = described("keras.initializers", "GlorotUniform", seed=None, input_axes=None, output_axes=None)
    arguments = {
        "units": units,
        "activation": "linear",
        "use_bias": True,
        "kernel_initializer": glorot,
        "bias_initializer": described("keras.initializers", "Zeros"),
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
        "quantization_config": None,
    }
    return layer("Dense", name, dtype, **arguments | config) | {"build_config": {"input_shape": [None, 4]}}


def batch_normalization(name, **config):
    arguments = {
        "axis": -1,
        "momentum": 0.99,
        "epsilon": 0.001,
        "center": True,
        "scale": True,
        "beta_initializer": described("keras.initializers", "Zeros"),
        "gamma_initializer": described("keras.initializers", "Ones"),
        "moving_mean_initializer": described("keras.initializers", "Zeros"),
        "moving_variance_initializer": described("keras.initializers", "Ones"),
        "beta_regularizer": None,
        "gamma_regularizer": None,
        "beta_constraint": None,
        "gamma_constraint": None,
        "synchronized": False,
        "renorm": False,
        "renorm_clipping": None,
        "renorm_momentum": 0.99,
    }
    return layer("BatchNormalization", name, **arguments | config)


def inputs(name, *shape):
    config = {"dtype": "float32", "sparse": False, "ragged": False, "name": name, "optional": False}
    return described("keras.layers", "InputLayer", batch_shape=[None, *shape], **config)


def called(made, *sources):
    """In a functional model: with its name, and what it was called on."""
    nodes = [
        {
            "args": [
                {
                    "class_name": "__keras_tensor__",
                    "config": {"shape": [None, 4], "dtype": "float32", "keras_history": [source, 0, 0]},
                }
            ],
            "kwargs": {},
        }
        for source in sources
    ]
    return made | {"name": made["config"]["name"], "inbound_nodes": nodes}


def optimizer(kind, **config):
    shared = {
        "weight_decay": None,
        "clipnorm": None,
        "global_clipnorm": None,
        "clipvalue": None,
        "use_ema": False,
        "ema_momentum": 0.99,
        "ema_overwrite_frequency": None,
        "loss_scale_factor": None,
        "gradient_accumulation_steps": None,
    }
    return described("keras.optimizers", kind, name=kind.lower(), **shared, **config)


def compiled(**config):
    rest = {"loss_weights": None, "weighted_metrics": None, "run_eagerly": False, "steps_per_execution": 1}
    return rest | {"jit_compile": True} | config


DECAY = described(
    "keras.optimizers.schedules",
    "ExponentialDecay",
    initial_learning_rate=0.1,
    decay_steps=10,
    decay_rate=0.5,
    staircase=False,
    name="ExponentialDecay",
)
TOP_K = described(
    "keras.metrics",
    "SparseTopKCategoricalAccuracy",
    name="sparse_top_k_categorical_accuracy",
    dtype="float32",
    k=2,
)
LOSS = described(
    "keras.losses",
    "SparseCategoricalCrossentropy",
    name="sparse_categorical_crossentropy",
    reduction="sum_over_batch_size",
    from_logits=True,
    ignore_class=None,
    axis=-1,
)

SEQUENTIAL = described(
    "keras",
    "Sequential",
    name="seq",
    trainable=True,
    dtype=policy(),
    layers=[
        inputs("inp", 4, 2),
        layer("Flatten", "flatten", data_format="channels_last"),
        layer("Normalization", "normalization", axis=[-1], invert=False, mean=None, variance=None),
        dense(
            "first",
            5,
            activation="relu",
            kernel_initializer=described("keras.initializers", "HeNormal", seed=1),
            kernel_regularizer=described("keras.regularizers", "L2", l2=0.01),
            kernel_constraint=described("keras.constraints", "MaxNorm", max_value=2.0, axis=0),
        ),
        batch_normalization("batch_normalization", epsilon=0.002),
        layer("Dropout", "dropout", rate=0.2, seed=3, noise_shape=None),
        dense("dense", 3, activation=layer("LeakyReLU", "leaky_re_lu", negative_slope=0.1)),
        layer("Activation", "activation", activation="linear"),
    ],
    build_input_shape=[None, 4, 2],
) | {
    "build_config": {"input_shape": [None, 4, 2]},
    "compile_config": compiled(
        optimizer=optimizer(
            "Adam", learning_rate=DECAY, beta_1=0.8, beta_2=0.999, epsilon=1e-7, amsgrad=False
        ),
        loss=LOSS,
        metrics=["accuracy", TOP_K],
    ),
}

FUNCTIONAL = {
    "module": "keras.src.models.functional",
    "class_name": "Functional",
    "config": {
        "name": "functional_1",
        "trainable": True,
        "layers": [
            called(inputs("input_layer", 4)),
            called(dense("dense_2", 5, "float64", activation="gelu"), "input_layer"),
            called(batch_normalization("batch_normalization_1", scale=False), "dense_2"),
            called(dense("dense_3", 2, use_bias=False), "batch_normalization_1"),
        ],
        "input_layers": ["input_layer", 0, 0],
        "output_layers": ["dense_3", 0, 0],
    },
    "registered_name": "Functional",
    "build_config": {"input_shape": None},
    "compile_config": compiled(
        optimizer=optimizer("SGD", learning_rate=0.009999999776482582, momentum=0.0, nesterov=False),
        loss="mse",
        metrics=None,
    ),
}

INNER = described(
    "keras",
    "Sequential",
    name="inner",
    trainable=True,
    dtype=policy(),
    layers=[inputs("input_layer_2", 4), dense("dense_4", 3)],
    build_input_shape=[None, 4],
)
NESTED = described(
    "keras",
    "Sequential",
    name="sequential_1",
    trainable=True,
    dtype=policy(),
    layers=[inputs("input_layer_1", 4), INNER | {"compile_config": {}}, dense("dense_6", 1)],
    build_input_shape=[None, 4],
) | {"compile_config": {}}
