#!/usr/bin/env bash
# CUDA 11.8 (NVRTC and ptxas of Debian 12's non-free packages): a minimum of one group takes away a limit that nobody set.
# CUDA 11.8 (NVRTC and ptxas of Debian 12's non-free packages): "at least one group" frees registers.
# Expected:  __launch_bounds__(128) allows 512 registers an item, __launch_bounds__(128, 1) says no more than that: a
#            multiprocessor always holds one group. Both should compile alike, with the registers that the kernel needs.
# Happens:   without the second number ptxas chooses a number of groups itself. On sm_80 it aims at 2,048 items a
#            multiprocessor: the kernel below gets 32 registers, fewer than with no bound at all (40), on sm_86, which
#            holds 1,536 items, 40. With "at least one group" it gets 56 on both.
# Matters:   a kernel that wants 34 registers spills on the larger card and not on the smaller one, with hundreds of
#            registers free; which architecture a test assembles for decides whether it is seen. Give both numbers.
cd "$(dirname "$0")" && source ./fetch.bash
cuda
kernel() {
    cat <<CUDA
extern "C" __global__ void $1 nearest(
    const float* __restrict__ queries, const float* __restrict__ rows, float* best, int* which, int q, int n, int d)
{
    __shared__ float tile[8 * 128];
    int first = blockIdx.x * 8, count = min(8, q - first);
    for (int t = 0; t < n; t += 128)
    {
        int row = t + threadIdx.x;
        float sums[8];
        for (int i = 0; i < 8; i++) sums[i] = row < n ? 0.0f : 1e30f;
        if (row < n)
            for (int k = 0; k < d; k++)
                for (int i = 0; i < 8; i++)
                {
                    float difference = queries[min(first + i, q - 1) * d + k] - rows[k * n + row];
                    sums[i] = fmaf(difference, difference, sums[i]);
                }
        for (int i = 0; i < 8; i++) tile[i * 128 + threadIdx.x] = sums[i];
        __syncthreads();
        if (threadIdx.x < count)
            for (int i = 0; i < 128; i++)
                if (tile[threadIdx.x * 128 + i] < best[first + threadIdx.x])
                {
                    best[first + threadIdx.x] = tile[threadIdx.x * 128 + i];
                    which[first + threadIdx.x] = t + i;
                }
        __syncthreads();
    }
}
CUDA
}
registers() { # ARCHITECTURE <CUDA, by way of the same PTX
    ptx >"$work/bounds.ptx"
    ptxas -v "-arch=sm_$1" "$work/bounds.ptx" -o "$work/bounds.cubin" 2>&1 |
        sed -nE 's/.*Used ([0-9]+) registers.*/\1/p'
}
output=$(
    for bounds in '' '__launch_bounds__(128)' '__launch_bounds__(128, 1)'; do
        echo "${bounds:-none} | sm_80 $(kernel "$bounds" | registers 80) | sm_86 $(kernel "$bounds" | registers 86)"
    done
)
compare "$output" <<'STATED'
none | sm_80 40 | sm_86 40
__launch_bounds__(128) | sm_80 32 | sm_86 40
__launch_bounds__(128, 1) | sm_80 56 | sm_86 56
STATED
