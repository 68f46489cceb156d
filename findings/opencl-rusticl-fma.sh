#!/usr/bin/env bash
# Mesa's rusticl 22.3.6 on llvmpipe (Debian 12) and PoCL 3.1: compiling a kernel with many calls of fma.
#
# Expected:  fma(x, y, z) compiles in about the time of x * y + z; a device whose single precision has no CL_FP_FMA runs
#            it slower, in a function.
# Happens:   rusticl, which has no CL_FP_FMA, compiles ever more slowly, as if the function stood at every call: 16 calls
#            took 0.7 seconds, 64 4.2, 128 11.9, where as many x * y + z took 0.05. PoCL takes 0.4 for either.
# Matters:   a matrix product's tile of 64 x 64 has a thousand: minutes for one kernel. Until
#            Mesa's cache on disk has it; then it takes a second, and the next change looks as if it were the cause.
cd "$(dirname "$0")" && source ./fetch.bash
platform() {
    MESA_SHADER_CACHE_DIR=$work POCL_CACHE_DIR=$work /usr/bin/python3 - "$1" <<'PROGRAM'
import sys, time
import pyopencl as cl
from kernels import context
queue = cl.CommandQueue(context)
x = cl.Buffer(context, cl.mem_flags.READ_WRITE, 4 << 8)
print(sys.argv[1], "has CL_FP_FMA:", bool(context.devices[0].single_fp_config & cl.device_fp_config.FMA))
def seconds(expression, calls):
    source = """kernel void work(global float* p)
        { int i = get_global_id(0); float x = p[i], y = p[i + 64], z = p[i + 128]; %s p[i] = x; }"""
    started = time.perf_counter()
    work = cl.Program(context, source % (f"x = {expression}; " * calls)).build().work
    work(queue, (64,), (64,), x).wait()
    return time.perf_counter() - started
seconds("x + y", 1)
plain, some, many = seconds("x * y + z", 64), seconds("fma(x, y, z)", 16), seconds("fma(x, y, z)", 64)
print(sys.argv[1], "64 calls of fma take over 10 times as long as 64 times x * y + z:", many > 10 * plain)
print(sys.argv[1], "and over 4 times as long as 16:", many > 4 * some)
PROGRAM
}
each rusticl PoCL
compare "$output" <<'STATED'
rusticl has CL_FP_FMA: False
rusticl 64 calls of fma take over 10 times as long as 64 times x * y + z: True
rusticl and over 4 times as long as 16: True
PoCL has CL_FP_FMA: True
PoCL 64 calls of fma take over 10 times as long as 64 times x * y + z: False
PoCL and over 4 times as long as 16: False
STATED
