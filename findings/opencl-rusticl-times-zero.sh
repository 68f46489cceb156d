#!/usr/bin/env bash
# Mesa's rusticl 22.3.6 on llvmpipe (Debian 12) and PoCL 3.1: rusticl takes 0 times NaN for 0.
#
# Expected:  the device reports CL_FP_INF_NAN, no option was given: 0.0f * x is NaN for NaN and infinity, 0.0f / 0.0f
#            is NaN.
# Happens:   a literal zero as a factor or numerator is folded by rusticl whatever x is: x * 0.0f, 0.0f / x, fma(x,
#            0.0f, y), fabs(x) * 0.0f are 0 (or y), with -cl-opt-disable as well. A zero that arrives as data is
#            multiplied as IEEE 754 says, x - x is NaN. PoCL, given the same kernels, is right in every place.
# Matters:   a mask or a loss weight of zero written as a constant hides a diverged embedding on this driver only; a
#            "did anything become NaN" reduction of 0 * x (a known trick) always answers no.
cd "$(dirname "$0")" && source ./fetch.bash
platform() {
    /usr/bin/python3 - "$1" <<'PROGRAM'
import sys
from kernels import context, show
import pyopencl as cl
print(sys.argv[1], "reports INF_NAN:", bool(context.devices[0].single_fp_config & cl.device_fp_config.INF_NAN))
x = [float("nan"), float("inf"), 0.0, 2.0]
for expression in ("x * 0.0f", "0.0f / x", "fma(x, 0.0f, 1.0f)", "fabs(x) * 0.0f", "x * (x - x)", "x - x"):
    show(sys.argv[1], expression, x)
show(sys.argv[1], "x * 0.0f", x, ["-cl-opt-disable"])
PROGRAM
}
each rusticl PoCL
compare "$output" <<'STATED'
rusticl reports INF_NAN: True
rusticl x * 0.0f 0 0 0 0
rusticl 0.0f / x 0 0 0 0
rusticl fma(x, 0.0f, 1.0f) 1 1 1 1
rusticl fabs(x) * 0.0f 0 0 0 0
rusticl x * (x - x) nan nan 0 0
rusticl x - x nan nan 0 0
rusticl -cl-opt-disable x * 0.0f 0 0 0 0
PoCL reports INF_NAN: True
PoCL x * 0.0f nan nan 0 0
PoCL 0.0f / x nan 0 nan 0
PoCL fma(x, 0.0f, 1.0f) nan nan 1 1
PoCL fabs(x) * 0.0f nan nan 0 0
PoCL x * (x - x) nan nan 0 0
PoCL x - x nan nan 0 0
PoCL -cl-opt-disable x * 0.0f nan nan 0 0
STATED
