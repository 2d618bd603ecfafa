"""The text that both estimators' docstrings share."""

from typing import Any

SHARED = """\
hidden_layer_sizes : int or sequence of int, default=(100,)
    Units of each hidden layer.
activation : str or sequence of str, default="relu"
    Of the hidden layers, or of each: "identity", "logistic", "tanh", "relu", or another of dlcore's
    (`dlcore.activations`; scikit-learn issues 10097, 30199).
solver : {"adam", "sgd", "lbfgs"}, default="adam"
    lbfgs (SciPy's) has no epochs: what dropout, validation rows, schedules, callbacks and clipping do is done
    by adam and sgd only.
alpha : float, default=0.0001
    Times half the sum of the squares of all kernels is added to the loss, divided as `alpha_scaling` says.
batch_size : int or "auto", default="auto"
    Rows of a step; "auto" is min(200, rows). lbfgs takes all.
learning_rate : str, default="constant"
    "constant", "invscaling" or "adaptive" for sgd, as in scikit-learn; "cosine" (to 0 over `max_iter`
    epochs), "exponential" (times `decay` an epoch) or "one_cycle" for sgd and adam.
learning_rate_init : float, default=0.001
power_t : float, default=0.5
    The exponent of "invscaling".
max_iter : int, default=200
    Epochs, or iterations of lbfgs.
shuffle : bool, default=True
random_state : int, RandomState or None
    Of the first weights, the validation split, the order of rows and dropout.
tol : float, default=1e-4
    What an epoch must gain; for lbfgs the largest component of the gradient at which it stops.
verbose : bool or int, default=False
warm_start : bool, default=False
    Whether fit goes on from the weights that are there.
momentum, nesterovs_momentum : float, bool, default=0.9, True
    Of sgd.
early_stopping : bool, default=False
    Whether a share of the rows is held out, watched, and the best weights put back.
validation_fraction : float, default=0.1
beta_1, beta_2, epsilon : float, default=0.9, 0.999, 1e-8
    Of adam.
n_iter_no_change : int or inf, default=10
    So many bad epochs in a row are forgiven.
max_fun : int, default=15000
    Evaluations of lbfgs.
dropout : float or sequence of float, default=0.0
    The share of the outputs of the hidden layers, or of each, that is dropped (scikit-learn issue 6175).
weight_decay : float, default=0.0
    Decoupled: each step first takes this times the learning rate off all weights (arXiv:1711.05101).
alpha_scaling : {"batch", "dataset"}, default="batch"
    Whether the penalty is divided by the rows of the batch, as in scikit-learn, where it so depends on
    `batch_size` (issue 10477), or by those of the data set.
clipnorm, clipvalue, global_clipnorm : float, optional
    Bounds of the norm of the gradient of each kernel and bias, of each number in it, of all gradients
    together; at most one of the three.
decay : float, default=0.95
    Of the "exponential" schedule.
warmup_epochs : int, default=0
    Epochs through which the learning rate grows linearly.
monitor : str or callable, optional
    What is watched on the validation rows: "loss", the name of one of scikit-learn's scorers, or
    scorer(estimator, X, y). None: as in scikit-learn (issue 24411).
min_delta : float, optional
    What a watched epoch must gain; None: `tol`.
restore_best_weights : bool, optional
    Whether the weights of the best epoch are put back; None: with early stopping only.
callbacks : sequence of callable, optional
    Each is called after an epoch with the estimator and a dict of "epoch", "loss", "learning_rate" and, with
    validation rows, "validation_loss" and "validation_score"; if one returns True, training ends (issue
    16925). scikit-learn 1.9's own callbacks are given to `set_callbacks`.
init_coefs, init_intercepts : sequence of array, optional
    The first weights (issue 19701).
n_threads : int, optional
    At most so many threads; results do not depend on it (issue 25822). While one Python thread fits an
    estimator, others may predict, with the weights that it had before, but not fit it.
dtype : {"float32", "float64"}, optional
    Of weights and arithmetic; None: float32 if X is, else float64."""

ATTRIBUTES = """\
coefs_, intercepts_ : list of array
    Kernels (fan_in, fan_out) and biases (fan_out,).
loss_, loss_curve_ : float, list of float
    The loss of the last epoch, and of each; with the penalty.
best_loss_ : float or None
validation_scores_, validation_loss_curve_ : list of float or None
    Of each epoch, if there are validation rows (issue 18507).
best_validation_score_ : float or None
n_iter_, t_ : int
    Epochs, and rows seen.
n_features_in_, n_outputs_, n_layers_ : int
feature_names_in_ : array
    If X had names.
out_activation_ : str"""


def documented(cls: Any) -> Any:
    """Put the shared text where a class's docstring asks for it."""
    indent = "    "
    for name, text in (("{shared}", SHARED), ("{attributes}", ATTRIBUTES)):
        cls.__doc__ = cls.__doc__.replace(name, text.replace("\n", "\n" + indent))
    return cls
