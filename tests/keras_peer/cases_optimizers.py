"""Optimizers, what all of them can do beside their rule, and learning rates that change."""

from keras_peer.case import REGRESSION, Case, dense, sequential

RULES = {
    "SGD": ("SGD", {"learning_rate": 0.05}),
    "SGD momentum": ("SGD", {"learning_rate": 0.02, "momentum": 0.9}),
    "SGD nesterov": ("SGD", {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True}),
    "Adam": ("Adam", {"learning_rate": 0.01}),
    "Adam, other betas": ("Adam", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    "Adam amsgrad": ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
    "AdamW": ("AdamW", {"learning_rate": 0.01}),
    "AdamW, much decay": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.3}),
    "RMSprop": ("RMSprop", {"learning_rate": 0.005}),
    "RMSprop momentum": ("RMSprop", {"learning_rate": 0.002, "momentum": 0.8, "rho": 0.8}),
    "RMSprop centered": ("RMSprop", {"learning_rate": 0.005, "centered": True}),
    "RMSprop centered momentum": ("RMSprop", {"learning_rate": 0.002, "momentum": 0.8, "centered": True}),
    "Adagrad": ("Adagrad", {"learning_rate": 0.1}),
    "Adagrad, other start": ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5}),
    "Adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "Adamax": ("Adamax", {"learning_rate": 0.01}),
    "Nadam": ("Nadam", {"learning_rate": 0.01}),
    "Lion": ("Lion", {"learning_rate": 0.002}),
}

EXTRAS = {
    "SGD clipnorm": ("SGD", {"learning_rate": 0.05, "clipnorm": 0.1}),
    "SGD clipvalue": ("SGD", {"learning_rate": 0.05, "clipvalue": 0.02}),
    "SGD global_clipnorm": ("SGD", {"learning_rate": 0.05, "global_clipnorm": 0.15}),
    "Adam clipnorm": ("Adam", {"learning_rate": 0.01, "clipnorm": 0.05}),
    "Adam global_clipnorm": ("Adam", {"learning_rate": 0.01, "global_clipnorm": 0.1}),
    "SGD weight_decay": ("SGD", {"learning_rate": 0.05, "weight_decay": 0.05}),
    "SGD nesterov weight_decay": (
        "SGD",
        {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    ),
    "Adam weight_decay": ("Adam", {"learning_rate": 0.01, "weight_decay": 0.1}),
    "RMSprop weight_decay": ("RMSprop", {"learning_rate": 0.005, "weight_decay": 0.1}),
    "Lion weight_decay": ("Lion", {"learning_rate": 0.002, "weight_decay": 0.1}),
    "SGD use_ema": ("SGD", {"learning_rate": 0.05, "use_ema": True}),
    "Adam use_ema": ("Adam", {"learning_rate": 0.01, "use_ema": True, "ema_momentum": 0.9}),
    "Adam use_ema, overwrites": (
        "Adam",
        {"learning_rate": 0.01, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 7},
    ),
    "SGD accumulates": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "gradient_accumulation_steps": 4}),
    "Adam accumulates": ("Adam", {"learning_rate": 0.02, "gradient_accumulation_steps": 3}),
    "Adam accumulates, clipnorm, weight_decay": (
        "Adam",
        {"learning_rate": 0.02, "gradient_accumulation_steps": 3, "clipnorm": 0.1, "weight_decay": 0.05},
    ),
    "Adam accumulates, use_ema, overwrites": (
        "Adam",
        {
            "learning_rate": 0.02,
            "gradient_accumulation_steps": 3,
            "use_ema": True,
            "ema_momentum": 0.9,
            "ema_overwrite_frequency": 5,
        },
    ),
}

SCHEDULES = {
    "ExponentialDecay": ("ExponentialDecay", (0.1, 50, 0.5), {}),
    "ExponentialDecay staircase": ("ExponentialDecay", (0.1, 50, 0.5), {"staircase": True}),
    "PiecewiseConstantDecay": ("PiecewiseConstantDecay", ([40, 110], [0.1, 0.05, 0.01]), {}),
    "PolynomialDecay": ("PolynomialDecay", (0.1, 150), {"end_learning_rate": 0.01, "power": 2.0}),
    # A power of two: the quotient that is rounded up must be exact, or float32 begins a cycle a batch early.
    "PolynomialDecay cycle": ("PolynomialDecay", (0.1, 64), {"end_learning_rate": 0.01, "cycle": True}),
    "InverseTimeDecay": ("InverseTimeDecay", (0.1, 30, 0.5), {}),
    "InverseTimeDecay staircase": ("InverseTimeDecay", (0.1, 30, 0.5), {"staircase": True}),
    "CosineDecay": ("CosineDecay", (0.1, 150), {"alpha": 0.1}),
    "CosineDecay with warm-up": (
        "CosineDecay",
        (0.0, 150),
        {"warmup_target": 0.1, "warmup_steps": 30},
    ),
    "CosineDecayRestarts": ("CosineDecayRestarts", (0.1, 30), {"t_mul": 2.0, "m_mul": 0.8, "alpha": 0.05}),
    "CosineDecayRestarts, equal": ("CosineDecayRestarts", (0.1, 35), {"t_mul": 1.0}),
}


def _with(name, options):
    return lambda keras: {"optimizer": getattr(keras.optimizers, name)(**options), "loss": "mse"}


def _scheduled(rule, name, args, options, **more):
    def compiled(keras):
        rate = getattr(keras.optimizers.schedules, name)(*args, **options)
        return {"optimizer": getattr(keras.optimizers, rule)(rate, **more), "loss": "mse"}

    return compiled


COSINE = SCHEDULES["CosineDecay"]

CASES = [
    *(Case(f"optimizer: {name}", REGRESSION, _with(*rule)) for name, rule in (RULES | EXTRAS).items()),
    *(
        Case(f"schedule: {name}", REGRESSION, _scheduled("SGD", *schedule))
        for name, schedule in SCHEDULES.items()
    ),
    Case("schedule: of Adam", REGRESSION, _scheduled("Adam", "ExponentialDecay", (0.02, 100, 0.5), {})),
    # The schedule counts batches, Adam's correction counts updates.
    Case(
        "schedule: while gradients accumulate",
        REGRESSION,
        _scheduled("Adam", *COSINE, gradient_accumulation_steps=4),
    ),
    Case("schedule: with weight_decay", REGRESSION, _scheduled("SGD", *COSINE, weight_decay=0.05)),
    Case(
        "optimizer: use_ema and a constraint",
        sequential(
            dense(6, "tanh", kernel_constraint=lambda keras: keras.constraints.MaxNorm(0.8)), dense(2)
        ),
        _with("SGD", {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.9}),
    ),
    Case(
        "optimizer: accumulates under a constraint",
        sequential(dense(6, "tanh", kernel_constraint=lambda keras: keras.constraints.UnitNorm()), dense(2)),
        _with("SGD", {"learning_rate": 0.05, "gradient_accumulation_steps": 3}),
    ),
    Case("optimizer: by name", REGRESSION, lambda keras: {"optimizer": "rmsprop", "loss": "mse"}),
]
