"""The table: all cases."""

from keras_peer import cases_layers, cases_losses, cases_metrics, cases_optimizers

CASES = [*cases_optimizers.CASES, *cases_layers.CASES, *cases_losses.CASES, *cases_metrics.CASES]
BY_NAME = {case.name: case for case in CASES}
if len(BY_NAME) < len(CASES):
    raise ValueError("two cases have the same name")
