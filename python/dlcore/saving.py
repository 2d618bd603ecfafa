"""Files, and classes of one's own that they name, where `keras.saving` has them."""

from dlcore.models import load_model, save_model
from dlcore.utils.registration import custom_object_scope, get_custom_objects, register_keras_serializable

__all__ = [
    "custom_object_scope",
    "get_custom_objects",
    "load_model",
    "register_keras_serializable",
    "save_model",
]
