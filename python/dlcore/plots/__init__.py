"""Pictures of models and of what happened to them; needs matplotlib.

Each draws on `ax`, or on a new figure, and returns the Axes. The colours are Okabe and Ito's, which
colour-blind people can tell apart; `matplotlib.pyplot.rcParams.update(STYLE)` gives other pictures that look.
"""

from dlcore.plots._style import COLOURS, STYLE
from dlcore.plots.activations import activations
from dlcore.plots.confusion_matrix import confusion_matrix
from dlcore.plots.decision_boundary import decision_boundary
from dlcore.plots.gradient_flow import gradient_flow
from dlcore.plots.history import history
from dlcore.plots.mind_map import mind_map
from dlcore.plots.network import network
from dlcore.plots.weights import weights

__all__ = [
    "COLOURS",
    "STYLE",
    "activations",
    "confusion_matrix",
    "decision_boundary",
    "gradient_flow",
    "history",
    "mind_map",
    "network",
    "weights",
]
