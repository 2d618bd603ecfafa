"""Callbacks: what is done at certain moments of a fit, an evaluation or a prediction."""

from dlcore.callbacks.backup_and_restore import BackupAndRestore
from dlcore.callbacks.callback import Callback
from dlcore.callbacks.callback_list import CallbackList
from dlcore.callbacks.csv_logger import CSVLogger
from dlcore.callbacks.early_stopping import EarlyStopping
from dlcore.callbacks.history import History
from dlcore.callbacks.lambda_callback import LambdaCallback
from dlcore.callbacks.learning_rate_scheduler import LearningRateScheduler
from dlcore.callbacks.model_checkpoint import ModelCheckpoint
from dlcore.callbacks.progress import ProgbarLogger
from dlcore.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from dlcore.callbacks.tensorboard import TensorBoard
from dlcore.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]
