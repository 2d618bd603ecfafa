"""Losses, weights of rows and classes, penalties and constraints."""

from keras_peer.case import (
    BINARIES,
    BINARY,
    CLASSIFIER,
    LOGIT,
    LOGITS,
    MSE,
    POSITIVE,
    REGRESSION,
    Case,
    adam,
    dense,
    sequential,
)
from keras_peer.data import CLASS_WEIGHT, WEIGHTS

# Of losses with a kink that rows reach: each that float32 puts on the other side moves a weight by this.
SMALL = 0.002


def _loss(name, rate=0.01, **options):
    return adam(lambda keras: getattr(keras.losses, name)(**options), rate)


BOUNDED = sequential(dense(6, "tanh"), dense(2, "sigmoid"))
SCORE = sequential(dense(6, "tanh"), dense(1, "tanh"))

LOSSES = [
    ("MeanSquaredError", {}, REGRESSION, "numbers"),
    ("MeanAbsoluteError", {"rate": SMALL}, REGRESSION, "numbers"),
    ("MeanAbsolutePercentageError", {"rate": SMALL}, POSITIVE, "positive"),
    ("MeanSquaredLogarithmicError", {}, POSITIVE, "positive"),
    ("LogCosh", {}, REGRESSION, "numbers"),
    ("Huber", {}, REGRESSION, "numbers"),
    ("Huber", {"delta": 0.3}, REGRESSION, "numbers"),
    # Its gradient has no bound where the outputs are all zero: these stay away from there.
    ("CosineSimilarity", {}, POSITIVE, "positive"),
    ("Poisson", {}, POSITIVE, "positive"),
    ("KLDivergence", {}, CLASSIFIER, "shares"),
    ("Hinge", {}, SCORE, "labels_pm1"),
    ("Hinge", {}, SCORE, "binary"),
    ("SquaredHinge", {}, SCORE, "labels_pm1"),
    ("CategoricalHinge", {"rate": SMALL}, LOGITS, "one_hot"),
    ("BinaryCrossentropy", {}, BINARY, "binary"),
    ("BinaryCrossentropy", {"from_logits": True}, LOGIT, "binary"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, BINARY, "binary"),
    ("BinaryCrossentropy", {}, BINARIES, "multilabel"),
    ("BinaryFocalCrossentropy", {}, BINARY, "binary"),
    ("BinaryFocalCrossentropy", {"gamma": 1.5, "from_logits": True}, LOGIT, "binary"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.3}, BINARY, "binary"),
    ("CategoricalCrossentropy", {}, CLASSIFIER, "one_hot"),
    ("CategoricalCrossentropy", {}, CLASSIFIER, "shares"),
    ("CategoricalCrossentropy", {"from_logits": True}, LOGITS, "one_hot"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, CLASSIFIER, "one_hot"),
    ("CategoricalFocalCrossentropy", {}, CLASSIFIER, "one_hot"),
    ("CategoricalFocalCrossentropy", {"alpha": [0.2, 0.5, 0.3], "gamma": 1.0}, CLASSIFIER, "one_hot"),
    ("CategoricalFocalCrossentropy", {"from_logits": True}, LOGITS, "one_hot"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.7}, CLASSIFIER, "classes"),
    ("SparseCategoricalCrossentropy", {}, CLASSIFIER, "classes"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, LOGITS, "classes"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, CLASSIFIER, "classes"),
    ("Dice", {}, BOUNDED, "multilabel"),
    ("Dice", {"axis": [1]}, BOUNDED, "multilabel"),
    ("Tversky", {"alpha": 0.3, "beta": 0.7}, BOUNDED, "multilabel"),
    ("MeanSquaredError", {"reduction": "sum"}, REGRESSION, "numbers"),
    ("MeanSquaredError", {"reduction": "mean_with_sample_weight"}, REGRESSION, "numbers"),
]

BY_NAME = [
    ("mean_squared_error", REGRESSION, "numbers"),
    ("mae", REGRESSION, "numbers"),
    ("mape", POSITIVE, "positive"),
    ("msle", POSITIVE, "positive"),
    ("huber", REGRESSION, "numbers"),
    ("log_cosh", REGRESSION, "numbers"),
    ("kl_divergence", CLASSIFIER, "shares"),
    ("binary_crossentropy", BINARY, "binary"),
    ("bce", BINARIES, "multilabel"),
    ("categorical_crossentropy", CLASSIFIER, "one_hot"),
    ("sparse_categorical_crossentropy", CLASSIFIER, "classes"),
    ("crossentropy", CLASSIFIER, "classes"),
]

