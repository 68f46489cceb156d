#!/usr/bin/env bash
# CUDA 11.8 (NVRTC and ptxas of Debian 12's non-free packages), sm_80: powf(x, 2.0f) is not x * x.
#
# Expected:  a power of two known at compile time becomes one multiplication, as gcc and clang do it, and powf(x,
#            1.0f) nothing at all; --use_fast_math makes that no worse.
# Happens:   NVRTC knows neither: both are the whole power function, some 90 instructions. With --use_fast_math, which
#            also makes it __powf, the square is 2^(2 log2 x): the logarithm of a negative number, so NaN for every
#            negative x, where the PTX manual's lg2.approx gives NaN.
# Matters:   squared differences of embeddings written powf(x - y, 2.0f) are NaN for about half of the pairs as soon
#            as somebody switches fast math on, and a call of some 90 instructions before. Write x * x.
cd "$(dirname "$0")" && source ./fetch.bash
cuda
kernel() { echo "extern \"C\" __global__ void k(float* y) { float x = y[0]; y[0] = $1; }"; }
output=$(
    for expression in 'x * x' 'powf(x, 2.0f)' 'powf(x, 1.0f)'; do
        for option in '' --use_fast_math; do
            code=$(kernel "$expression" | ptx $option | sass)
            echo "$expression $option: $(grep -cvE 'NOP|BRA' <<<"$code") instructions," \
                "$(arithmetic <<<"$code" | cut -c 1-60)"
        done
    done
)
compare "$output" <<'STATED'
x * x : 8 instructions, FMUL
x * x --use_fast_math: 8 instructions, FMUL.FTZ
powf(x, 2.0f) : 87 instructions, FMUL FSETP.GEU.AND FSETP.GT.AND FADD FADD MUFU.RCP FADD FMUL
powf(x, 2.0f) --use_fast_math: 10 instructions, MUFU.LG2 FADD.FTZ MUFU.EX2
powf(x, 1.0f) : 92 instructions, FMUL FSETP.GEU.AND FSETP.GT.AND FADD FADD MUFU.RCP FADD FMUL
powf(x, 1.0f) --use_fast_math: 9 instructions, MUFU.LG2 MUFU.EX2
STATED
