"""The model: a chain of layers, from inputs to outputs."""

from __future__ import annotations

import math
import os
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks, _names, _random, _registry
from dlcore._core import Network
from dlcore._registry import Configurable, serialize
from dlcore._typing import FloatArray
from dlcore.layers import InputLayer, Layer, Tensor, Variable, deserialize
from dlcore.models._weights import checked
from dlcore.models.trainer import Trainer

NOTHING = [{"kind": "rescaling", "scale": 1.0, "offset": 0.0}]
"""For the core, in place of layers that all leave their inputs as they are."""


class Model(Trainer, Configurable):
    """Layers, each of which takes what the one before gives.

    What is made is a `Functional`; `Sequential` is the other kind.

    Parameters
    ----------
    inputs : Tensor
        What `Input` gave.
    outputs : Tensor
        What the last layer gave, called on what the one before gave, and so on from `inputs`.
    name : str, optional

    Examples
    --------
    >>> import dlcore
    >>> inputs = dlcore.Input((4,))
    >>> hidden = dlcore.layers.Dense(8, activation="relu")(inputs)
    >>> model = dlcore.Model(inputs, dlcore.layers.Dense(1)(hidden))
    >>> model.count_params()
    49
    """

    _chain: list[Any]
    _input: InputLayer | None

    def __new__(cls, *args: Any, **options: Any) -> Any:
        """A `Functional`, where a Model is asked for."""
        if cls is not Model:
            return super().__new__(cls)
        from dlcore.models.functional import Functional

        return super().__new__(Functional)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for method in ("call", "train_step", "test_step"):
            if method in vars(cls):
                raise TypeError(
                    f"{cls.__name__} defines {method}, but dlcore runs chains of its own layers in compiled "
                    "code: give them to Sequential, or to Model(inputs, outputs)"
                )

    def _begin(self, name: str | None, dtype: object) -> None:
        self.name = _names.choose(name, type(self))
        self.dtype = _checks.floatx() if dtype is None else _checks.dtype(dtype)
        self._chain = []
        self._shape: tuple[int, ...] | None = None
        self._network: Network | None = None
        self._configs: list[dict[str, Any]] = []
        self._moves = 0
        self._begin_training()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # Layers

    @property
    @abstractmethod
    def layers(self) -> list[Any]:
        """What the model is made of; a model within is one of them."""

    @property
    def flat_layers(self) -> list[Layer]:
        """All layers, those of models within in place of these."""
        flat: list[Layer] = []
        for layer in self._chain:
            flat += layer.flat_layers if isinstance(layer, Model) else [layer]
        return flat

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of that name, or at that index.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1, name="last")])
        >>> model.get_layer("last").units, model.get_layer(index=0).name
        (1, 'last')
        """
        if (name is None) == (index is None):
            raise ValueError(f"either name or index must be given, got {name!r} and {index!r}")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"index must be below {len(self.layers)}, the number of layers, got {index}")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"no layer is called {name!r}: there are {', '.join(x.name for x in self.layers)}")

    @property
    def trainable(self) -> bool:
        """Whether training changes any layer; setting it sets it for all."""
        return any(layer.trainable for layer in self._chain)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._chain:
            layer.trainable = value

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        """Outputs for an array of rows, as in training if asked for; or the model on top of a tensor."""
        if isinstance(inputs, Tensor):
            shape = self.output_shape_of(inputs.row_shape)
            return Tensor(shape, self.name, self, inputs)  # type: ignore[arg-type]
        return self._outputs(inputs, training)

    def output_shape_of(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of an output row, for an input row of that shape."""
        for layer in self.flat_layers:
            shape = layer.output_shape(shape)
        return shape

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Of inputs, with None for the rows."""
        return (None, *self._known_shape())

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """Of outputs, with None for the rows."""
        return (None, *self.output_shape_of(self._known_shape()))

    def _known_shape(self) -> tuple[int, ...]:
        if self._shape is None:
            raise ValueError("the model does not know its inputs: give an Input, build() or data")
        return self._shape

    @property
    def inputs(self) -> list[Tensor]:
        """What the model is called on, as one tensor."""
        return [self._symbolic()[0]]

    @property
    def outputs(self) -> list[Tensor]:
        """What it gives, as one tensor."""
        return [self._symbolic()[1]]

    @property
    def input(self) -> Tensor:
        """What the model is called on."""
        return self._symbolic()[0]

    @property
    def output(self) -> Tensor:
        """What it gives."""
        return self._symbolic()[1]

    @abstractmethod
    def _symbolic(self) -> tuple[Tensor, Tensor]:
        """Inputs and outputs, without numbers."""

    # Variables

    @property
    def built(self) -> bool:
        """Whether there are variables by now."""
        return self._network is not None or (
            self._shape is not None and all(layer.built for layer in self.flat_layers if layer.specs)
        )

    def build(self, input_shape: Sequence[int | None] | None = None) -> None:
        """Make the variables, for inputs (rows, ...); with an `Input` the shape is known.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.layers.Dense(1)])
        >>> model.build((None, 2))
        >>> model.count_params()
        3
        """
        if input_shape is not None:
            shape = _checks.shape_of_rows("input_shape", input_shape)
            if self._shape not in (None, shape):
                raise ValueError(
                    f"input_shape must have rows of {self._shape}, as Input says, got {input_shape}"
                )
            self._shape = shape
        self._built()

    def _built(self) -> Network:
        """The network with the layers' variables, made if need be."""
        if self._network is not None and self._moves == Layer.moves:
            return self._network
        network = self._network
        layers = self.flat_layers
        if network is None or not all(layer.lives_in(network) for layer in layers):
            network = self._make()
        self._moves = Layer.moves
        return network

    def _make(self) -> Network:
        """A new network with the variables that the layers have, or new ones."""
        if not self._chain:
            raise ValueError("the model has no layers: add at least one Dense")
        shape = self._known_shape()
        configs: list[dict[str, Any]] = []
        weights: list[FloatArray] = []
        firsts = []
        for layer in self.flat_layers:
            firsts.append(len(weights))
            weights += map(np.atleast_1d, layer.first_weights(shape, self.dtype))
            configs += layer.configs(shape)
            shape = layer.output_shape(shape)
        configs = configs or NOTHING
        state = self._training_state()
        network = Network(math.prod(self._known_shape()), configs, self.dtype, self._seed())
        network.set_weights(weights)
        for layer, first in zip(self.flat_layers, firsts, strict=True):
            layer.attach(network, first)
        self._network, self._configs, self._moves = network, configs, Layer.moves
        self._output_axes = shape if len(shape) > 1 else None
        self._compile_network(network, state)
        return network

    def _seed(self) -> int:
        """Of all that draws in training: from the layers' seeds, if any has one."""
        seeds = [seed for layer in self.flat_layers if (seed := getattr(layer, "seed", None)) is not None]
        return _random.derive(*seeds, 0) if seeds else _random.next_seed()

    def _renew(self) -> None:
        """Make the network anew if the layers ask for something else by now: one was frozen, say."""
        if self._network is None:
            return
        shape, configs = self._known_shape(), []
        for layer in self.flat_layers:
            configs += layer.configs(shape)
            shape = layer.output_shape(shape)
        if (configs or NOTHING) != self._configs:
            self._make()

    def _unbuild(self) -> None:
        self._refuse_in_fit("layers")
        self._network = None

    @property
    def weights(self) -> list[Variable]:
        """All variables, layer by layer."""
        self._built()
        return [variable for layer in self.flat_layers for variable in layer.weights]

    @property
    def variables(self) -> list[Variable]:
        """The same."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """Those that training changes by gradients."""
        return [variable for variable in self.weights if variable.trainable]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The same."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """All others."""
        return [variable for variable in self.weights if not variable.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The same."""
        return self.non_trainable_weights

    @property
    def losses(self) -> list[float]:
        """What the regularized variables cost now, one number each; see `Layer.losses`."""
        return [loss for layer in self.flat_layers for loss in layer.losses]

    @property
    def weight_names(self) -> list[str]:
        """Names of the variables, with the layer's before them."""
        return [variable.path for variable in self.weights]

    def all_weights(self) -> dict[str, FloatArray]:
        """Copies of all variables by their paths, those that users do not see, too; for files."""
        arrays = iter(self._built().get_weights())
        named: dict[str, FloatArray] = {}
        for layer in self.flat_layers:
            for spec in layer.specs:
                name = f"{layer.name}/{spec.name}"
                if name in named:
                    raise ValueError(f"layers must have different names in a file, got {layer.name!r} twice")
                named[name] = next(arrays).reshape(spec.shape)
        return named

    def count_params(self) -> int:
        """How many numbers the variables have.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.count_params()
        3
        """
        self._built()
        return sum(layer.count_params() for layer in self.flat_layers)

    def get_weights(self) -> list[FloatArray]:
        """Copies of all variables: of a dense layer its kernel, then its bias.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> [weight.shape for weight in model.get_weights()]
        [(2, 1), (1,)]
        """
        network = self._built()
        everything = iter(network.get_weights())
        specs = [spec for layer in self.flat_layers for spec in layer.specs]
        pairs = zip(everything, specs, strict=True)
        return [weight.reshape(spec.shape) for weight, spec in pairs if spec.listed]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace all variables, given as `get_weights` gives them.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.set_weights([[[1.0], [2.0]], [0.5]])
        >>> model.predict([[1.0, 1.0]], verbose=0).tolist()
        [[3.5]]
        """
        network = self._built()
        specs = [spec for layer in self.flat_layers for spec in layer.specs]
        listed = [i for i, spec in enumerate(specs) if spec.listed]
        # Arrays like those that are there, in no memory.
        alike = [np.broadcast_to(np.zeros((), self.dtype), specs[i].shape) for i in listed]
        arrays = checked(weights, self.weight_names, alike)
        everything: list[Any] = network.get_weights()
        for i, weight in zip(listed, arrays, strict=True):
            everything[i] = np.atleast_1d(weight)
        network.set_weights(everything)

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print the layers, their outputs and how many numbers each has, as a table.

        Parameters
        ----------
        line_length : int, optional
            Characters of a line; default 88, or what the terminal has room for.
        positions : sequence of float, optional
            Where the columns end, as shares of the line.
        print_fn : function, optional
            What prints: is given all lines as one string; default `print`.
        expand_nested : bool
            Whether the layers of models within are shown, too; default False.
        show_trainable : bool
            Whether to show which layers learn; default False.
        layer_range : pair of str, optional
            Names, or regular expressions, of the first and the last layer to show.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1, name="last")], name="small")
        >>> model.summary(line_length=64)
        Model: "small"
        ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┓
        ┃ Layer (type)              ┃ Output Shape         ┃    Param # ┃
        ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━┩
        │ last (Dense)              │ (None, 1)            │          3 │
        └───────────────────────────┴──────────────────────┴────────────┘
         Total params: 3 (12.00 B)
         Trainable params: 3 (12.00 B)
         Non-trainable params: 0 (0.00 B)
        """
        from dlcore.models.summary import summary

        text = summary(self, line_length, positions, expand_nested, show_trainable, layer_range)
        (print_fn or print)(text)

    # Configuration and files

    def get_config(self) -> dict[str, Any]:
        """Name, dtype, shape of an input row, and layers, as JSON can hold them.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> sorted(model.get_config())
        ['dtype', 'input_name', 'input_shape', 'layers', 'name']
        """
        return {
            "name": self.name,
            "dtype": self.dtype,
            "input_shape": None if self._shape is None else list(self._shape),
            "input_name": None if self._input is None else self._input.name,
            "layers": [serialize(layer) for layer in self._chain],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """A model with new weights from what `get_config` gave.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> dlcore.Sequential.from_config(model.get_config()).count_params()
        3
        """
        if cls is Model:
            cls = model_classes()["Functional"]
        if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list | tuple):
            raise TypeError(f"config must be a dict with a list of layers, got {config!r:.99}")
        if not all(isinstance(described, Mapping) for described in config["layers"]):
            raise TypeError(f"config's layers must be dicts, got {config['layers']!r:.99}")
        with _registry.custom_scope(custom_objects or {}):
            layers = [
                model_classes()[described["class_name"]].from_config(described["config"])
                if described["class_name"] in model_classes()
                else deserialize(described)
                for described in config["layers"]
            ]
        shape = config["input_shape"]
        first = None if shape is None else InputLayer(shape, config.get("input_name"))
        return cls._of(first, layers, config["name"], config["dtype"])

    @classmethod
    @abstractmethod
    def _of(cls, first: InputLayer | None, layers: list[Any], name: str, dtype: str) -> Any:
        """A model of these layers."""

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the model into one safetensors file, whatever its name.

        That is weights, configuration, the optimizer's state, and where the fit stands that is going on, or
        the last one stood. `load_model` gives the model back, and `fit(..., resume_from=filepath)` goes on
        with the fit. The write is atomic: whatever happens, there is the old file or the new one.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.save("small.safetensors")
        >>> dlcore.load_model("small.safetensors").count_params()
        3
        """
        from dlcore.models.saving import save_model

        save_model(self, filepath, overwrite)

    def save_weights(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the weights alone, as safetensors; as Keras does if it ends in .h5 and h5py is there.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.save_weights("small.safetensors")
        >>> model.load_weights("small.safetensors")
        """
        from dlcore.models.saving import save_weights

        save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | os.PathLike[str]) -> None:
        """Take the weights from a file that `save_weights` or `save` wrote, here or in Keras.

        The layers must be the same in order.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.save_weights("small.weights.h5")
        >>> model.load_weights("small.weights.h5")
        """
        from dlcore.models.saving import load_weights

        load_weights(self, filepath)

    def export(
        self, filepath: str | os.PathLike[str], format: str = "onnx", opset: int | None = None
    ) -> None:
        """Write the model as it predicts into an ONNX file; see `dlcore.export.onnx.save`.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> model.export("small.onnx")
        """
        from dlcore.export import onnx

        _registry.one_of("format", format, ["onnx"])
        onnx.save(self, filepath, opset)

    def __reduce__(self) -> Any:
        """For pickle and copy: the same as in a file.

        Unlike a file, a pickle runs what it names: load none from strangers.
        """
        from dlcore.models.saving import model_of, parts

        return model_of, parts(self)

    def to_json(self) -> str:
        """Class and configuration as JSON.

        Examples
        --------
        >>> import dlcore
        >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
        >>> again = dlcore.models.model_from_json(model.to_json())
        >>> again.count_params()
        3
        """
        import json

        return json.dumps(serialize(self))


def a_model(value: object) -> Model:
    """The model itself; an error for anything else."""
    if not isinstance(value, Model):
        raise TypeError(f"model must be a model, got {value!r:.99}")
    return value


def model_classes() -> dict[str, type[Model]]:
    """The models that a configuration may name."""
    from dlcore.models.functional import Functional
    from dlcore.models.sequential import Sequential

    return {"Functional": Functional, "Sequential": Sequential}


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Model:
    """A model with new weights from what `Model.to_json` gave.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
    >>> dlcore.models.model_from_json(model.to_json()).count_params()
    3
    """
    import json

    described = json.loads(json_string)
    model: Model = model_classes()[described["class_name"]].from_config(described["config"], custom_objects)
    return model


def clone_model(model: Model) -> Model:
    """A model like another one, with new layers and new weights.

    Examples
    --------
    >>> import dlcore
    >>> model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(1)])
    >>> copy = dlcore.models.clone_model(model)
    >>> copy.count_params(), copy.layers[0] is model.layers[0]
    (3, False)
    """
    return type(a_model(model)).from_config(model.get_config())  # type: ignore[no-any-return]