KERNELS = {
    "L1": {"kernel_regularizer": lambda keras: keras.regularizers.L1(0.003)},
    "L2": {"kernel_regularizer": lambda keras: keras.regularizers.L2(0.01)},
    "L1L2": {"kernel_regularizer": lambda keras: keras.regularizers.L1L2(l1=0.002, l2=0.005)},
    "by name": {"kernel_regularizer": "l2"},
    "bias": {"bias_regularizer": lambda keras: keras.regularizers.L2(0.05)},
    "activity L2": {"activity_regularizer": lambda keras: keras.regularizers.L2(0.01)},
    "activity L1": {"activity_regularizer": lambda keras: keras.regularizers.L1(0.003)},
    "all": {
        "kernel_regularizer": lambda keras: keras.regularizers.L2(0.01),
        "bias_regularizer": lambda keras: keras.regularizers.L1(0.002),
        "activity_regularizer": lambda keras: keras.regularizers.L2(0.01),
    },
    "MaxNorm": {"kernel_constraint": lambda keras: keras.constraints.MaxNorm(0.7)},
    "MaxNorm axis": {"kernel_constraint": lambda keras: keras.constraints.MaxNorm(0.7, axis=1)},
    "NonNeg": {"kernel_constraint": lambda keras: keras.constraints.NonNeg()},
    "UnitNorm": {"kernel_constraint": lambda keras: keras.constraints.UnitNorm()},
    "MinMaxNorm": {"kernel_constraint": lambda keras: keras.constraints.MinMaxNorm(0.5, 0.8)},
    "MinMaxNorm rate": {"kernel_constraint": lambda keras: keras.constraints.MinMaxNorm(0.5, 0.8, rate=0.3)},
    "bias NonNeg": {"bias_constraint": lambda keras: keras.constraints.NonNeg()},
    "constraint by name": {"kernel_constraint": "non_neg"},
}

SPARSE = "sparse_categorical_crossentropy"


def _named(name, options):
    return name + "".join(f" {key}={value}" for key, value in options.items() if key != "rate")


CASES = [
    *(
        Case(f"loss: {_named(name, options)} of {data}", build, _loss(name, **options), data)
        for name, options, build, data in LOSSES
    ),
    *(Case(f"loss: '{name}'", build, adam(name, SMALL), data) for name, build, data in BY_NAME),
    Case("loss: function", REGRESSION, adam(lambda keras: keras.losses.mean_squared_error)),
    Case("loss: one output, flat targets", sequential(dense(6, "tanh"), dense(1)), MSE, "number"),
    *(
        Case(f"weights: {name}", sequential(dense(6, "tanh", **options), dense(2)), MSE)
        for name, options in KERNELS.items()
    ),
    # 6 batches of 24 and one of 16: what the penalty on activations is divided by.
    Case(
        "weights: activity, short last batch",
        sequential(dense(6, "tanh", **KERNELS["activity L2"]), dense(2)),
        MSE,
        fit={"batch_size": 24, "epochs": 29},
    ),
    Case(
        "weights: penalty and validation",
        sequential(dense(6, "tanh", **KERNELS["all"]), dense(2)),
        MSE,
        fit={"validation_split": 0.25},
    ),
    Case("rows: short last batch", REGRESSION, MSE, fit={"batch_size": 24, "epochs": 29}),
    Case("rows: sample_weight", REGRESSION, MSE, fit={"sample_weight": WEIGHTS}),
    Case(
        "rows: sample_weight, short last batch",
        REGRESSION,
        MSE,
        fit={"sample_weight": WEIGHTS, "batch_size": 24, "epochs": 29},
    ),
    Case(
        "rows: sample_weight, mean_with_sample_weight",
        REGRESSION,
        _loss("MeanSquaredError", reduction="mean_with_sample_weight"),
        fit={"sample_weight": WEIGHTS},
    ),
    Case(
        "rows: sample_weight and validation_split",
        REGRESSION,
        MSE,
        fit={"sample_weight": WEIGHTS, "validation_split": 0.2},
    ),
    Case(
        "rows: class_weight of classes", CLASSIFIER, adam(SPARSE), "classes", {"class_weight": CLASS_WEIGHT}
    ),
    Case(
        "rows: class_weight of one-hot",
        CLASSIFIER,
        adam("categorical_crossentropy"),
        "one_hot",
        {"class_weight": CLASS_WEIGHT},
    ),
    Case(
        "rows: class_weight of binary",
        BINARY,
        adam("binary_crossentropy"),
        "binary",
        {"class_weight": {0: 0.7, 1: 3.0}},
    ),
    Case(
        "rows: class_weight and validation_split",
        CLASSIFIER,
        adam(SPARSE),
        "classes",
        {"class_weight": CLASS_WEIGHT, "validation_split": 0.25},
    ),
]
