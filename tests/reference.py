"""Dense networks once more, in float64 NumPy and as plainly as possible: what the core is compared with.

Networks are lists of layers as `dlcore._core.Network` takes them. Formulas are those of the papers and of
Keras, written without a look at the core.
"""

import math

import numpy as np

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
EPSILON = 1e-7
MOST = 1 - EPSILON
erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softplus(z):
    return np.logaddexp(z, 0)


def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


GELU_C = math.sqrt(2 / math.pi)

ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z, slope: np.where(z > 0, z, slope * z),
    "elu": elu,
    "selu": lambda z: SELU_SCALE * elu(z, SELU_ALPHA),
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z * (1 + np.tanh(GELU_C * (z + 0.044715 * z**3))) / 2,
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * np.tanh(softplus(z)),
    "softplus": softplus,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
    "exponential": np.exp,
    "softmax": softmax,
    "relu6": lambda z: np.clip(z, 0, 6),
    "relu_general": lambda z, slope, most, t: np.where(z > t, np.minimum(z, most), slope * (z - t)),
    "celu": lambda z, alpha: alpha * elu(z / alpha),
    # Multiplied out where z is negative, as z + sqrt(z^2 + b) cancels.
    "squareplus": lambda z, b: np.where(z > 0, z + np.sqrt(z**2 + b), b / (np.sqrt(z**2 + b) + abs(z))) / 2,
    "softsign": lambda z: z / (1 + abs(z)),
    "soft_shrink": lambda z, t: np.sign(z) * np.maximum(abs(z) - t, 0),
    "hard_shrink": lambda z, t: np.where(abs(z) > t, z, 0),
    "tanh_shrink": lambda z: z - np.tanh(z),
    "threshold": lambda z, t, value: np.where(z > t, z, value),
    "sparse_plus": lambda z: np.where(z >= 1, z, np.clip(z + 1, 0, 2) ** 2 / 4),
    "sparse_sigmoid": lambda z: np.clip((z + 1) / 2, 0, 1),
    "hard_silu": lambda z: z * np.clip(z / 6 + 0.5, 0, 1),
    "hard_tanh": lambda z: np.clip(z, -1, 1),
    "log_sigmoid": lambda z: -softplus(-z),
    "log_softmax": lambda z: (
        z
        - z.max(axis=-1, keepdims=True)
        - np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
    ),
}
PARAMETERS = {
    "leaky_relu": [0.2],
    "elu": [0.8],
    "relu_general": [0.3, 1.5, 0.4],
    "celu": [0.7],
    "squareplus": [3.0],
    "soft_shrink": [0.3],
    "hard_shrink": [0.3],
    "threshold": [0.2, -0.6],
}


def parameters(name):
    """As the core takes them: always three."""
    known = PARAMETERS.get(name, [])
    return known + [0.0] * (3 - len(known))


def activation(name, z):
    return ACTIVATIONS[name](z, *PARAMETERS.get(name, []))


# What the optimizer tests train with; the derivatives of all others are compared with differences.
ACTIVATION_GRADIENTS = {
    "linear": lambda z, a, g: g,
    "relu": lambda z, a, g: g * (z > 0),
    "tanh": lambda z, a, g: g * (1 - a**2),
    "sigmoid": lambda z, a, g: g * a * (1 - a),
    "softmax": lambda z, a, g: a * (g - (g * a).sum(axis=-1, keepdims=True)),
}


def _one_hot(labels, classes):
    return np.eye(classes)[labels.astype(int).ravel()]


def _binary_crossentropy(config, y, p):
    s = config["label_smoothing"]
    y = y * (1 - s) + s / 2
    if config["from_logits"]:
        return (np.maximum(p, 0) - p * y + np.log1p(np.exp(-abs(p)))).mean(axis=1)
    p = np.clip(p, EPSILON, MOST)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=1)


def _categorical_crossentropy(config, y, p):
    s = config["label_smoothing"]
    y = y * (1 - s) + s / p.shape[1]
    if config["from_logits"]:
        z = p - p.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    else:
        log_p = np.log(np.clip(p / p.sum(axis=1, keepdims=True), EPSILON, MOST))
    return -(y * log_p).sum(axis=1)


def _sparse_categorical_crossentropy(config, y, p):
    return _categorical_crossentropy(config, _one_hot(y, p.shape[1]), p)


