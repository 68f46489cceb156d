#!/usr/bin/env bash
# oclgrind 21.10 (PoCL 3.1 and rusticl 22.3.6 beside it; Debian 12): convert_int_rtn of a negative number rounds up.
#
# Expected:  _rtn rounds towards minus infinity, _rtp towards plus infinity, for either sign: convert_int_rtn(x) is the
#            usual short form of (int)floor(x).
# Happens:   oclgrind, the interpreter that checks kernels, rounds numbers above 0 so, and those below 0 the other way
#            round: _rtn cuts them, -1.2 is -1, _rtp takes them away from 0, -2. All signed types and vectors do.
#            floor(x), _rte, _rtz, float results and vstore_half are right.
# Matters:   a kernel that resizes, shifts or crops reads its pixel at convert_int_rtn(x - 0.5): under the tool that is
#            to find errors it takes another one at every image's left and upper border, and in the padding.
cd "$(dirname "$0")" && source ./fetch.bash
platform() {
    /usr/bin/python3 - "$1" <<'PROGRAM'
import sys
from kernels import show
x = [-2.5, -1.2, -0.5, 0.5, 1.2, 2.5]
for expression in ("convert_int_rtn(x)", "convert_int_rtp(x)", "convert_char2_rtn((float2)(x)).y", "floor(x)",
                   "convert_int_rte(x)"):
    show(sys.argv[1], expression, x)
PROGRAM
}
each Oclgrind PoCL rusticl
compare "$output" <<'STATED'
Oclgrind convert_int_rtn(x) -2 -1 0 0 1 2
Oclgrind convert_int_rtp(x) -3 -2 -1 1 2 3
Oclgrind convert_char2_rtn((float2)(x)).y -2 -1 0 0 1 2
Oclgrind floor(x) -3 -2 -1 0 1 2
Oclgrind convert_int_rte(x) -2 -1 0 0 1 2
PoCL convert_int_rtn(x) -3 -2 -1 0 1 2
PoCL convert_int_rtp(x) -2 -1 0 1 2 3
PoCL convert_char2_rtn((float2)(x)).y -3 -2 -1 0 1 2
PoCL floor(x) -3 -2 -1 0 1 2
PoCL convert_int_rte(x) -2 -1 0 0 1 2
rusticl convert_int_rtn(x) -3 -2 -1 0 1 2
rusticl convert_int_rtp(x) -2 -1 0 1 2 3
rusticl convert_char2_rtn((float2)(x)).y -3 -2 -1 0 1 2
rusticl floor(x) -3 -2 -1 0 1 2
rusticl convert_int_rte(x) -2 -1 0 0 1 2
STATED
