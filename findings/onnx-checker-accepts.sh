#!/usr/bin/env bash
# onnx 1.12.0 (Debian 12's python3-onnx): what check_model(full_check=True) and strict shape inference let pass.
#
# Expected:  the full check, which includes strict shape inference, refuses a graph output that no node makes, an
#            operator set that is not there yet, a filter of 5 channels on an image of 3, a product of [2, 3] and [4,
#            5]; an image smaller than the filter is an error.
# Happens:   MatMul is refused; Gemm with the same operands is not, the channels of Conv are not compared. The output
#            without a maker passes, and so does opset 99 (its nodes are checked by the newest set known). A filter of
#            5 x 5 on 2 x 2 infers the output -2 x -2, strictly and without a word.
# Matters:   "the checker accepts it" says little about an exported network. A reader has to check channels, spatial
#            sizes, outputs and the operator set itself, and cannot take inferred sizes for sizes.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-onnx=1.12.0-2+b4
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
from onnx import TensorProto, checker, helper, shape_inference


def tensor(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def show(name, node, inputs, output, opset=13, made="y"):
    graph = helper.make_graph([helper.make_node(*node)], "g", inputs, [tensor(made, output)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    try:
        checker.check_model(model, full_check=True)
        inferred = shape_inference.infer_shapes(model, strict_mode=True).graph.output[0].type.tensor_type.shape.dim
        print(name, "accepted", *[d.dim_value or d.dim_param for d in inferred])
    except Exception as error:
        print(name, "refused", type(error).__name__)


free = ["n", "c", "h", "w"]
show("MatMul [2, 3] [4, 5]:", ("MatMul", ["a", "b"], ["y"]), [tensor("a", [2, 3]), tensor("b", [4, 5])], free[:2])
show("Gemm [2, 3] [4, 5]:", ("Gemm", ["a", "b"], ["y"]), [tensor("a", [2, 3]), tensor("b", [4, 5])], free[:2])
conv = ("Conv", ["a", "w"], ["y"])
show("Conv, 3 channels by 5:", conv, [tensor("a", [1, 3, 8, 8]), tensor("w", [4, 5, 3, 3])], free)
show("Conv, 2 x 2 by 5 x 5:", conv, [tensor("a", [1, 3, 2, 2]), tensor("w", [4, 3, 5, 5])], free)
show("opset 99:", ("Relu", ["a"], ["y"]), [tensor("a", [3])], [3], opset=99)
show("an output nobody makes:", ("Relu", ["a"], ["y"]), [tensor("a", [3])], [3], made="z")
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
MatMul [2, 3] [4, 5]: refused InferenceError
Gemm [2, 3] [4, 5]: accepted 2 5
Conv, 3 channels by 5: accepted 1 4 6 6
Conv, 2 x 2 by 5 x 5: accepted 1 4 -2 -2
opset 99: accepted 3
an output nobody makes: accepted 3
STATED
