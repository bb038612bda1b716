"""The backend node tests of ONNX's RotaryEmbedding (opset 23), as the onnx package generates them.

The generator seeds numpy before every test, so the numbers are always the same; inputs and the
expected output are recorded as they come, in the order and shape of the operator.
"""

from onnx import numpy_helper
from onnx.backend.test.case import node as nodes
from onnx.backend.test.case.node import rotaryembedding
from onnx.reference.ops import op_rotary_embedding

from common import encode, provenance, write

INPUTS = ("input", "cosCache", "sinCache", "positionIds")


def as_array(value):
    """Test data are arrays or tensors, by version of the package."""
    return numpy_helper.to_array(value) if hasattr(value, "data_type") else value


def record(test):
    """One test: the node's attributes, its inputs and its output."""
    (node,) = test.model.graph.node
    inputs, outputs = test.data_sets[0]
    case = {
        "name": test.name.removeprefix("test_rotary_embedding").removeprefix("_") or "basic",
        "attributes": {attribute.name: attribute.i for attribute in node.attribute},
        "opset": test.model.opset_import[0].version,
        "shapes": {},
    }
    arrays = dict(zip(INPUTS, map(as_array, inputs)), output=as_array(outputs[0]))
    for name, array in arrays.items():
        case["shapes"][name] = list(array.shape)
        case[name] = array.ravel().tolist() if name == "positionIds" else encode(array)
    return case


def main():
    """Records every test of the operator; expanded ones have the same data."""
    tests = [
        test for test in nodes.collect_testcases("RotaryEmbedding") if "expanded" not in test.name
    ]
    origin = provenance("onnx_nodes.py", ["numpy", "onnx"], [rotaryembedding, op_rotary_embedding])
    del origin["instructions"]
    write("recorded-onnx.json", origin, [record(test) for test in tests])


if __name__ == "__main__":
    main()
