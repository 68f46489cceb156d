#!/usr/bin/env bash
# ONNX Runtime 1.31.1 (CPU, .NET package): Gemm over an inner extent of 0 forgets beta.
#
# Expected:  Y = alpha A B + beta C: with A (2, 0) and B (0, 2) the product is zeros, and Y is beta C.
# Happens:   Y is C, whatever beta is; with an inner extent of 1 and zeros in A it is beta C.
# Matters:   a layer all of whose inputs have been pruned away changes its bias.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-onnx=1.12.0-2+b4
mkdir -p "$work/models"
export MODELS=$work/models ORT_DISABLE_TELEMETRY=1
/usr/bin/python3 - "$MODELS" <<'MODELS' || cannot "the models cannot be written"
import sys, numpy as np, onnx
from onnx import helper as h, numpy_helper as nh
def save(name, op, inputs, **attributes):
    tensors = [nh.from_array(np.asarray(a), "i%d" % k) for k, a in enumerate(inputs)]
    node = h.make_node(op, [t.name for t in tensors], ["y"], **attributes)
    graph = h.make_graph([node], "g", [], [h.make_tensor_value_info("y", 1, None)], tensors)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)]); model.ir_version = 7
    onnx.save(model, "%s/%s.onnx" % (sys.argv[1], name))
c = np.float32([2, 4])
for inner in (0, 1):
    save("inner%d" % inner, "Gemm", [np.zeros((2, inner), np.float32), np.ones((inner, 2), np.float32), c], beta=0.5)
MODELS
unset LD_LIBRARY_PATH
output=$(csharp Microsoft.ML.OnnxRuntime/1.31.1 <<'PROGRAM'
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
foreach (string path in Directory.GetFiles(Environment.GetEnvironmentVariable("MODELS")!).Order(StringComparer.Ordinal))
{
    using InferenceSession session = new(path, options);
    using var outputs = session.Run([]);
    Tensor<float> y = outputs[0].AsTensor<float>();
    Console.WriteLine($"{Path.GetFileNameWithoutExtension(path)}: ({string.Join(", ", y.Dimensions.ToArray())})"
        + string.Join("", y.Select(value => $" {value}")));
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
inner0: (2, 2) 2 4 2 4
inner1: (2, 2) 1 2 1 2
STATED
