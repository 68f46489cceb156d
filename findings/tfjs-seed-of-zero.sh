#!/usr/bin/env bash
# TensorFlow.js 4.22.0 (npm), CPU: the seed 0 seeds uniform numbers and dropout, and leaves normal ones to chance.
#
# Expected:  equal seeds give equal numbers, 0 like every other.
# Happens:   randomUniform, glorotUniform and dropout with seed 0 repeat. randomNormal, truncatedNormal, randomGamma,
#            multinomial, and with them the initializers heNormal, varianceScaling by normal numbers and orthogonal, draw
#            other numbers at each call: 0 counts as "no seed was given". With 1 all of them repeat.
# Matters:   a run "with seed 0", which is what most people write, has the same dropout masks each time and other weights.
cd "$(dirname "$0")" && source ./fetch.bash
packages @tensorflow/tfjs@4.22.0
output=$(javascript <<'PROGRAM'
const tf = require('@tensorflow/tfjs');

(async () => {
    await tf.setBackend('cpu');
    const draws = {
        randomUniform: seed => tf.randomUniform([8], 0, 1, 'float32', seed),
        glorotUniform: seed => tf.initializers.glorotUniform({ seed }).apply([4, 2]),
        dropout: seed => tf.dropout(tf.ones([64]), 0.5, undefined, seed),
        randomNormal: seed => tf.randomNormal([8], 0, 1, 'float32', seed),
        truncatedNormal: seed => tf.truncatedNormal([8], 0, 1, 'float32', seed),
        randomGamma: seed => tf.randomGamma([8], 1, 1, 'float32', seed),
        multinomial: seed => tf.multinomial(tf.zeros([100]), 20, seed),
        heNormal: seed => tf.initializers.heNormal({ seed }).apply([4, 2]),
        orthogonal: seed => tf.initializers.orthogonal({ seed }).apply([4, 4]),
    };
    for (const [name, draw] of Object.entries(draws)) {
        const repeats = seed => String(draw(seed).dataSync()) === String(draw(seed).dataSync());
        console.log(`${name}: seed 0 ${repeats(0) ? 'repeats' : 'does not'}, seed 1 ${repeats(1) ? 'repeats' : 'does not'}`);
    }
})();
PROGRAM
) || cannot "$output"
compare "$(grep ': ' <<<"$output")" <<'STATED'
randomUniform: seed 0 repeats, seed 1 repeats
glorotUniform: seed 0 repeats, seed 1 repeats
dropout: seed 0 repeats, seed 1 repeats
randomNormal: seed 0 does not, seed 1 repeats
truncatedNormal: seed 0 does not, seed 1 repeats
randomGamma: seed 0 does not, seed 1 repeats
multinomial: seed 0 does not, seed 1 repeats
heNormal: seed 0 does not, seed 1 repeats
orthogonal: seed 0 does not, seed 1 repeats
STATED
