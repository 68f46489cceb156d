#!/usr/bin/env bash
# ONNX Runtime 1.31.1 (CPU, .NET package): the maximum of minus infinities is -3.4028235e38.
#
# Expected:  MaxPool of a window that holds only minus infinity (masked pixels) is minus infinity.
# Happens:   windows start from the lowest finite float and stay there, with and without ceil_mode.
# Matters:   a mask of minus infinity stops being one behind a pool: e^(x - x) of such pixels is 1, not NaN, and a
#            test for infinity misses them.
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
x = np.full((1, 1, 7), -np.inf, np.float32)
save("ceil", "MaxPool", [x], kernel_shape=[2], strides=[2], ceil_mode=1)
save("floor", "MaxPool", [x], kernel_shape=[2], strides=[2])
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
ceil: (1, 1, 4) -3.4028235E+38 -3.4028235E+38 -3.4028235E+38 -3.4028235E+38
floor: (1, 1, 3) -3.4028235E+38 -3.4028235E+38 -3.4028235E+38
STATED
