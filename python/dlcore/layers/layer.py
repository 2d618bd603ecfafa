"""The base of all layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _data, _names, _random, regularizers
from dlcore._core import Network
from dlcore._registry import Configurable, serialize
from dlcore._typing import FloatArray
from dlcore.layers import _stored
from dlcore.layers.variable import Spec, Variable

if TYPE_CHECKING:
    from dlcore.layers.tensor import Tensor

Shape = tuple[int, ...]
"""Of one row: without the axis of the batch."""


class Common(TypedDict, total=False):
    """The arguments that every layer takes by keyword; see `Layer`."""

    activity_regularizer: object
    trainable: bool
    dtype: object
    name: str | None
    input_shape: Sequence[int] | None
    input_dim: int | None


class Layer(Configurable):
    """A step of a model: says what the core shall do, and knows where its variables are.

    Parameters
    ----------
    activity_regularizer : str, Regularizer or None
        What large outputs cost: the penalty on a batch's outputs, divided by its rows; default nothing.
    trainable : bool
        Whether training changes the layer; default True. May be set later: a model heeds it from its next
        `compile` on.
    dtype : str, optional
        That of the model, if it is given.
    name : str, optional
        By default the class's and a number: dense, dense_1, ...
    input_shape : tuple of int, optional
        Of one row, on the first layer of a model without an `Input`; `input_dim=n` means `(n,)`.

    Examples
    --------
    >>> import dlcore
    >>> layer = dlcore.layers.Dense(3, name="hidden", trainable=False)
    >>> layer.build((None, 2))
    >>> layer.count_params(), [weight.path for weight in layer.weights]
    (9, ['hidden/kernel', 'hidden/bias'])
    """

    moves = 0
    """How often variables went from one model to another: who has seen this number need not look again."""

    def __init__(
        self,
        *,
        activity_regularizer: object = None,
        trainable: bool = True,
        dtype: object = None,
        name: str | None = None,
        input_shape: Sequence[int] | None = None,
        input_dim: int | None = None,
    ) -> None:
        self.name = _names.choose(name, type(self))
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.trainable = trainable
        self.dtype = None if dtype is None else _checks.dtype(dtype)
        if input_dim is not None:
            input_shape = (input_dim,)
        self.input_shape = None if input_shape is None else _checks.shape("input_shape", input_shape)
        self.path = self.name
        """What the paths of the variables begin with: with the model's name, if that made them."""
        self.specs: list[Spec] = []
        self.calls: list[tuple[Tensor, Tensor]] = []
        """What came in and went out, of each symbolic call."""
        self._network: Network | None = None
        self._first = 0
        self._kept: list[FloatArray] = []
        self._prepared = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "call" in cls.__dict__:
            raise TypeError(
                f"{cls.__name__} defines call, but Python code cannot run inside a model: dlcore's core has "
                "a fixed set of layers, those of dlcore.layers, and does not differentiate functions"
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # What a layer is, for subclasses to say

    def variables_for(self, shape: Shape) -> list[Spec]:
        """The variables for rows of that shape, in the order in which the core has them."""
        return []

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of an output row, for an input row of that shape."""
        return shape

    def core_config(self, shape: Shape) -> list[dict[str, Any]]:
        """What the core shall do, as its contract says it."""
        raise TypeError(
            f"{type(self).__name__} cannot be used in a model: dlcore's core has a fixed set of layers, "
            "those of dlcore.layers"
        )

    def get_config(self) -> dict[str, Any]:
        """What all layers have; subclasses add theirs."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize(self.activity_regularizer)
        if self.dtype is not None:
            config["dtype"] = self.dtype
        return config

    def features(self, shape: Shape) -> int:
        """How many numbers a row has; an error, if they do not lie in one axis: for layers that need that."""
        if len(shape) != 1:
            raise ValueError(
                f"layer {self.name!r} ({type(self).__name__}) takes rows of numbers, got rows of shape "
                f"{shape}: put a Flatten layer before it"
            )
        return shape[0]

    # Calls

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        """The layer on top of a symbolic tensor, or its outputs for an array of rows."""
        from dlcore.layers.tensor import Tensor, joined

        if isinstance(inputs, Tensor):
            return joined(self, inputs)
        return self._outputs(inputs, training)

    def _outputs(self, inputs: ArrayLike, training: bool) -> FloatArray:
        rows = _data.array("inputs", inputs)
        if rows.ndim < 2:
            raise ValueError(f"inputs must have rows, shape (rows, ...), got shape {rows.shape}")
        shape = rows.shape[1:]
        self.build((None, *shape))
        weights = self.all_weights()
        dtype = str(weights[0].dtype) if weights else self.dtype or _checks.floatx()
        configs = self.configs(shape) or [{"kind": "rescaling", "scale": 1.0, "offset": 0.0}]
        network = Network(math.prod(shape), configs, dtype, _random.next_seed())
        network.set_weights([weight.reshape(-1) if weight.ndim == 0 else weight for weight in weights])
        flat = _data.features("inputs", rows.reshape(len(rows), -1), None, dtype)
        outputs = network.rehearse(flat) if training else network.predict(flat)
        return outputs.reshape(len(rows), *self.output_shape(shape))

    def configs(self, shape: Shape) -> list[dict[str, Any]]:
        """All that the core shall do, the penalty on outputs included."""
        configs = self.core_config(shape)
        if self.activity_regularizer is not None:
            l1, l2 = self.activity_regularizer.l1, self.activity_regularizer.l2
            configs.append({"kind": "activity", "l1": l1, "l2": l2})
        return configs

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """The shape of outputs for inputs (rows, ...)."""
        row = _checks.shape_of_rows("input_shape", input_shape)
        return (input_shape[0], *self.output_shape(row))

    @property
    def input(self) -> Tensor:
        """What came in, in the layer's only symbolic call."""
        return self._call()[0]

    @property
    def output(self) -> Tensor:
        """What went out, in the layer's only symbolic call."""
        return self._call()[1]

    def _call(self) -> tuple[Tensor, Tensor]:
        if not self.calls:
            raise AttributeError(f"layer {self.name!r} was not called yet: it has no input and output")
        return self.calls[-1]

    # Variables

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the variables, for inputs (rows, ...), unless they are there.

        Parameters
        ----------
        input_shape : tuple
            The first number, of rows, may be None.
        """
        self.prepare(_checks.shape_of_rows("input_shape", input_shape), self.dtype or _checks.floatx())

    def prepare(self, shape: Shape, dtype: str, within: str | None = None) -> None:
        """Make the variables, for rows of that shape, unless they are there; perhaps `within` a model."""
        if not self.specs or not self.built:
            if within is not None:
                self.path = f"{within}/{self.name}"
            self._kept = self.first_weights(shape, dtype)
        self._prepared = True

    @property
    def built(self) -> bool:
        """Whether there are variables by now, if there will be any."""
        return self._prepared or self._network is not None or bool(self._kept)

    def first_weights(self, shape: Shape, dtype: str) -> list[FloatArray]:
        """The numbers that the layer has, if they still fit, else new ones; for the model."""
        before = self.all_weights()
        self.specs = self.variables_for(shape)
        if before and [weight.shape for weight in before] == [spec.shape for spec in self.specs]:
            return [weight.astype(dtype) for weight in before]
        return _stored.first_weights(self.name, self.specs, dtype)

    def attach(self, network: Network, first: int) -> None:
        """Note where the variables are; for the model."""
        if self._network is not None and self._network is not network:
            Layer.moves += 1
        self._network, self._first, self._kept = network, first, []

    def lives_in(self, network: Network) -> bool:
        """Whether the variables are there; for the model."""
        return self._network is network

    def all_weights(self) -> list[FloatArray]:
        """Copies of all variables, those that users do not see, too."""
        if self._network is None:
            return list(self._kept)
        weights = self._network.get_weights()[self._first : self._first + len(self.specs)]
        return [weight.reshape(spec.shape) for weight, spec in zip(weights, self.specs, strict=True)]

    def set_all_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace all variables."""
        from dlcore.models._weights import checked

        existing = self.all_weights()
        names = [f"{self.name}/{spec.name}" for spec in self.specs]
        arrays = checked(weights, names, existing)
        if self._network is None:
            self._kept = arrays
            return
        everything = self._network.get_weights()
        everything[self._first : self._first + len(self.specs)] = map(np.atleast_1d, arrays)
        self._network.set_weights(everything)

    @property
    def weights(self) -> list[Variable]:
        """All variables, those that learn first."""
        listed = [Variable(self, i) for i, spec in enumerate(self.specs) if spec.listed]
        return listed if self.built else []

    variables = weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """Those that training changes by gradients."""
        return [variable for variable in self.weights if variable.trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """All others."""
        return [variable for variable in self.weights if not variable.trainable]

    non_trainable_variables = non_trainable_weights

    @property
    def losses(self) -> list[float]:
        """What the regularized variables cost now; of outputs there are none outside of a batch."""
        pairs = [(v, getattr(self, f"{v.name}_regularizer", None)) for v in self.trainable_weights]
        return [regularizer(variable) for variable, regularizer in pairs if regularizer is not None]

    def variable(self, name: str) -> Variable | None:
        """The variable of that name, or None before the layer is built."""
        return next((variable for variable in self.weights if variable.name == name), None)

    @property
    def trainable(self) -> bool:
        """Whether training changes the layer."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = _checks.boolean("trainable", value)

    def get_weights(self) -> list[FloatArray]:
        """Copies of the variables; none before they are built."""
        return [weight for weight, spec in zip(self.all_weights(), self.specs, strict=True) if spec.listed]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace the variables.

        Parameters
        ----------
        weights : list of arrays
            As many and of the shapes that `get_weights` gives.
        """
        listed = [i for i, spec in enumerate(self.specs) if spec.listed]
        if not self.specs and not (isinstance(weights, list | tuple) and not weights):
            raise ValueError(f"layer {self.name!r} has no weights before it is built")
        if not isinstance(weights, list | tuple) or len(weights) != len(listed):
            got = len(weights) if isinstance(weights, list | tuple) else repr(weights)
            raise ValueError(f"weights must be a list of {len(listed)} arrays, got {got}")
        everything: list[Any] = self.all_weights()
        for i, weight in zip(listed, weights, strict=True):
            everything[i] = weight
        self.set_all_weights(everything)

    def count_params(self) -> int:
        """How many numbers the variables have."""
        return int(sum(np.prod(spec.shape) for spec in self.specs if spec.listed)) if self.built else 0
