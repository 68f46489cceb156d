#!/usr/bin/env bash
# Mesa's rusticl 22.3.6 on llvmpipe (Debian 12): native_log is 73 % off just below 1, and nextafter skips.
#
# Expected:  native_ functions are as inaccurate as the device likes; on a CPU they are the ordinary ones (PoCL: the
#            same bits), or lose a few last places everywhere. nextafter(0, 1) is the smallest number there is.
# Happens:   native_log's absolute error is small, its relative error has no bound near 1: of log(1 - 2^-20) the
#            second digit is wrong, log(1 - 2^-24) comes out 73 % too large. nextafter(0, 1) is 1.18e-38, the smallest
#            normal number, although the device keeps subnormals: 1e-40 * 0.5 is 5e-41.
# Matters:   a cross entropy by native_log is wrong exactly where training converges, at probabilities near 1; with
#            native_exp's 57 units in the last place one would not have suspected that of its inverse.
cd "$(dirname "$0")" && source ./fetch.bash
rusticl
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
from kernels import show
x = [0.5, 1 - 2.0 ** -10, 1 - 2.0 ** -16, 1 - 2.0 ** -20, 1 - 2.0 ** -24]
for expression in ("log(x)", "native_log(x)"):
    show("rusticl", expression, x)
show("rusticl", "nextafter(x, 1.0f)", [0.0])
show("rusticl", "x * 0.5f", [1e-40])
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
rusticl log(x) -0.693147182 -0.00097703957 -1.52589055e-05 -9.53674771e-07 -5.96046519e-08
rusticl native_log(x) -0.693147182 -0.000976984622 -1.53208766e-05 -9.64011747e-07 -1.03286979e-07
rusticl nextafter(x, 1.0f) 1.17549435e-38
rusticl x * 0.5f 4.99997305e-41
STATED
