#!/usr/bin/env bash
# onnx 1.12.0 (Debian 12's python3-onnx), onnx.version_converter; ONNX Runtime 1.31.1 runs the models: a converted model
# resizes with a shift, and Hardmax changes its meaning.
#
# Expected:  convert_version keeps what a model computes, or refuses. Resize of opset 10 and Upsample sample at x /
#            scale; from opset 11 on that is coordinate_transformation_mode "asymmetric", which the converter has to
#            write. Hardmax before opset 13 flattens behind its axis, as Softmax does.
# Happens:   it is not written: opset 11's default, half_pixel, holds. Of 0 10 20 30 linear makes 0 2.5 7.5 ... at
#            twice the size instead of 0 5 10 ..., and at half the size 5 25 instead of 0 20. The nearest pixels below
#            are the same. Softmax is rewritten with its flattening; Hardmax is left as it is, and has a one in each
#            row instead of one in all.
# Matters:   networks with an upsampling path, or which resize their input (segmentation, feature pyramids, detectors),
#            come out half a pixel off, after the step that "only" makes them loadable elsewhere. The checker passes
#            both.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-onnx=1.12.0-2+b4
mkdir -p "$work/models"
export MODELS=$work/models ORT_DISABLE_TELEMETRY=1
/usr/bin/python3 - "$MODELS" <<'MODELS' 2>"$work/err" || cannot "$(tail -n 1 "$work/err")"
import sys, numpy as np, onnx
from onnx import helper as h, numpy_helper as nh, version_converter
def save(name, op, opset, inputs, **attributes):
    tensors = [nh.from_array(np.asarray(a, dtype=np.float32), "i%d" % k) for k, a in enumerate(inputs)]
    node = h.make_node(op, [t.name for t in tensors], ["y"], **attributes)
    graph = h.make_graph([node], "g", [], [h.make_tensor_value_info("y", 1, None)], tensors)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)]); model.ir_version = 7
    for to in (opset, 11 if opset > 9 or op == "Upsample" else 13):
        converted = version_converter.convert_version(model, to)
        onnx.checker.check_model(converted, full_check=True)
        onnx.save(converted, "%s/%s opset %02d.onnx" % (sys.argv[1], name, to))
row = [[[[0, 10, 20, 30]]]]
for scale in (2, 1.5, 0.5):
    for mode in ("linear", "nearest"):
        save("Resize %s %g" % (mode, scale), "Resize", 10, [row, [1, 1, 1, scale]], mode=mode)
save("Upsample linear 2", "Upsample", 9, [row, [1, 1, 1, 2]], mode="linear")
for op in ("Softmax", "Hardmax"):
    save(op, op, 9, [[[[1, 2], [3, 0]]]], axis=1)
MODELS
unset LD_LIBRARY_PATH
output=$(csharp Microsoft.ML.OnnxRuntime/1.31.1 <<'PROGRAM'
using Microsoft.ML.OnnxRuntime;
using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
foreach (string path in Directory.GetFiles(Environment.GetEnvironmentVariable("MODELS")!).Order(StringComparer.Ordinal))
{
    using InferenceSession session = new(path, options);
    using var outputs = session.Run([]);
    Console.WriteLine(Path.GetFileNameWithoutExtension(path) + ":"
        + string.Join("", outputs[0].AsTensor<float>().Select(value => $" {value:0.##}")));
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
Hardmax opset 09: 0 0 1 0
Hardmax opset 13: 0 1 1 0
Resize linear 0.5 opset 10: 0 20
Resize linear 0.5 opset 11: 5 25
Resize linear 1.5 opset 10: 0 6.67 13.33 20 26.67 30
Resize linear 1.5 opset 11: 0 5 11.67 18.33 25 30
Resize linear 2 opset 10: 0 5 10 15 20 25 30 30
Resize linear 2 opset 11: 0 2.5 7.5 12.5 17.5 22.5 27.5 30
Resize nearest 0.5 opset 10: 0 20
Resize nearest 0.5 opset 11: 0 20
Resize nearest 1.5 opset 10: 0 0 10 20 20 30
Resize nearest 1.5 opset 11: 0 0 10 20 20 30
Resize nearest 2 opset 10: 0 0 10 10 20 20 30 30
Resize nearest 2 opset 11: 0 0 10 10 20 20 30 30
Softmax opset 09: 0.09 0.24 0.64 0.03
Softmax opset 13: 0.09 0.24 0.64 0.03
Upsample linear 2 opset 09: 0 5 10 15 20 25 30 30
Upsample linear 2 opset 11: 0 2.5 7.5 12.5 17.5 22.5 27.5 30
STATED
