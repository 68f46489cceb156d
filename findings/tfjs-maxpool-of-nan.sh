#!/usr/bin/env bash
# TensorFlow.js 4.22.0 (npm), CPU: max pooling passes over NaN, and a window of nothing else is minus infinity.
#
# Expected:  one rule for NaN in a library: tf.max of a NaN is NaN, and so is average pooling; so is max pooling in
#            PyTorch, of a window with a NaN.
# Happens:   maxPool of 1, NaN, 2, 3 is 3 wherever the NaN stands, and of four NaN it is -Infinity, a value that was not
#            in the window. relu behind it makes that 0.
# Matters:   a network whose activations have become NaN answers with finite numbers behind the next pool, and with the
#            embedding of a black image after a relu: the check of its output for NaN never fires.
cd "$(dirname "$0")" && source ./fetch.bash
packages @tensorflow/tfjs@4.22.0
output=$(javascript <<'PROGRAM'
const tf = require('@tensorflow/tfjs');

(async () => {
    await tf.setBackend('cpu');
    const image = values => tf.tensor4d(values, [1, 2, 2, 1]);
    for (const values of [[NaN, 1, 2, 3], [1, NaN, 2, 3], [1, 3, 2, NaN], [NaN, NaN, NaN, NaN]]) {
        const x = image(values), pooled = tf.maxPool(x, 2, 1, 'valid');
        console.log(`${values}: max ${tf.max(x).dataSync()[0]}, average pool ${tf.avgPool(x, 2, 1, 'valid').dataSync()[0]}`
            + `, max pool ${pooled.dataSync()[0]}, relu of it ${tf.relu(pooled).dataSync()[0]}`);
    }
})();
PROGRAM
) || cannot "$output"
compare "$(grep ': ' <<<"$output")" <<'STATED'
NaN,1,2,3: max NaN, average pool NaN, max pool 3, relu of it 3
1,NaN,2,3: max NaN, average pool NaN, max pool 3, relu of it 3
1,3,2,NaN: max NaN, average pool NaN, max pool 3, relu of it 3
NaN,NaN,NaN,NaN: max NaN, average pool NaN, max pool -Infinity, relu of it 0
STATED
