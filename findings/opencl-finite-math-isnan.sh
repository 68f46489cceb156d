#!/usr/bin/env bash
# PoCL 3.1 (Debian 12): under -cl-finite-math-only isnan(x) still answers, x != x does not.
#
# Expected:  the option lets the compiler assume that there are no NaN; isnan, isinf and x != x then all fold to
#            false, as in C with -ffinite-math-only, where people write x != x or test bits to get around a folded
#            isnan.
# Happens:   isnan and isinf are library functions that look at bits and go on working; x != x is folded to false, x -
#            x to 0 for NaN and infinity. fmax(x, 1.0f) still drops a NaN. -cl-fast-relaxed-math, which includes the
#            option, is the same, and folds 0.0f * x to 0 besides.
# Matters:   a kernel whose guard is x != x loses it with fast math although the one beside it with isnan keeps it:
#            the habit that is right for C compilers is the wrong one here.
cd "$(dirname "$0")" && source ./fetch.bash
pocl
output=$(/usr/bin/python3 - 2>"$work/err" <<'PROGRAM'
from kernels import show
x = [float("nan"), float("inf"), 2.0]
for option in ("-cl-std=CL1.2", "-cl-finite-math-only", "-cl-fast-relaxed-math"):
    for expression in ("isnan(x)", "x != x", "isinf(x)", "x - x", "0.0f * x", "fmax(x, 1.0f)"):
        show("pocl", expression, x, [option])
PROGRAM
) || cannot "$(tail -n 1 "$work/err")"
compare "$output" <<'STATED'
pocl -cl-std=CL1.2 isnan(x) 1 0 0
pocl -cl-std=CL1.2 x != x 1 0 0
pocl -cl-std=CL1.2 isinf(x) 0 1 0
pocl -cl-std=CL1.2 x - x nan nan 0
pocl -cl-std=CL1.2 0.0f * x nan nan 0
pocl -cl-std=CL1.2 fmax(x, 1.0f) 1 inf 2
pocl -cl-finite-math-only isnan(x) 1 0 0
pocl -cl-finite-math-only x != x 0 0 0
pocl -cl-finite-math-only isinf(x) 0 1 0
pocl -cl-finite-math-only x - x 0 0 0
pocl -cl-finite-math-only 0.0f * x nan nan 0
pocl -cl-finite-math-only fmax(x, 1.0f) 1 inf 2
pocl -cl-fast-relaxed-math isnan(x) 1 0 0
pocl -cl-fast-relaxed-math x != x 0 0 0
pocl -cl-fast-relaxed-math isinf(x) 0 1 0
pocl -cl-fast-relaxed-math x - x 0 0 0
pocl -cl-fast-relaxed-math 0.0f * x 0 0 0
pocl -cl-fast-relaxed-math fmax(x, 1.0f) 1 inf 2
STATED
