#!/usr/bin/env bash
# TensorFlow.js 4.22.0 (npm), CPU: the gradient of a maximum of three equal numbers is 1, 1, 1, and of |0| it is -1.
#
# Expected:  equals share the gradient of their maximum (TensorFlow, PyTorch's amax: a third each) or the first takes it;
#            either way it sums to 1. The gradient of |x| at 0 is 0, as sign(0) is, in TensorFlow and PyTorch.
# Happens:   tf.max, tf.min and the infinity norm hand the whole gradient to every one of the equals. abs is taken for
#            falling at 0, so the 1-norm of zeros has the gradient -1, -1, -1. tf.maximum of two tensors gives the tie to
#            the first, and its sum is right.
# Matters:   the hardest positive by tf.max of a row of distances counts twice where an image is there twice, and a batch
#            of collapsed embeddings gets a gradient as many times too long as it has rows. A penalty by the 1-norm, which
#            is to keep zeros at zero, pushes every zero weight upwards with its full strength.
cd "$(dirname "$0")" && source ./fetch.bash
packages @tensorflow/tfjs@4.22.0
output=$(javascript <<'PROGRAM'
const tf = require('@tensorflow/tfjs');

(async () => {
    await tf.setBackend('cpu');
    const text = tensor => Array.from(tensor.dataSync()).join(' ');
    const ones = tf.ones([3]), zeros = tf.zeros([3]);
    console.log(`max of 1 1 1: ${text(tf.grad(x => tf.max(x))(ones))}`);
    console.log(`min of 1 1 1: ${text(tf.grad(x => tf.min(x))(ones))}`);
    console.log(`infinity norm of 1 1 1: ${text(tf.grad(x => tf.norm(x, Infinity))(ones))}`);
    console.log(`max of 1 2 1: ${text(tf.grad(x => tf.max(x))(tf.tensor1d([1, 2, 1])))}`);
    console.log(`maximum of 1 and 1: ${tf.grads((a, b) => tf.maximum(a, b))([tf.scalar(1), tf.scalar(1)]).map(text)}`);
    console.log(`abs of 0 0 0: ${text(tf.grad(x => tf.abs(x).sum())(zeros))}`);
    console.log(`1-norm of 0 0 0: ${text(tf.grad(x => tf.norm(x, 1))(zeros))}`);
    console.log(`sign of 0 0 0: ${text(tf.sign(zeros))}`);
})();
PROGRAM
) || cannot "$output"
compare "$(grep ': ' <<<"$output")" <<'STATED'
max of 1 1 1: 1 1 1
min of 1 1 1: 1 1 1
infinity norm of 1 1 1: 1 1 1
max of 1 2 1: 0 1 0
maximum of 1 and 1: 1,0
abs of 0 0 0: -1 -1 -1
1-norm of 0 0 0: -1 -1 -1
sign of 0 0 0: 0 0 0
STATED
