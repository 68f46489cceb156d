#!/usr/bin/env bash
# TensorFlow.js 4.22.0 (npm), CPU: tf.train.adadelta is gradient descent.
#
# Expected:  Adadelta divides a gradient by the root of its running mean square, so that the first step is about
#            rate * sqrt(epsilon / (1 - rho)) in the gradient's direction, whatever its length.
# Happens:   every step is rate * gradient, the same numbers as tf.train.sgd's, for every rho: both running means are
#            read before they take the new gradient in, so they start as equals, each step adds the same to both, and
#            their quotient stays 1. Adam, RMSProp and Adagrad do adapt.
# Matters:   a comparison of optimizers with it compares SGD with SGD, and with Adadelta's usual rate of 1 and long
#            gradients it diverges at once.
cd "$(dirname "$0")" && source ./fetch.bash
packages @tensorflow/tfjs@4.22.0
output=$(javascript <<'PROGRAM'
const tf = require('@tensorflow/tfjs');

function weights(optimizer, steps) {
    const x = tf.variable(tf.tensor1d([1, -200, 0.5]));
    for (let step = 0; step < steps; step++)
        optimizer.minimize(() => tf.sum(tf.square(x)));
    return Array.from(x.dataSync()).map(value => Number(value.toPrecision(5))).join(' ');
}

(async () => {
    await tf.setBackend('cpu');
    for (const steps of [1, 5, 50])
        console.log(`after ${steps}: sgd ${weights(tf.train.sgd(0.01), steps)}, adadelta `
            + [0.1, 0.999].map(rho => weights(tf.train.adadelta(0.01, rho), steps)).join(', '));
    console.log(`after 1: adagrad ${weights(tf.train.adagrad(0.01), 1)}, adam ${weights(tf.train.adam(0.01), 1)}`);
})();
PROGRAM
) || cannot "$output"
compare "$(grep '^after' <<<"$output")" <<'STATED'
after 1: sgd 0.98 -196 0.49, adadelta 0.98 -196 0.49, 0.98 -196 0.49
after 5: sgd 0.90392 -180.78 0.45196, adadelta 0.90392 -180.78 0.45196, 0.90392 -180.78 0.45196
after 50: sgd 0.36417 -72.834 0.18208, adadelta 0.36417 -72.834 0.18208, 0.36417 -72.834 0.18208
after 1: adagrad 0.99012 -199.99 0.49047, adam 0.99 -199.99 0.49
STATED
