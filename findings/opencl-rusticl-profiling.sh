#!/usr/bin/env bash
# Mesa's rusticl 22.3.6 on llvmpipe (Debian 12) and PoCL 3.1: an event's profile is 0, 1, 2, 3.
#
# Expected:  a queue that was made with CL_QUEUE_PROFILING_ENABLE gives an event's times in nanoseconds by the device's
#            clock: what a kernel took is END - START, a little less than the host waited. A device that cannot, refuses.
# Happens:   rusticl makes the queue and answers without an error: QUEUED is 0, SUBMIT 1, START 2, END 3, of every event,
#            also of one that took the host more than 10 ms. PoCL's times agree with the host's.
# Matters:   a benchmark by the device's own clock, the recommended one, has a kernel at millions of GFLOP/s there, and a
#            tuner takes all its candidates for equally fast.
cd "$(dirname "$0")" && source ./fetch.bash
platform() {
    /usr/bin/python3 - "$1" <<'PROGRAM'
import sys, time
import numpy, pyopencl as cl
from kernels import context
queue = cl.CommandQueue(context, properties=cl.command_queue_properties.PROFILING_ENABLE)
print(sys.argv[1], "profiles:", bool(queue.properties & cl.command_queue_properties.PROFILING_ENABLE))
source = """kernel void work(global float* x, int n)
    { int i = get_global_id(0); float v = x[i]; for (int j = 0; j < n; j++) v = v * 0.999f + 0.5f; x[i] = v; }"""
work = cl.Program(context, source).build().work
x = cl.Buffer(context, cl.mem_flags.READ_WRITE, 4 << 16)
cl.enqueue_fill_buffer(queue, x, numpy.float32(1), 0, 4 << 16).wait()
work(queue, (64,), (64,), x, numpy.int32(1)).wait()
for items, n in ((64, 10), (1 << 16, 10_000)):
    started = time.perf_counter()
    event = work(queue, (items,), (64,), x, numpy.int32(n))
    event.wait()
    host, device = time.perf_counter() - started, (event.profile.end - event.profile.start) * 1e-9
    profile = [event.profile.queued, event.profile.submit, event.profile.start, event.profile.end]
    print(sys.argv[1], items, "items", *(profile if profile[0] == 0 else ["by a clock"]))
print(sys.argv[1], "the last took the host more than 10 ms:", host > 0.01)
print(sys.argv[1], "and the device more than half of that:", device > host / 2)
PROGRAM
}
each rusticl PoCL
compare "$output" <<'STATED'
rusticl profiles: True
rusticl 64 items 0 1 2 3
rusticl 65536 items 0 1 2 3
rusticl the last took the host more than 10 ms: True
rusticl and the device more than half of that: False
PoCL profiles: True
PoCL 64 items by a clock
PoCL 65536 items by a clock
PoCL the last took the host more than 10 ms: True
PoCL and the device more than half of that: True
STATED
