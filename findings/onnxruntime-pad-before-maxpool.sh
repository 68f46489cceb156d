#!/usr/bin/env bash
# ONNX Runtime 1.31.1 (CPU, .NET package): zeros padded before a maximum are minus infinity once the graph is optimised.
#
# Expected:  Pad puts a border of zeros around the image, and MaxPool takes the maximum of what it sees: where all
#            pixels are negative, 0 at the border. Optimising a graph does not change what it computes.
# Happens:   at every level but none, the default (all) too, Pad goes into MaxPool's own padding, which never counts: -5
#            stays -5. With the optimisations off it is 0, as written. A border of 1.5 is left alone, and so is one
#            before an average.
# Matters:   networks that pad by hand before a pool, as those from TensorFlow do, and whose activations can be
#            negative (LeakyReLU, GELU, a pool before the activation): the border of the map is another by default.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-onnx=1.12.0-2+b4
mkdir -p "$work/models"
export MODELS=$work/models ORT_DISABLE_TELEMETRY=1
/usr/bin/python3 - "$MODELS" <<'MODELS' || cannot "the models cannot be written"
import sys, numpy as np, onnx
from onnx import helper as h, numpy_helper as nh
def save(name, value, pool, **attributes):
    tensors = [nh.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64), "pads"),
        nh.from_array(np.array(value, np.float32), "value")]
    nodes = [h.make_node("Pad", ["x", "pads", "value"], ["padded"]),
        h.make_node(pool, ["padded"], ["y"], kernel_shape=[2, 2], strides=[2, 2], **attributes)]
    graph = h.make_graph(nodes, "g", [h.make_tensor_value_info("x", 1, [1, 1, 4, 4])],
        [h.make_tensor_value_info("y", 1, None)], tensors)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 17)]); model.ir_version = 8
    onnx.save(model, "%s/%s.onnx" % (sys.argv[1], name))
save("maximum, border of 0", 0, "MaxPool")
save("maximum, border of 1.5", 1.5, "MaxPool")
save("average, border of 0", 0, "AveragePool")
MODELS
unset LD_LIBRARY_PATH
output=$(csharp Microsoft.ML.OnnxRuntime/1.31.1 <<'PROGRAM'
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using System.Globalization;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
DenseTensor<float> image = new(Enumerable.Repeat(-5f, 16).ToArray(), [1, 1, 4, 4]);
foreach (string path in Directory.GetFiles(Environment.GetEnvironmentVariable("MODELS")!).Order(StringComparer.Ordinal))
    foreach (GraphOptimizationLevel level in (GraphOptimizationLevel[])[GraphOptimizationLevel.ORT_DISABLE_ALL,
        GraphOptimizationLevel.ORT_ENABLE_BASIC, GraphOptimizationLevel.ORT_ENABLE_ALL])
    {
        using SessionOptions options = new() { GraphOptimizationLevel = level };
        using InferenceSession session = new(path, options);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("x", image)]);
        Console.WriteLine($"{Path.GetFileNameWithoutExtension(path)}, {level}: "
            + string.Join(" ", outputs[0].AsTensor<float>()));
    }
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
average, border of 0, ORT_DISABLE_ALL: -1.25 -2.5 -1.25 -2.5 -5 -2.5 -1.25 -2.5 -1.25
average, border of 0, ORT_ENABLE_BASIC: -1.25 -2.5 -1.25 -2.5 -5 -2.5 -1.25 -2.5 -1.25
average, border of 0, ORT_ENABLE_ALL: -1.25 -2.5 -1.25 -2.5 -5 -2.5 -1.25 -2.5 -1.25
maximum, border of 0, ORT_DISABLE_ALL: 0 0 0 0 -5 0 0 0 0
maximum, border of 0, ORT_ENABLE_BASIC: -5 -5 -5 -5 -5 -5 -5 -5 -5
maximum, border of 0, ORT_ENABLE_ALL: -5 -5 -5 -5 -5 -5 -5 -5 -5
maximum, border of 1.5, ORT_DISABLE_ALL: 1.5 1.5 1.5 1.5 -5 1.5 1.5 1.5 1.5
maximum, border of 1.5, ORT_ENABLE_BASIC: 1.5 1.5 1.5 1.5 -5 1.5 1.5 1.5 1.5
maximum, border of 1.5, ORT_ENABLE_ALL: 1.5 1.5 1.5 1.5 -5 1.5 1.5 1.5 1.5
STATED