def _quantile(config, y, p):
    q = np.resize(config["quantiles"][-1], p.shape[1])
    q[: len(config["quantiles"])] = config["quantiles"][: p.shape[1]]
    return np.maximum(q * (y - p), (q - 1) * (y - p)).mean(axis=1)


def _huber(config, y, p):
    d, e = config["delta"], abs(p - y)
    return np.where(e <= d, e**2 / 2, d * e - d**2 / 2).mean(axis=1)


def _binary_focal_crossentropy(config, y, p):
    s, alpha = config["label_smoothing"], config["alpha"]
    y = y * (1 - s) + s / 2
    p = sigmoid(p) if config["from_logits"] else p
    q = np.clip(p, EPSILON, MOST)
    loss = -(y * np.log(q) + (1 - y) * np.log(1 - q)) * (1 - y * p - (1 - y) * (1 - p)) ** config["gamma"]
    if config["apply_class_balancing"]:
        loss = loss * (y * alpha + (1 - y) * (1 - alpha))
    return loss.mean(axis=1)


def _categorical_focal_crossentropy(config, y, p):
    s = config["label_smoothing"]
    y = y * (1 - s) + s / p.shape[1]
    p = softmax(p) if config["from_logits"] else p / p.sum(axis=1, keepdims=True)
    p = np.clip(p, EPSILON, MOST)
    return -config["alpha"] * ((1 - p) ** config["gamma"] * y * np.log(p)).sum(axis=1)


def _hinge(config, y, p):
    return np.maximum(1 - np.where(y == 0, -1, y) * p, 0).mean(axis=1)


def _squared_hinge(config, y, p):
    return (np.maximum(1 - np.where(y == 0, -1, y) * p, 0) ** 2).mean(axis=1)


def _categorical_hinge(config, y, p):
    return np.maximum(((1 - y) * p).max(axis=1) - (y * p).sum(axis=1) + 1, 0)


def _kl_divergence(config, y, p):
    y, p = np.clip(y, EPSILON, 1), np.clip(p, EPSILON, 1)
    return (y * np.log(y / p)).sum(axis=1)


def _mean_squared_logarithmic_error(config, y, p):
    return ((np.log1p(np.maximum(p, EPSILON)) - np.log1p(np.maximum(y, EPSILON))) ** 2).mean(axis=1)


def _cosine_similarity(config, y, p):
    return -(y * p).sum(axis=1) / np.linalg.norm(y, axis=1) / np.linalg.norm(p, axis=1)


LOSSES = {
    "binary_crossentropy": _binary_crossentropy,
    "categorical_crossentropy": _categorical_crossentropy,
    "sparse_categorical_crossentropy": _sparse_categorical_crossentropy,
    "mean_squared_error": lambda c, y, p: ((p - y) ** 2).mean(axis=1),
    "mean_absolute_error": lambda c, y, p: abs(p - y).mean(axis=1),
    "huber": _huber,
    "poisson": lambda c, y, p: (p - y * np.log(p + EPSILON)).mean(axis=1),
    "half_poisson_deviance": lambda c, y, p: (
        p - y * np.log(p) + np.where(y > 0, y * np.log(np.maximum(y, 1e-300)) - y, 0)
    ).mean(axis=1),
    "quantile": _quantile,
    "binary_focal_crossentropy": _binary_focal_crossentropy,
    "categorical_focal_crossentropy": _categorical_focal_crossentropy,
    "hinge": _hinge,
    "squared_hinge": _squared_hinge,
    "categorical_hinge": _categorical_hinge,
    "kl_divergence": _kl_divergence,
    "log_cosh": lambda c, y, p: (np.logaddexp(p - y, y - p) - np.logaddexp(0 * p, 0 * p)).mean(axis=1),
    "mean_absolute_percentage_error": lambda c, y, p: (
        100 * abs((y - p) / np.maximum(abs(y), EPSILON)).mean(axis=1)
    ),
    "mean_squared_logarithmic_error": _mean_squared_logarithmic_error,
    "cosine_similarity": _cosine_similarity,
}


def loss(config, y, p):
    """Of each row."""
    return LOSSES[config["name"]](config, y, p)


def loss_config(name, **options):
    return {
        "name": name,
        "from_logits": False,
        "label_smoothing": 0.0,
        "delta": 1.0,
        "floor": 0.0,
        "quantiles": [0.5],
        "alpha": 0.25,
        "gamma": 2.0,
        "apply_class_balancing": False,
        "by_weight": False,
        "penalty_by_weight": False,
        "loss_scale": 1.0,
        "gradient_scale": 1.0,
    } | options


