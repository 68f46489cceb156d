#!/usr/bin/env bash
# CUDA 11.8 (NVRTC and ptxas of Debian 12's non-free packages), sm_80: storing a product changes the sum beside it.
#
# Expected:  with contraction on (the default), a * b + c is one fused multiply-add wherever it is written; a use of
#            the product elsewhere costs one more multiplication and no bit of the sum, as with clang, which emits mul
#            and fma.
# Happens:   NVRTC and ptxas fuse only if every use of the product is an addition. One more use of another kind (it is
#            stored, or goes through fmaxf) and the sum is a rounded product plus c: mul, add. NVRTC does so when it
#            writes the PTX, ptxas once more on PTX that says mul.f32 and add.f32 without a rounding (as ILGPU's
#            does). A second addition of the product leaves both fused.
# Matters:   looking at an intermediate value (a debug store, saving it for the backward pass, a relu of it) changes
#            the last bits of results that do not depend on it; two kernels with the same formula differ. Where bits
#            must agree, write fmaf or switch contraction off (--fmad=false), and never test by an extra output.
cd "$(dirname "$0")" && source ./fetch.bash
cuda
kernel() {
    echo "extern \"C\" __global__ void k(float* __restrict__ y, const float* __restrict__ x)
    { float a = x[0], b = x[1], c = x[2]; y[0] = a * b + c; $1 }"
}
output=$(
    for other in '' 'y[1] = a * b;' 'y[1] = fmaxf(a * b, 0.0f);' 'y[1] = a * b + a;'; do
        echo "$other | NVRTC $(kernel "$other" | ptx | arithmetic)" \
            "| ptxas $(kernel "$other" | ptx | sass | arithmetic)"
    done
    # The same from PTX: NVRTC without contraction, its roundings taken off, as another compiler would write it.
    for other in '' 'y[1] = a * b;' 'y[1] = a * b + a;'; do
        echo "$other | PTX mul, add" \
            "| ptxas $(kernel "$other" | ptx --fmad=false | sed 's/\.rn\.f32/.f32/' | sass | arithmetic)"
    done
)
compare "$output" <<'STATED'
 | NVRTC fma.rn.f32 | ptxas FFMA
y[1] = a * b; | NVRTC mul.f32 add.f32 | ptxas FMUL FADD
y[1] = fmaxf(a * b, 0.0f); | NVRTC mul.f32 add.f32 max.f32 | ptxas FMUL FMNMX FADD
y[1] = a * b + a; | NVRTC fma.rn.f32 fma.rn.f32 | ptxas FFMA FFMA
 | PTX mul, add | ptxas FFMA
y[1] = a * b; | PTX mul, add | ptxas FMUL FADD
y[1] = a * b + a; | PTX mul, add | ptxas FFMA FFMA
STATED
