#!/usr/bin/env bash
# PyTorch 1.13.1 and faiss 1.7.3 (Debian 12): normalising a long vector gives the zero vector.
#
# Expected:  numbers of 1e20 are far from float's end (3e38); a norm that overflows makes infinity or NaN, which the
#            usual checks see, in the unit vector too.
# Happens:   the norm is infinite, the quotient 0, and nothing is not finite any more: F.normalize gives zeros,
#            cosine_similarity of a vector with a multiple of itself 0 instead of 1, faiss.normalize_L2 zeros.
#            clip_grad_norm_ on a finite gradient of 1e30 returns infinity and leaves a gradient of zeros (with
#            error_if_nonfinite off, the default). Short vectors are not repaired either: 1e-25 stays as it is in
#            faiss and becomes 1e-13 in F.normalize.
# Matters:   an exploding network looks like one that has converged: embeddings 0, gradients 0, no NaN anywhere. Scale
#            by the largest magnitude first, or look at the norm, not at the result.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-torch=1.13.1+dfsg-4 python3-faiss=1.7.3-2+b1
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import faiss
import numpy as np
import torch
import torch.nn.functional as F
x = torch.full((1, 4), 1e20)
for size in (1e20, 1e-25):
    x = torch.full((1, 4), size)
    y = np.full((1, 4), size, dtype=np.float32)
    faiss.normalize_L2(y)
    print("%g: normalize %g cosine with 2 x %g faiss %g" % (
        size, F.normalize(x)[0, 0], F.cosine_similarity(x, 2 * x), y[0, 0]))
weight = torch.nn.Parameter(torch.zeros(2))
weight.grad = torch.tensor([1e30, 1.0])
norm = torch.nn.utils.clip_grad_norm_([weight], 1.0)
print("clip_grad_norm_: norm", norm.item(), "gradient", *weight.grad.tolist())
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
1e+20: normalize 0 cosine with 2 x 0 faiss 0
1e-25: normalize 1e-13 cosine with 2 x 8e-34 faiss 1e-25
clip_grad_norm_: norm inf gradient 0.0 0.0
STATED
