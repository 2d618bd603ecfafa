"""The base of all layers."""

from typing import Any

from dlcore import _names
from dlcore._core import Network
from dlcore._registry import Configurable
from dlcore._typing import FloatArray


class Layer(Configurable):
    """A step of the model: says what the core shall do, and knows where its weights are.

    Parameters
    ----------
    name : str, optional
        By default the class's and a number: dense, dense_1, ...
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = _names.choose(name, type(self))
        self._network: Network | None = None
        self._first = 0
        self._kept: list[FloatArray] = []

    @property
    def weight_names(self) -> list[str]:
        """Names of the weights within the layer."""
        return []

    def weight_shapes(self, inputs: int) -> list[tuple[int, ...]]:
        """Shapes of the weights, for that many inputs."""
        return []

    def initial_weights(self, inputs: int, dtype: str) -> list[FloatArray]:
        """First values of the weights, for that many inputs."""
        return []

    def outputs(self, inputs: int) -> int:
        """How many outputs there are, for that many inputs."""
        return inputs

    def core_config(self) -> list[dict[str, Any]]:
        """What the core shall do, as its contract says it."""
        raise NotImplementedError(f"{type(self).__name__} must define core_config")

    @property
    def built(self) -> bool:
        """Whether it has weights by now."""
        return self._network is not None

    def attach(self, network: Network, first: int) -> None:
        """Note where the weights are; for the model."""
        self._network, self._first = network, first

    def detach(self) -> None:
        """Keep the weights apart from the model's, which is built anew; for the model."""
        if self._network is not None:
            self._kept, self._network = self.get_weights(), None

    def first_weights(self, inputs: int, dtype: str) -> list[FloatArray]:
        """The weights that the layer had before, if they still fit, else new ones; for the model."""
        fits = [weight.shape for weight in self._kept] == self.weight_shapes(inputs)
        return self._kept if fits else self.initial_weights(inputs, dtype)

    def get_weights(self) -> list[FloatArray]:
        """Copies of the weights; none before the model is built."""
        if self._network is None:
            return []
        return self._network.get_weights()[self._first : self._first + len(self.weight_names)]

    def set_weights(self, weights: list[FloatArray]) -> None:
        """Replace the weights.

        Parameters
        ----------
        weights : list of arrays
            As many and of the shapes that `get_weights` gives.
        """
        from dlcore.models._weights import checked

        if self._network is None:
            raise ValueError(f"layer {self.name!r} has no weights before the model is built")
        everything = self._network.get_weights()
        own = slice(self._first, self._first + len(self.weight_names))
        names = [f"{self.name}/{name}" for name in self.weight_names]
        everything[own] = checked(weights, names, everything[own])
        self._network.set_weights(everything)

    def count_params(self) -> int:
        """How many numbers the weights have."""
        return sum(weight.size for weight in self.get_weights())

    def get_config(self) -> dict[str, Any]:
        """The name; subclasses add theirs."""
        return {"name": self.name}
