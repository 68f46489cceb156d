#!/usr/bin/env bash
# PyTorch 1.13.1 (Debian 12), CPU: the mean of 70,000 halves that are all 1 is NaN, and their norm 45.25.
#
# Expected:  reductions of half are kept in float and rounded at the end, as the same calls do for bfloat16: mean 1,
#            norm 264.5.
# Happens:   mean is a sum, rounded to half (infinity above 65504), over a count, rounded to half (infinity as well):
#            NaN. 60,000 ones are right. norm adds the squares in half: it stalls at the square root of 2048, and 64
#            numbers of 100 have the norm infinity instead of 800. var of the same numbers is right.
# Matters:   embeddings or losses kept as half: a batch that grows past 65504 elements turns the mean loss into NaN
#            with no large number anywhere; norms above 256 are infinite. x.float() first.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-torch=1.13.1+dfsg-4
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
import torch
for kind in (torch.float16, torch.bfloat16):
    for count in (60_000, 70_000):
        x = torch.ones(count, dtype=kind)
        print(kind, count, "ones: mean %g norm %g var %g" % (x.mean(), x.norm(), x.var()))
    print(kind, "64 x 100: norm %g" % torch.full((64,), 100.0, dtype=kind).norm())
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
torch.float16 60000 ones: mean 1 norm 45.25 var 0
torch.float16 70000 ones: mean nan norm 45.25 var 0
torch.float16 64 x 100: norm inf
torch.bfloat16 60000 ones: mean 1 norm 245 var 0
torch.bfloat16 70000 ones: mean 1 norm 264 var 0
torch.bfloat16 64 x 100: norm 800
STATED
