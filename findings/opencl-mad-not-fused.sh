#!/usr/bin/env bash
# PoCL 3.1 (oclgrind 21.10 and rusticl 22.3.6 beside it; Debian 12): mad() rounds twice where x * y + z rounds once.
#
# Expected:  mad is the builtin that permits the fastest form; where the device has fused multiply-add and contraction
#            is on, mad(x, y, z) is fma, and a plain x * y + z is that at most.
# Happens:   the other way round on PoCL: the plain expression is contracted to one fma, mad(x, y, z) is a rounded
#            product and a sum. oclgrind rounds both once, rusticl both twice; fma() rounds once on all of them.
# Matters:   replacing a * b + c by mad in a kernel "for speed" takes the fused instruction away and changes bits. For
#            equal bits on all of them: fma, or #pragma OPENCL FP_CONTRACT OFF.
cd "$(dirname "$0")" && source ./fetch.bash
platform() {
    /usr/bin/python3 - "$1" <<'PROGRAM'
import sys
from kernels import show
# (1 + 2^-12)^2 - 1 = 2^-11 + 2^-24: the last term is lost where the product is rounded.
for expression in ("x * x - 1.0f", "mad(x, x, -1.0f)", "fma(x, x, -1.0f)"):
    show(sys.argv[1], expression, [1 + 2.0 ** -12])
PROGRAM
}
each pocl oclgrind rusticl
compare "$output" <<'STATED'
pocl x * x - 1.0f 0.000488340855
pocl mad(x, x, -1.0f) 0.00048828125
pocl fma(x, x, -1.0f) 0.000488340855
oclgrind x * x - 1.0f 0.000488340855
oclgrind mad(x, x, -1.0f) 0.000488340855
oclgrind fma(x, x, -1.0f) 0.000488340855
rusticl x * x - 1.0f 0.00048828125
rusticl mad(x, x, -1.0f) 0.00048828125
rusticl fma(x, x, -1.0f) 0.000488340855
STATED
