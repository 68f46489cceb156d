#!/usr/bin/env bash
# @huggingface/transformers 4.3.1 (npm): transpose(0, 1) of a matrix is the matrix.
#
# Expected:  the tensors are PyTorch's in small, with its names: transpose(0, 1) swaps two axes, norm(Infinity) is the
#            largest magnitude, normalize divides by at least a tiny number, interpolate knows 'nearest', and what has
#            no meaning raises an error.
# Happens:   transpose takes its numbers for the whole permutation: 0, 1 is none at all, while transpose(1, 0) swaps.
#            norm(Infinity) is 1 for every row. normalize makes NaN of zeros. interpolate with 'nearest' is bilinear.
#            round takes 0.5, 1.5, 2.5 to 1, 2, 3 (PyTorch: 0, 2, 2), and to('int64') takes -1.7 to -2, to('int32') to
#            -1. mul of two tensors is all NaN: it is for numbers.
# Matters:   a similarity matrix a.matmul(b.transpose(0, 1)) of as many rows as columns is another product of the right
#            shape; one zero row makes NaN, not 0, of its similarities; code carried over from Python runs.
cd "$(dirname "$0")" && source ./fetch.bash
export npm_config_ignore_scripts=true
packages @huggingface/transformers@4.3.1
output=$(javascript <<'PROGRAM'
const { Tensor, interpolate } = require('@huggingface/transformers');
const tensor = (values, dims) => new Tensor('float32', Float32Array.from(values), dims);
const show = (name, t) => console.log(`${name}: (${t.dims})`, ...Array.from(t.data, v => +Number(v).toFixed(4)));
const m = tensor([1, 2, 3, 4, 5, 6], [2, 3]), edge = tensor([0, 1, 2, 3], [1, 1, 4]);
show('transpose(0, 1)', m.transpose(0, 1));
show('transpose(1, 0)', m.transpose(1, 0));
show('norm(Infinity, 1)', m.norm(Infinity, 1));
show('normalize', tensor([0, 0, 3, 4], [2, 2]).normalize(2, 1));
show("interpolate 'nearest'", interpolate(edge, [1, 8], 'nearest', false));
show("interpolate 'bilinear'", interpolate(edge, [1, 8], 'bilinear', false));
show('round', tensor([0.5, 1.5, 2.5, -1.5], [4]).round());
show('int64', tensor([1.7, -1.7], [2]).to('int64'));
show('int32', tensor([1.7, -1.7], [2]).to('int32'));
show('mul', m.mul(m));
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
transpose(0, 1): (2,3) 1 2 3 4 5 6
transpose(1, 0): (3,2) 1 4 2 5 3 6
norm(Infinity, 1): (2) 1 1
normalize: (2,2) NaN NaN 0.6 0.8
interpolate 'nearest': (1,1,8) 0 0.25 0.75 1.25 1.75 2.25 2.75 3
interpolate 'bilinear': (1,1,8) 0 0.25 0.75 1.25 1.75 2.25 2.75 3
round: (4) 1 2 3 -1
int64: (2) 1 -2
int32: (2) 1 -1
mul: (2,3) NaN NaN NaN NaN NaN NaN
STATED
