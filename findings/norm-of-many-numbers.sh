#!/usr/bin/env bash
# numpy 1.24.2 with libblas3 3.11.0 and with OpenBLAS 0.3.21, PyTorch 1.13.1 (Debian 12): the norm of ten million
# numbers.
#
# Expected:  sums of float are pairwise or blocked everywhere today, so the norm of a large vector is right to 1e-5.
# Happens:   np.linalg.norm and np.dot of 10,000,000 times 0.1 are 2.2 % and 8.8 % off with Debian's default BLAS,
#            which adds one after another; np.sum of the same numbers is right to 1e-4, and with OpenBLAS in its place
#            the norm is right to 0.1 %. torch.norm, without BLAS, is 0.8 % off, torch.cdist 2.2 % (p = 2) and 8.8 %
#            (p = 1).
# Matters:   clipping by the global norm of a network's gradients (ResNet50 has 25 million) works with another norm
#            than it says, and with another one on each machine's BLAS. Square and sum (np.sum), or norm the parts
#            first.
cd "$(dirname "$0")" && source ./fetch.bash
debian python3-torch=1.13.1+dfsg-4 python3-numpy=1:1.24.2-1+deb12u1 libblas3=3.11.0-2 \
    libopenblas0-pthread=0.3.21+ds-4
with_blas() {
    local lib=/usr/lib/x86_64-linux-gnu/$1
    [ -e "$lib/libblas.so.3" ] || lib=$root$lib
    [ -e "$lib/libblas.so.3" ] || cannot "no $1"
    LD_LIBRARY_PATH=$lib:$LD_LIBRARY_PATH OPENBLAS_NUM_THREADS=1 /usr/bin/python3 - "$1" 2>"$work/err" <<'PROGRAM'
import sys
import numpy as np
x = np.full(10_000_000, 0.1, dtype=np.float32)
norm, dot = float(np.linalg.norm(x)), float(np.dot(x, np.ones_like(x)))
if sys.argv[1] == "blas":
    print("libblas3, numpy: sum %.4g norm %.4g dot %.4g" % (x.sum(), norm, dot))
else:
    print("OpenBLAS, numpy: norm within 0.1 %:", abs(norm / 316.22777 - 1) < 1e-3)
PROGRAM
}
output=$(
    with_blas blas
    with_blas openblas-pthread
    /usr/bin/python3 - 2>>"$work/err" <<'PROGRAM'
import torch
torch.set_num_threads(1)
x = torch.full((1, 10_000_000), 0.1)
zero = torch.zeros_like(x)
for name, value, right in (
        ("sum", x.sum(), 1e6), ("norm", x.norm(), 316.22777), ("cdist", torch.cdist(x, zero), 316.22777),
        ("cdist, p = 1", torch.cdist(x, zero, p=1.0), 1e6)):
    print("torch", name, "within 0.1 %:", abs(float(value) / right - 1) < 1e-3)
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
libblas3, numpy: sum 1e+06 norm 309.3 dot 1.088e+06
OpenBLAS, numpy: norm within 0.1 %: True
torch sum within 0.1 %: True
torch norm within 0.1 %: False
torch cdist within 0.1 %: False
torch cdist, p = 1 within 0.1 %: False
STATED
