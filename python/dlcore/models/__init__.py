"""Models, and their files."""

from dlcore.models.functional import Functional
from dlcore.models.model import Model, clone_model, model_from_json
from dlcore.models.saving import load_model, save_model
from dlcore.models.sequential import Sequential

__all__ = ["Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]