def loss_gradient(config, y, p):
    """By p, of the losses that the optimizer tests train with (from probabilities, unclipped, unsmoothed)."""
    if config["from_logits"] or config["label_smoothing"]:
        raise KeyError("not needed so far")
    match config["name"]:
        case "mean_squared_error":
            return 2 * (p - y) / p.shape[1]
        case "sparse_categorical_crossentropy":
            return -_one_hot(y, p.shape[1]) / p + 1
        case "binary_crossentropy":
            return (p - y) / (p * (1 - p)) / p.shape[1]
    raise KeyError(config["name"])


def dense(units, use_bias=True, kernel_l1=0.0, kernel_l2=0.0, bias_l1=0.0, bias_l2=0.0):
    return {
        "kind": "dense",
        "units": units,
        "use_bias": use_bias,
        "kernel": {"l1": kernel_l1, "l2": kernel_l2, "constraint": "none"},
        "bias": {"l1": bias_l1, "l2": bias_l2, "constraint": "none"},
        "trainable": True,
    }


def activate(name):
    return {"kind": "activation", "name": name, "parameters": parameters(name)}


def dropout(rate):
    return {"kind": "dropout", "rate": rate}


def random_weights(rng, width, layers, scale=1.0):
    """Like Network.get_weights, drawn from a normal distribution, scaled by the fan-in."""
    weights = []
    for layer in layers:
        if layer["kind"] == "dense":
            units = layer["units"]
            weights.append(rng.normal(size=(width, units)) * scale / math.sqrt(width))
            if layer["use_bias"]:
                weights.append(rng.normal(size=units) * scale / 2)
            width = units
    return weights


def forward(layers, weights, x, masks=None):
    """Inputs and outputs of all layers; a mask (kept or not, by row and unit) for each dropout to be done."""
    weights, masks = iter(weights), iter(masks or [])
    values = [x]
    for layer in layers:
        z = values[-1]
        match layer["kind"]:
            case "dense":
                z = z @ next(weights)
                if layer["use_bias"]:
                    z = z + next(weights)
            case "activation":
                z = ACTIVATIONS[layer["name"]](
                    z, *layer["parameters"][: len(PARAMETERS.get(layer["name"], []))]
                )
            case "dropout":
                mask = next(masks, None)
                if mask is not None:
                    z = z * mask / (1 - layer["rate"])
        values.append(z)
    return values


def gradients(config, layers, weights, x, y, sample_weight=None, masks=None):
    """Of the mean over the rows of weight times loss, plus the penalties; like Network.get_weights."""
    values = forward(layers, weights, x, masks)
    g = loss_gradient(config, y, values[-1]) / len(x)
    if sample_weight is not None:
        g = g * sample_weight[:, None]
    weights, masks, result = list(weights), list(masks or []), []
    for layer, before, after in reversed(list(zip(layers, values, values[1:], strict=False))):
        match layer["kind"]:
            case "dense":
                if layer["use_bias"]:
                    b = weights.pop()
                    result.append(
                        g.sum(axis=0) + layer["bias"]["l1"] * np.sign(b) + 2 * layer["bias"]["l2"] * b
                    )
                w = weights.pop()
                result.append(
                    before.T @ g + layer["kernel"]["l1"] * np.sign(w) + 2 * layer["kernel"]["l2"] * w
                )
                g = g @ w.T
            case "activation":
                g = ACTIVATION_GRADIENTS[layer["name"]](before, after, g)
            case "dropout" if masks:
                g = g * masks.pop() / (1 - layer["rate"])
    return result[::-1]


OPTIMIZER = {
    "name": "sgd",
    "momentum": 0.0,
    "ema_momentum": None,
    "ema_overwrite_frequency": None,
    "gradient_accumulation_steps": None,
    "nesterov": False,
    "beta_1": 0.9,
    "beta_2": 0.999,
    "rho": 0.9,
    "centered": False,
    "amsgrad": False,
    "epsilon": 1e-7,
    "initial_accumulator_value": 0.1,
    "weight_decay": None,
    "clipvalue": None,
    "clipnorm": None,
    "global_clipnorm": None,
}


