#!/usr/bin/env bash
# PyTorch 1.13.1 (Debian 12), CPU: a product of bfloat16 vectors stops at 256, and so do matrices without oneDNN.
#
# Expected:  products of bfloat16 are added up in float and rounded once, as sums and means of bfloat16 are: of 4,096
#            ones, 4096.
# Happens:   dot, and a matrix product that comes to one number, add up in bfloat16, where 256 + 1 is 256. With oneDNN
#            switched off, matrix products, batched ones and 1 x 1 convolutions do the same; oneDNN takes bfloat16 only
#            on processors with AVX-512.
# Matters:   similarities of embeddings kept in bfloat16 are cut off, worse the longer they are, without any message.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-torch=1.13.1+dfsg-4
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import torch
def ones(*shape):
    return torch.ones(*shape, dtype=torch.bfloat16)
print("sum %g" % ones(4096).sum())
print("dot %g" % ones(4096).dot(ones(4096)))
print("1 x 4096 x 1: %g" % (ones(1, 4096) @ ones(4096, 1)))
with torch.backends.mkldnn.flags(enabled=False):
    print("without oneDNN")
    print("8 x 4096 x 8: %g" % (ones(8, 4096) @ ones(4096, 8))[0, 0])
    print("matrix and vector: %g" % ones(3, 4096).mv(ones(4096))[0])
    print("batches: %g" % torch.bmm(ones(2, 3, 4096), ones(2, 4096, 3))[0, 0, 0])
    print("1 x 1 convolution: %g" % torch.nn.functional.conv2d(ones(1, 4096, 1, 1), ones(2, 4096, 1, 1))[0, 0, 0, 0])
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
sum 4096
dot 256
1 x 4096 x 1: 256
without oneDNN
8 x 4096 x 8: 256
matrix and vector: 256
batches: 256
1 x 1 convolution: 256
STATED
