"""ONNX Runtime on a model built from the same weights."""

import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from peers import tasks


def model_of(net):
    """The net as ONNX has it: a Gemm a layer."""
    nodes, constants, value = [], [], "x"
    weights, last = net.weights(), len(net.widths) - 2
    for i in range(last + 1):
        constants.append(numpy_helper.from_array(weights[2 * i], f"kernel{i}"))
        constants.append(numpy_helper.from_array(weights[2 * i + 1], f"bias{i}"))
        nodes.append(helper.make_node("Gemm", [value, f"kernel{i}", f"bias{i}"], [f"sums{i}"]))
        value = f"sums{i}"
        if i < last or net.task == "classes":
            nodes.append(helper.make_node("Relu" if i < last else "Softmax", [value], [f"outputs{i}"]))
            value = f"outputs{i}"
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, net.widths[0]])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [None, net.widths[-1]])],
        constants,
    )
    # Versions that every runtime of these years reads.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString(), [value]


class Predictor(tasks.Prediction):
    @staticmethod
    def settings(net):
        """A second thread helps or hinders; bound memory saves a microsecond of a short call."""
        return [{"threads": n, "bound": bound} for n in sorted({1, tasks.CORES}) for bound in (False, True)]

    def __init__(self, net, threads, bound):
        self.net = net
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        model, self.names = model_of(net)
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        self.binding.bind_output(self.names[0], "cpu")
        self.bound = bound

    def cases(self):
        """Without memory bound, a call of its own method and nothing around it."""
        x = self.net.data()[0]
        call = (self.predict, (x,)) if self.bound else (self.session.run, (self.names, {"x": x}))
        return {"call": tasks.Case(*call)}

    def predict(self, x):
        self.binding.bind_cpu_input("x", x)
        self.session.run_with_iobinding(self.binding)
        return self.binding.copy_outputs_to_cpu()[0]
