"""Where a fit stands: what a file says of it, and what another fit goes on from."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from dlcore import _checks
from dlcore.callbacks import Callback, CallbackList
from dlcore.models.data import Source
from dlcore.models.tally import Tally

if TYPE_CHECKING:
    from dlcore.models.trainer import Trainer

State = dict[str, Any]
"""Of a fit, as a file has it: what JSON can hold, and arrays."""


class Progress:
    """The epoch and the batch that come next, and all that has been added up on the way there.

    Parameters
    ----------
    model : Trainer
    source : Source
        What is trained on.
    validation : Source or None
    callbacks : CallbackList
    initial_epoch : int
    before : dict or None
        Where the model's last fit stood. A fit that does not begin at the first epoch goes on with its order
        of rows.

    Attributes
    ----------
    epoch, batch : int
        The next ones, from 0.
    tally : Tally
        Of the epoch's batches so far.
    is_trained : bool
        Whether the epoch's batches are all done, but not its validation.
    logs, told : dict
        Of the last epoch whose batches are all done; and the same as callbacks were told, with what they
        added.
    is_over : bool
        Whether the fit that is resumed had been stopped.
    """

    def __init__(
        self,
        model: Trainer,
        source: Source,
        validation: Source | None,
        callbacks: CallbackList,
        initial_epoch: int,
        before: State | None,
    ) -> None:
        self.model = model
        self.source = source
        self.validation = validation
        self.callbacks = callbacks
        self.epoch = initial_epoch
        self.batch = 0
        self.tally: Tally | None = None
        self.is_trained = False
        self.logs: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.is_over = False
        self._before_validation: list[int] | None = None
        callbacks.under_way = None, 0
        if before is not None and initial_epoch > 0:
            self._take_order(before, is_same_place=before["epoch"] == initial_epoch)

    # The steps of a fit

    def begin_epoch(self) -> Tally:
        """The tally for the epoch's batches, or for those that are left."""
        if self.tally is None:
            self.tally = self.model.new_tally()
        return self.tally

    def end_batches(self, logs: dict[str, Any]) -> None:
        """The epoch's batches are all done."""
        self.is_trained, self.logs, self.tally = True, logs, None
        self._before_validation = None if self.validation is None else self.validation.under_way

    def end_epoch(self) -> None:
        """And so is all else."""
        self.epoch, self.batch, self.is_trained = self.epoch + 1, 0, False

    # To a file and back

    def state(self) -> State:
        """All of it, in the midst of a hook too: those that it has not yet reached are marked as due."""
        hook, called = self.callbacks.under_way
        states = []
        for i, callback in enumerate(self.callbacks.callbacks):
            state = callback.get_state()
            if state:
                name = type(callback).__name__
                states.append({"class": name, "state": state, "is_due": hook is not None and i >= called})
        validation = None if self.validation is None else self.validation.under_way
        if self.is_trained and hook is None:  # It is under way, and done again as a whole.
            validation = self._before_validation
        return {
            "epoch": self.epoch,
            "batch": self.batch,
            "batches": self.source.batches,
            "shuffle": self.source.seed,
            "passes": [self.source.under_way, validation],
            "is_trained": self.is_trained,
            "is_stopped": self.model.stop_training,
            "tally": None if self.tally is None else self.tally.get_state(),
            "logs": self.logs,
            "told": self.told,
            "hook": hook,
            "callbacks": states,
        }

    def expect_fit(self, state: State) -> None:
        """Raise a ValueError if there are other batches now than when an epoch was interrupted."""
        before, now = state["batches"], self.source.batches
        if state["batch"] > 0 and None not in (before, now) and before != now:
            raise ValueError(
                f"the fit to resume was interrupted in an epoch of {before} batches, but now an epoch has "
                f"{now}: give the same rows and batch_size"
            )

    def restore(self, state: State) -> list[Callback]:
        """Go on from there; which callbacks the hook that was under way had not reached."""
        self.epoch, self.batch = state["epoch"], state["batch"]
        self.is_trained, self.logs, self.told = state["is_trained"], state["logs"], state["told"]
        self.model.stop_training = state["is_stopped"]
        self._take_order(state, is_same_place=True)
        self._before_validation = state["passes"][1]
        if state["tally"] is not None:
            self.tally = self.model.new_tally()
            self.tally.set_state(state["tally"])
        stored = defaultdict(list)
        for entry in state["callbacks"]:
            stored[entry["class"]].append(entry)
        due = []
        for callback in self.callbacks.callbacks:
            entries = stored[type(callback).__name__]
            if entries:
                entry = entries.pop(0)
                callback.set_state(entry["state"])
                due += [callback] if entry["is_due"] else []
        return due

    def finish_hook(self, hook: str | None, due: list[Callback]) -> None:
        """Call those that it had not reached."""
        for callback in due:
            if hook == "on_epoch_end":
                callback.on_epoch_end(self.epoch, self.told)
            elif self.tally is not None:
                callback.on_train_batch_end(self.batch - 1, self.tally.logs())
        if hook == "on_epoch_end":
            self.end_epoch()
        self.is_over = self.model.stop_training and self.batch == 0 and not self.is_trained

    def _take_order(self, state: State, is_same_place: bool) -> None:
        if self.source.seed is not None and state["shuffle"] is not None:
            self.source.seed = state["shuffle"]
        if is_same_place:
            for source, under_way in zip((self.source, self.validation), state["passes"], strict=True):
                if source is not None and under_way is not None:
                    source.go_to(*under_way)


def checked(state: State) -> State:
    """What a file has, if it may be gone on from.

    Raises
    ------
    ValueError, TypeError, KeyError
        If not.
    """
    for name in ("epoch", "batch"):
        _checks.integer(name, state[name])
    for name in ("is_trained", "is_stopped"):
        _checks.boolean(name, state[name])
    if state["batches"] is not None:
        _checks.integer("batch", state["batch"], high=_checks.integer("batches", state["batches"]))
    _checks.seed(state["shuffle"])
    for under_way in state["passes"]:
        if under_way is not None:
            epoch, batches = under_way
            _checks.integer("epoch", epoch)
            _checks.integer("batches", batches)
    if len(state["passes"]) != 2 or state["hook"] not in (None, "on_epoch_end", "on_train_batch_end"):
        raise ValueError("it says of its fit what none can be")
    for entry in state["callbacks"]:
        _checks.boolean("is_due", entry["is_due"])
        if not isinstance(entry["class"], str) or not isinstance(entry["state"], dict):
            raise TypeError("a callback's state must be a dict")
    if not isinstance(state["logs"], dict) or not isinstance(state["told"], dict):
        raise TypeError("logs must be a dict")
    return state
