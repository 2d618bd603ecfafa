"""Metrics: the names in the history, and their numbers."""

from keras_peer.case import BINARIES, BINARY, CLASSIFIER, LOGITS, MSE, POSITIVE, REGRESSION, Case, adam
from keras_peer.data import CLASS_WEIGHT, DATA, WEIGHTS

BCE, CCE, SPARSE = "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"
HELD_OUT = {"validation_split": 0.25}
SHORT = {"batch_size": 24, "epochs": 29}


def _metrics(loss, *names, **options):
    return adam(loss, metrics=list(names), **options)


def _objects(loss, **metrics):
    """Metrics with names of their own: each a class's name and its arguments."""
    return adam(
        loss,
        metrics=lambda keras: [
            getattr(keras.metrics, kind)(name=name, **options) for name, (kind, options) in metrics.items()
        ],
    )


def _unnamed(keras):
    """Names are counted from the start, whatever was made before."""
    keras.utils.clear_session()
    return BINARY(keras)


def _mean_bias(y_true, y_pred):
    return y_pred - y_true


CASES = [
    Case("metric: accuracy of classes", CLASSIFIER, _metrics(SPARSE, "accuracy"), "classes", HELD_OUT),
    Case("metric: acc of one-hot", CLASSIFIER, _metrics(CCE, "acc"), "one_hot", HELD_OUT),
    Case("metric: accuracy of binary", BINARY, _metrics(BCE, "accuracy"), "binary", HELD_OUT),
    Case("metric: accuracy of multilabel", BINARIES, _metrics(BCE, "accuracy"), "multilabel", HELD_OUT),
    Case("metric: accuracy, short last batch", CLASSIFIER, _metrics(SPARSE, "accuracy"), "classes", SHORT),
    Case(
        "metric: binary ones by name",
        BINARY,
        _metrics(BCE, "binary_accuracy", BCE, "mse"),
        "binary",
        HELD_OUT,
    ),
    Case(
        "metric: errors by name",
        REGRESSION,
        _metrics("mse", "mse", "mae", "mean_squared_error", "MeanAbsoluteError", "cosine_similarity"),
        fit=HELD_OUT,
    ),
    Case(
        "metric: errors of positive",
        POSITIVE,
        _objects(
            "poisson",
            msle=("MeanSquaredLogarithmicError", {}),
            mape=("MeanAbsolutePercentageError", {}),
            poisson=("Poisson", {}),
        ),
        "positive",
        HELD_OUT,
    ),
    Case(
        "metric: regression",
        REGRESSION,
        _objects(
            "mse",
            rmse=("RootMeanSquaredError", {}),
            r2=("R2Score", {}),
            r2_weighted=("R2Score", {"class_aggregation": "variance_weighted_average"}),
            log_cosh=("LogCoshError", {}),
            cosine=("CosineSimilarity", {}),
            mae=("MeanAbsoluteError", {}),
        ),
        fit=HELD_OUT,
    ),
    Case(
        "metric: RMSE, short last batch",
        REGRESSION,
        _objects("mse", rmse=("RootMeanSquaredError", {}), mse=("MeanSquaredError", {})),
        fit=SHORT,
    ),
    Case(
        "metric: counts",
        BINARY,
        _objects(
            BCE,
            tp=("TruePositives", {}),
            tn=("TrueNegatives", {}),
            fp=("FalsePositives", {}),
            fn=("FalseNegatives", {"thresholds": 0.4}),
            precision=("Precision", {}),
            recall=("Recall", {"thresholds": 0.6}),
        ),
        "binary",
        HELD_OUT,
    ),
    Case(
        "metric: areas",
        BINARY,
        _objects(
            BCE,
            auc=("AUC", {}),
            pr=("AUC", {"curve": "PR"}),
            few=("AUC", {"num_thresholds": 20, "summation_method": "majoring"}),
            at_recall=("PrecisionAtRecall", {"recall": 0.6}),
            at_precision=("RecallAtPrecision", {"precision": 0.7}),
            sensitivity=("SensitivityAtSpecificity", {"specificity": 0.6}),
            specificity=("SpecificityAtSensitivity", {"sensitivity": 0.6}),
        ),
        "binary",
        HELD_OUT,
    ),
    Case(
        "metric: AUC of multilabel",
        BINARIES,
        _objects(
            BCE,
            auc=("AUC", {"multi_label": True, "num_labels": 2}),
            flat=("AUC", {}),
        ),
        "multilabel",
        HELD_OUT,
    ),
    Case(
        "metric: one-hot",
        CLASSIFIER,
        _objects(
            CCE,
            accuracy=("CategoricalAccuracy", {}),
            top2=("TopKCategoricalAccuracy", {"k": 2}),
            macro=("F1Score", {"average": "macro"}),
            micro=("F1Score", {"average": "micro"}),
            weighted=("FBetaScore", {"average": "weighted", "beta": 2.0}),
            cce=("CategoricalCrossentropy", {}),
            kld=("KLDivergence", {}),
        ),
        "one_hot",
        HELD_OUT,
    ),
    Case(
        "metric: classes",
        CLASSIFIER,
        _objects(
            SPARSE,
            accuracy=("SparseCategoricalAccuracy", {}),
            top2=("SparseTopKCategoricalAccuracy", {"k": 2}),
            cce=("SparseCategoricalCrossentropy", {}),
        ),
        "classes",
        HELD_OUT,
    ),
    Case(
        "metric: logits",
        LOGITS,
        adam(
            lambda keras: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=lambda keras: [
                "accuracy",
                keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="cce"),
            ],
        ),
        "classes",
        HELD_OUT,
    ),
    Case(
        "metric: names chosen by class",
        _unnamed,
        adam(
            BCE,
            metrics=lambda keras: [
                keras.metrics.AUC(),
                keras.metrics.AUC(curve="PR"),
                keras.metrics.Precision(),
                keras.metrics.BinaryAccuracy(threshold=0.4),
            ],
        ),
        "binary",
        HELD_OUT,
    ),
    Case("metric: own function", REGRESSION, _metrics("mse", _mean_bias), fit=HELD_OUT),
    Case(
        "metric: function",
        REGRESSION,
        adam("mse", metrics=lambda keras: [keras.metrics.mean_absolute_error]),
        fit=HELD_OUT,
    ),
    Case(
        "metric: weighted and not, sample_weight",
        REGRESSION,
        adam("mse", metrics=["mae"], weighted_metrics=["mse", "mean_absolute_error"]),
        fit={"sample_weight": WEIGHTS, **HELD_OUT},
    ),
    Case(
        "metric: weighted and not, class_weight",
        CLASSIFIER,
        adam(SPARSE, metrics=["acc"], weighted_metrics=["accuracy"]),
        "classes",
        {"class_weight": CLASS_WEIGHT},
    ),
    Case(
        "metric: weighted areas",
        BINARY,
        adam(
            BCE,
            weighted_metrics=lambda keras: [
                keras.metrics.AUC(name="auc"),
                keras.metrics.Precision(name="precision"),
            ],
        ),
        "binary",
        {"sample_weight": WEIGHTS},
    ),
    Case(
        "validation: data",
        REGRESSION,
        _metrics("mse", "mae"),
        fit={"validation_data": (DATA["numbers"][0][:50] + 0.1, DATA["numbers"][1][:50])},
    ),
    Case(
        "validation: data with weights, every third epoch, other batches",
        REGRESSION,
        adam("mse", metrics=["mae"], weighted_metrics=["mse"]),
        fit={
            "validation_data": (DATA["numbers"][0][:50] + 0.1, DATA["numbers"][1][:50], WEIGHTS[:50]),
            "validation_freq": 3,
            "validation_batch_size": 20,
        },
    ),
    Case("validation: split, last rows", REGRESSION, MSE, fit={"validation_split": 0.33}),
]