def clip(config, gradients):
    """Keras's three ways, of which at most one is asked for."""
    if (bound := config["clipvalue"]) is not None:
        return [np.clip(g, -bound, bound) for g in gradients]
    if (bound := config["clipnorm"]) is not None:
        return [g * min(1, bound / math.sqrt((g**2).sum())) for g in gradients]
    if (bound := config["global_clipnorm"]) is not None:
        norm = math.sqrt(sum((g**2).sum() for g in gradients))
        return [g * min(1, bound / norm) for g in gradients]
    return gradients


class Optimizer:
    """Keras's formulas; `config` as Network.compile takes it."""

    def __init__(self, config):
        self.config = config
        self.step = 0
        self.slots = {}

    def slot(self, name, i, like, initial=0.0):
        return self.slots.setdefault((name, i), np.full_like(like, initial))

    def update(self, weights, gradients, lr):
        """The new weights."""
        self.step += 1
        decay = self.config["weight_decay"] or 0
        gradients = clip(self.config, gradients)
        pairs = zip(weights, gradients, strict=True)
        return [
            getattr(self, self.config["name"])(i, w - w * decay * lr, g, lr) for i, (w, g) in enumerate(pairs)
        ]

    def sgd(self, i, w, g, lr):
        mu = self.config["momentum"]
        v = self.slot("v", i, w)
        v[...] = mu * v - lr * g
        return w + mu * v - lr * g if self.config["nesterov"] else w + v

    def adam(self, i, w, g, lr):
        b1, b2, epsilon = (self.config[k] for k in ("beta_1", "beta_2", "epsilon"))
        m, v, largest = (self.slot(k, i, w) for k in ("m", "v", "largest"))
        m[...] = b1 * m + (1 - b1) * g
        v[...] = b2 * v + (1 - b2) * g**2
        largest[...] = np.maximum(largest, v)
        rate = lr * math.sqrt(1 - b2**self.step) / (1 - b1**self.step)
        return w - rate * m / (np.sqrt(largest if self.config["amsgrad"] else v) + epsilon)

    def rmsprop(self, i, w, g, lr):
        rho, mu, epsilon = (self.config[k] for k in ("rho", "momentum", "epsilon"))
        v, mean, velocity = (self.slot(k, i, w) for k in ("v", "mean", "velocity"))
        v[...] = rho * v + (1 - rho) * g**2
        mean[...] = rho * mean + (1 - rho) * g
        below = v - mean**2 if self.config["centered"] else v
        velocity[...] = mu * velocity + lr * g / np.sqrt(below + epsilon)
        return w - velocity

    def adagrad(self, i, w, g, lr):
        v = self.slot("v", i, w, self.config["initial_accumulator_value"])
        v[...] = v + g**2
        return w - lr * g / np.sqrt(v + self.config["epsilon"])

    def adadelta(self, i, w, g, lr):
        rho, epsilon = self.config["rho"], self.config["epsilon"]
        v, d = (self.slot(k, i, w) for k in ("v", "d"))
        v[...] = rho * v + (1 - rho) * g**2
        step = np.sqrt(d + epsilon) / np.sqrt(v + epsilon) * g
        d[...] = rho * d + (1 - rho) * step**2
        return w - lr * step

    def adamax(self, i, w, g, lr):
        b1, b2 = self.config["beta_1"], self.config["beta_2"]
        m, u = (self.slot(k, i, w) for k in ("m", "u"))
        m[...] = b1 * m + (1 - b1) * g
        u[...] = np.maximum(b2 * u, abs(g))
        return w - lr / (1 - b1**self.step) * m / (u + self.config["epsilon"])

    def nadam(self, i, w, g, lr):
        b1, b2, epsilon = (self.config[k] for k in ("beta_1", "beta_2", "epsilon"))
        m, v = (self.slot(k, i, w) for k in ("m", "v"))
        m[...] = b1 * m + (1 - b1) * g
        v[...] = b2 * v + (1 - b2) * g**2
        u = b1 * (1 - 0.5 * 0.96 ** np.arange(1, self.step + 2))
        ahead = u[-1] * m / (1 - u.prod()) + (1 - u[-2]) * g / (1 - u[:-1].prod())
        return w - lr * ahead / (np.sqrt(v / (1 - b2**self.step)) + epsilon)

    def lion(self, i, w, g, lr):
        b1, b2 = self.config["beta_1"], self.config["beta_2"]
        m = self.slot("m", i, w)
        direction = b1 * m + (1 - b1) * g
        m[...] = b2 * m + (1 - b2) * g
        return w - lr * np.sign(direction)
