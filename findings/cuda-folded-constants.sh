#!/usr/bin/env bash
# CUDA 11.8's NVRTC (Debian 12's non-free packages), sm_80: a function of a constant is not the function of the
# number.
#
# Expected:  the compiler either leaves expf(1.0f) to the device, whose functions are approximations, or folds it by
#            the same approximation; --use_fast_math turns expf into __expf for constants as for numbers; with
#            --ftz=true a constant as small as 1e-40f is 0.
# Happens:   expf, sinf, and tanhf of constants are folded to the correctly rounded value, with --use_fast_math as
#            well; so expf(1.0f) is 0x402DF854 exactly and expf(x) with x = 1 is not that sequence at all.
#            __expf(1.0f) is folded as well, but only *without* --use_fast_math. rsqrtf(2.0f) never is. A product of
#            constants keeps subnormals under --ftz=true: 1e-40f * 1e20f is about 1e-20f, at run time 0.
# Matters:   a kernel that gets its constant as an argument (or a template parameter turned argument) gives other
#            bits; a test that feeds a literal tests the compiler's arithmetic, not the device's.
cd "$(dirname "$0")" && source ./fetch.bash
cuda
kernel() { echo "extern \"C\" __global__ void k(float* y) { float x = y[1]; y[0] = $1; }"; }
# What is stored, or the approximations that are left.
folded() {
    local text
    text=$(cat)
    if grep -qE '(approx|fma|mul)\.' <<<"$text"; then
        grep -oE '[a-z0-9]+\.approx[a-z.]*f32|mul\.ftz\.f32' <<<"$text" | paste -sd ' '
    else
        grep -oE 'mov.u32.*, [0-9]+' <<<"$text" | awk '{ printf "0x%08X\n", $NF }'
    fi
}
output=$(
    for expression in 'expf(1.0f)' 'expf(x)' '__expf(1.0f)' 'sinf(1.0f)' 'tanhf(0.5f)' 'rsqrtf(2.0f)'; do
        echo "$expression: $(kernel "$expression" | ptx | folded);" \
            "fast: $(kernel "$expression" | ptx --use_fast_math | folded)"
    done
    for expression in '1e-40f * 1e20f' 'x * 1e20f'; do
        echo "$expression, ftz: $(kernel "$expression" | ptx --ftz=true | folded)"
    done
)
compare "$output" <<'STATED'
expf(1.0f): 0x402DF854; fast: 0x402DF854
expf(x): ex2.approx.ftz.f32; fast: mul.ftz.f32 ex2.approx.ftz.f32
__expf(1.0f): 0x402DF854; fast: ex2.approx.ftz.f32
sinf(1.0f): 0x3F576AA4; fast: 0x3F576AA4
tanhf(0.5f): 0x3EEC9A9F; fast: 0x3EEC9A9F
rsqrtf(2.0f): rsqrt.approx.f32; fast: rsqrt.approx.ftz.f32
1e-40f * 1e20f, ftz: 0x1E3CE4C6
x * 1e20f, ftz: mul.ftz.f32
STATED
