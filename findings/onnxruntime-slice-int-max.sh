#!/usr/bin/env bash
# ONNX Runtime 1.31.1 (CPU, .NET package): Slice backwards to INT_MAX gives everything.
#
# Expected:  with step -1 an end beyond the last element is clamped to it, and x[3:2147483647:-1] is empty, as in NumPy;
#            the specification names INT_MIN for slicing backwards to the beginning.
# Happens:   2147483647 counts as "to the end in the direction of the step", and the axis comes out reversed. 2147483646
#            is an ordinary number: the result is empty.
# Matters:   a graph that computes its bounds gives another shape by one in the last place of a bound.
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
x = np.float32([0, 1, 2, 3])
for end in (2147483646, 2147483647):
    save("end%d" % end, "Slice", [x, np.int64([3]), np.int64([end]), np.int64([0]), np.int64([-1])])
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
end2147483646: (0)
end2147483647: (4) 3 2 1 0
STATED
