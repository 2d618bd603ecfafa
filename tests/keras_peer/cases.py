"""The table: all cases, and those that dlcore refuses."""

from keras_peer import cases_layers, cases_losses, cases_metrics, cases_optimizers

_ALL = [*cases_optimizers.CASES, *cases_layers.CASES, *cases_losses.CASES, *cases_metrics.CASES]

REFUSED = {
    "activation: sparsemax": "sparsemax",
    "layer: RMSNormalization": "RMSNormalization is a normalization of another kind",
    "model: functional residual Add": "Add is a layer with several inputs",
    "model: functional +": "Add is a layer with several inputs",
    "model: functional Concatenate": "Concatenate is a layer with several inputs",
    "model: functional concatenate of branches": "concatenate is a layer with several inputs",
    "loss: CategoricalFocalCrossentropy alpha=[0.2, 0.5, 0.3] gamma=1.0 of one_hot": "alpha must be a number",
    "loss: CategoricalGeneralizedCrossEntropy q=0.7 of classes": "CategoricalGeneralizedCrossEntropy",
    "loss: Dice of multilabel": "Dice",
    "loss: Dice axis=[1] of multilabel": "Dice",
    "loss: Tversky alpha=0.3 beta=0.7 of multilabel": "Tversky",
    "weights: MaxNorm axis": "axis must be 0",
}
"""What dlcore does not do, by the name of the case, and what its error says."""

CASES = [case for case in _ALL if case.name not in REFUSED]
NOT_DONE = [case for case in _ALL if case.name in REFUSED]
BY_NAME = {case.name: case for case in CASES}
if len(BY_NAME) < len(CASES):
    raise ValueError("two cases have the same name")
