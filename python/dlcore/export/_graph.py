"""An ONNX graph while it is made: operators, constants, and names for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcore import _checks

try:
    import onnx
    from onnx import helper, numpy_helper
except ImportError as error:
    raise ImportError("ONNX files need the package onnx: pip install onnx") from error

OLDEST_OPSET = 17
"""The first with LayerNormalization. All operators here are the same in all that came since."""

MOST_BYTES = 2**31 - 1
"""Of a file in the format of Protocol Buffers."""


class Graph:
    """Operators in the order in which they are done.

    Parameters
    ----------
    name, input_name : str
    shape : sequence of int
        Of an input row.
    dtype : {"float32", "float64"}
    """

    def __init__(self, name: str, input_name: str, shape: Sequence[int], dtype: str) -> None:
        self.name = name
        self.dtype = np.dtype(dtype)
        self.scope = name
        """What the names of new operators begin with: the layer's name."""
        self.input = input_name
        self.row_shape = tuple(shape)
        """Of the rows that the last layer gave."""
        self._shape = (None, *shape)
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._outputs: list[Any] = []
        self._names = {input_name}

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """An operator with one output; its name."""
        name = self._unique(f"{self.scope}/{kind}")
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def cast(self, tensor: str, dtype: Any) -> str:
        """The same numbers in another dtype."""
        return self.op("Cast", tensor, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def constant(self, name: str, value: ArrayLike, dtype: Any = None) -> str:
        """An array, in the graph's dtype unless another is given; its name."""
        name = self._unique(f"{self.scope}/{name}")
        array = np.ascontiguousarray(value, dtype or self.dtype)
        self._constants[name] = numpy_helper.from_array(array.reshape(np.shape(value)), name)
        return name

    def number(self, value: float) -> str:
        """A number; the same for all that use it."""
        name = repr(float(value))
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.array(value, self.dtype), name)
        return name

    def output(self, name: str, tensor: str, shape: Sequence[int], dtype: Any = None) -> None:
        """Give a tensor out, under a name of its own."""
        self._nodes.append(helper.make_node("Identity", [tensor], [name], name=f"{name}/Identity"))
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype or self.dtype))
        self._outputs.append(helper.make_tensor_value_info(name, kind, (None, *shape)))

    def model(self, opset: int | None) -> Any:
        """The whole, checked.

        Raises
        ------
        ValueError
            For an opset that is too old or not known, and a model of more than 2 GB.
        """
        newest = onnx.defs.onnx_opset_version()
        version = OLDEST_OPSET if opset is None else _checks.integer("opset", opset, OLDEST_OPSET, newest)
        size = sum(len(constant.raw_data) for constant in self._constants.values())
        if size > MOST_BYTES:
            raise ValueError(f"an ONNX file holds at most {MOST_BYTES:,} bytes, the weights have {size:,}")
        kind = helper.np_dtype_to_tensor_dtype(self.dtype)
        inputs = [helper.make_tensor_value_info(self.input, kind, self._shape)]
        graph = helper.make_graph(
            self._nodes, self.name, inputs, self._outputs, list(self._constants.values())
        )
        opsets = [helper.make_opsetid("", version)]
        model = helper.make_model(
            graph,
            producer_name="dlcore",
            opset_imports=opsets,
            ir_version=helper.find_min_ir_version_for(opsets),
        )
        onnx.checker.check_model(model, full_check=True)
        return model

    def _unique(self, name: str) -> str:
        candidate, number = name, 0
        while candidate in self._names:
            number += 1
            candidate = f"{name}_{number}"
        self._names.add(candidate)
        return candidate
