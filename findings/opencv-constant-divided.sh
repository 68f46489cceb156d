#!/usr/bin/env bash
# OpenCV 4.6.0 (Debian 12's python3-opencv), dnn: a constant for each channel, divided by the image, is the image
# divided by the constant.
#
# Expected:  Div of an ONNX model is its first operand over its second, whichever of them is a constant.
# Happens:   with a constant of one number for each channel in the first place, the two change places, without a word.
#            The same constant minus the image, and one number over the image, are right. Softmax without an axis, which
#            is the last one since opset 13, runs over the channels.
# Matters:   a normalisation written as weight / norm, an inverse distance, c / (c + x): each gives numbers of the right
#            shape. Reciprocal and Mul are right, and so is OpenCV 4.13.0.
cd "$(dirname "$0")" && source ./fetch.bash && source ./opencv.bash
models <<'MODELS'
from dnn import np, save
x = np.float32([1, 2, 8, 16]).reshape(1, 2, 1, 2)
c = np.float32([16, 64]).reshape(2, 1, 1)
save("constants over image", "Div", x, c, constant_first=True)
save("image over constants", "Div", x, c)
save("constants minus image", "Sub", x, c, constant_first=True)
save("number over image", "Div", x, np.float32(16), constant_first=True)
save("softmax", "Softmax", np.zeros((1, 2, 1, 3)))
MODELS
output=$(dnn46 && dnn413) || cannot "$output"
compare "$output" <<'STATED'
4.6.0 constants minus image: (1, 2, 1, 2) 15 14 56 48
4.6.0 constants over image: (1, 2, 1, 2) 0.0625 0.125 0.125 0.25
4.6.0 image over constants: (1, 2, 1, 2) 0.0625 0.125 0.125 0.25
4.6.0 number over image: (1, 2, 1, 2) 16 8 2 1
4.6.0 softmax: (1, 2, 1, 3) 0.5 0.5 0.5 0.5 0.5 0.5
4.13.0 constants minus image: (1, 2, 1, 2) 15 14 56 48
4.13.0 constants over image: (1, 2, 1, 2) 16 8 8 4
4.13.0 image over constants: (1, 2, 1, 2) 0.0625 0.125 0.125 0.25
4.13.0 number over image: (1, 2, 1, 2) 16 8 2 1
4.13.0 softmax: (1, 2, 1, 3) 0.3333 0.3333 0.3333 0.3333 0.3333 0.3333
STATED
