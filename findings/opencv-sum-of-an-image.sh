#!/usr/bin/env bash
# OpenCV 4.13.0 (OpenCvSharp4 4.13.0.20260627, NuGet), dnn: the mean of an image counts green twice and blue never.
#
# Expected:  ReduceMean and ReduceSum over the axes 1, 2, 3 of an ONNX model are those of each image's numbers, as they
#            are in OpenCV 4.6.0.
# Happens:   of three channels the second is added twice and the third left out, in every image of the batch and by
#            all of them: ReduceMean, ReduceSum, ReduceL2, ReduceMax. A red image has the sum that it should have, a
#            green one twice that, a blue one 0. Of two channels, or over two axes, all is right.
# Matters:   networks that standardise each image themselves, (x - mean) / deviation, as FaceNet's do: the pixels that
#            follow are off by a few per cent of the contrast, so that embeddings still look like embeddings.
cd "$(dirname "$0")" && source ./fetch.bash && source ./opencv.bash
models <<'MODELS'
from dnn import np, save
def reduce(name, operator, x, axes):
    save(name, operator, x, opset=11, axes=axes)
for name, colour in (("1 red", (1, 0, 0)), ("2 green", (0, 1, 0)), ("3 blue", (0, 0, 1))):
    image = np.ones((1, 3, 2, 2)) * np.reshape(colour, (1, 3, 1, 1))
    reduce(name + " sum", "ReduceSum", image, [1, 2, 3])
    reduce(name + " sum by channel", "ReduceSum", image, [2, 3])
    reduce(name + " norm", "ReduceL2", image, [1, 2, 3])
    reduce(name + " maximum", "ReduceMax", image, [1, 2, 3])
reduce("4 two channels", "ReduceSum", np.arange(8).reshape(1, 2, 2, 2), [1, 2, 3])
reduce("5 means of a batch", "ReduceMean", np.arange(24).reshape(2, 3, 2, 2), [1, 2, 3])
MODELS
output=$(dnn46 && dnn413) || cannot "$output"
compare "$output" <<'STATED'
4.6.0 1 red maximum: (1, 1, 1, 1) 1
4.6.0 1 red norm: (1, 1, 1, 1) 2
4.6.0 1 red sum: (1, 1, 1, 1) 4
4.6.0 1 red sum by channel: (1, 3, 1, 1) 4 0 0
4.6.0 2 green maximum: (1, 1, 1, 1) 1
4.6.0 2 green norm: (1, 1, 1, 1) 2
4.6.0 2 green sum: (1, 1, 1, 1) 4
4.6.0 2 green sum by channel: (1, 3, 1, 1) 0 4 0
4.6.0 3 blue maximum: (1, 1, 1, 1) 1
4.6.0 3 blue norm: (1, 1, 1, 1) 2
4.6.0 3 blue sum: (1, 1, 1, 1) 4
4.6.0 3 blue sum by channel: (1, 3, 1, 1) 0 0 4
4.6.0 4 two channels: (1, 1, 1, 1) 28
4.6.0 5 means of a batch: (2, 1, 1, 1) 5.5 17.5
4.13.0 1 red maximum: (1, 1, 1, 1) 1
4.13.0 1 red norm: (1, 1, 1, 1) 2
4.13.0 1 red sum: (1, 1, 1, 1) 4
4.13.0 1 red sum by channel: (1, 3, 1, 1) 4 0 0
4.13.0 2 green maximum: (1, 1, 1, 1) 1
4.13.0 2 green norm: (1, 1, 1, 1) 2.828
4.13.0 2 green sum: (1, 1, 1, 1) 8
4.13.0 2 green sum by channel: (1, 3, 1, 1) 0 4 0
4.13.0 3 blue maximum: (1, 1, 1, 1) 0
4.13.0 3 blue norm: (1, 1, 1, 1) 0
4.13.0 3 blue sum: (1, 1, 1, 1) 0
4.13.0 3 blue sum by channel: (1, 3, 1, 1) 0 0 4
4.13.0 4 two channels: (1, 1, 1, 1) 28
4.13.0 5 means of a batch: (2, 1, 1, 1) 4.167 16.17
STATED
