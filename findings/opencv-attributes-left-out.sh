#!/usr/bin/env bash
# OpenCV 4.13.0 (OpenCvSharp4 4.13.0.20260627, NuGet), dnn: attributes of ONNX nodes that are passed over in silence.
#
# Expected:  what the module cannot do it refuses, as it refuses LpPool, LRN of an even size, or a cubic Resize.
# Happens:   MaxPool and AveragePool take dilations for 1. SAME_LOWER pads as SAME_UPPER, in convolutions too. Resize by
#            nearest neighbours takes no notice of nearest_mode: ceil gives what floor gives. Softmax of opset 12 and
#            before, which runs over all axes from the one named on, runs over that one alone. No message.
# Matters:   a network reads neighbouring pixels, or weighs others than it was trained with; shapes are right but for
#            the dilated pools', and only a comparison of the outputs shows it.
cd "$(dirname "$0")" && source ./fetch.bash && source ./opencv.bash
models <<'MODELS'
from dnn import np, save
x = np.arange(1, 6).reshape(1, 1, 1, 5)
save("dilations 3 maximum", "MaxPool", x[..., ::-1], kernel_shape=[1, 2], dilations=[1, 3])
save("dilations 3 mean", "AveragePool", x, opset=19, kernel_shape=[1, 2], dilations=[1, 3])
one = np.ones((1, 1, 1, 2), np.float32)
for mode in ("SAME_LOWER", "SAME_UPPER"):
    save(mode + " convolution", "Conv", x, one, kernel_shape=[1, 2], strides=[1, 2], auto_pad=mode)
    save(mode + " maximum", "MaxPool", x, kernel_shape=[1, 2], strides=[1, 2], auto_pad=mode)
none = np.float32([])
for mode in ("floor", "ceil"):
    for extent in (3, 8):
        save("nearest %s to %d" % (mode, extent), "Resize", x, none, none, np.int64([1, 1, 1, extent]), mode="nearest",
             coordinate_transformation_mode="asymmetric", nearest_mode=mode)
save("softmax of opset 11", "Softmax", np.zeros((1, 2, 1, 2)), opset=11, axis=1)
MODELS
output=$(dnn413) || cannot "$output"
compare "$output" <<'STATED'
4.13.0 SAME_LOWER convolution: (1, 1, 1, 3) 3 7 5
4.13.0 SAME_LOWER maximum: (1, 1, 1, 3) 2 4 5
4.13.0 SAME_UPPER convolution: (1, 1, 1, 3) 3 7 5
4.13.0 SAME_UPPER maximum: (1, 1, 1, 3) 2 4 5
4.13.0 dilations 3 maximum: (1, 1, 1, 4) 5 4 3 2
4.13.0 dilations 3 mean: (1, 1, 1, 4) 1.5 2.5 3.5 4.5
4.13.0 nearest ceil to 3: (1, 1, 1, 3) 1 2 4
4.13.0 nearest ceil to 8: (1, 1, 1, 8) 1 1 2 2 3 4 4 5
4.13.0 nearest floor to 3: (1, 1, 1, 3) 1 2 4
4.13.0 nearest floor to 8: (1, 1, 1, 8) 1 1 2 2 3 4 4 5
4.13.0 softmax of opset 11: (1, 2, 1, 2) 0.5 0.5 0.5 0.5
STATED
