#!/usr/bin/env bash
# OpenCV 4.13.0 (OpenCvSharp4 4.13.0.20260627, NuGet) and 4.6.0 (Debian 12): what an average pool divides by depends on
# the name of the program that wrote the ONNX file.
#
# Expected:  count_include_pad says whether the padding counts: with 1, each sum of a 3 x 3 window is divided by 9, with
#            0 by the pixels that lie inside the image. The file's producer_name is a comment.
# Happens:   count_include_pad is not read. A file whose producer_name is "pytorch" has its padding counted, whatever
#            the node says; any other file has not. The mean of the corner of the image below is 1.556 or 3.5.
# Matters:   the same graph gives other embeddings once a tool between has put its own name there (a simplifier, a
#            quantiser, onnx.helper), or PyTorch wrote count_include_pad=False; only the images' borders differ, so a
#            comparison with a tolerance may not see it.
cd "$(dirname "$0")" && source ./fetch.bash && source ./opencv.bash
models <<'MODELS'
from dnn import np, save
x = np.arange(1, 17).reshape(1, 1, 4, 4)
for producer in ("", "pytorch"):
    for counted in (0, 1):
        save("by '%s' counted %d" % (producer, counted), "AveragePool", x, producer=producer, kernel_shape=[3, 3],
             strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=counted)
MODELS
output=$(dnn46 && dnn413) || cannot "$output"
compare "$output" <<'STATED'
4.6.0 by '' counted 0: (1, 1, 2, 2) 3.5 5 9.5 11
4.6.0 by '' counted 1: (1, 1, 2, 2) 3.5 5 9.5 11
4.6.0 by 'pytorch' counted 0: (1, 1, 2, 2) 1.556 3.333 6.333 11
4.6.0 by 'pytorch' counted 1: (1, 1, 2, 2) 1.556 3.333 6.333 11
4.13.0 by '' counted 0: (1, 1, 2, 2) 3.5 5 9.5 11
4.13.0 by '' counted 1: (1, 1, 2, 2) 3.5 5 9.5 11
4.13.0 by 'pytorch' counted 0: (1, 1, 2, 2) 1.556 3.333 6.333 11
4.13.0 by 'pytorch' counted 1: (1, 1, 2, 2) 1.556 3.333 6.333 11
STATED
