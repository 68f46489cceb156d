#!/usr/bin/env bash
# Mesa's rusticl 22.3.6 on llvmpipe (Debian 12), PoCL 3.1: a struct argument's size is without its tail's padding.
#
# Expected:  clSetKernelArg takes sizeof of a struct; host and device lay it out alike.
# Happens:   where a struct ends in padding because of an 8-byte member, sizeof in a kernel of rusticl counts the
#            padding, as the host's compiler does, but clSetKernelArg answers CL_INVALID_ARG_SIZE (-51) to that size and
#            takes only the one up to the last member: 12 for { long; int; }, which is 16 for everybody else. The same
#            members the other way round, { int; long; }, are fine. PoCL takes sizeof in every case.
# Matters:   every program that passes such a struct by value fails on this driver alone. Give kernels structs of 4-byte
#            members, or order them so that none ends in padding.
cd "$(dirname "$0")" && source ./fetch.bash
platform() {
    /usr/bin/python3 - "$1" <<'PROGRAM'
import sys
import numpy
import pyopencl as cl
from kernels import context
queue = cl.CommandQueue(context)
for members in ("long a; int b;", "int a; long b;", "int a; long b; int c;", "short a; int b;", "int a, b, c;"):
    program = cl.Program(context, f"typedef struct {{ {members} }} S;"
        " kernel void size(global int* y) { y[0] = sizeof(S); }"
        " kernel void take(S s, global int* y) { y[0] = 1; }").build()
    y = numpy.zeros(1, numpy.int32)
    buffer = cl.Buffer(context, cl.mem_flags.READ_WRITE, 4)
    program.size(queue, (1,), None, buffer)
    cl.enqueue_copy(queue, y, buffer)
    def answer(size):
        try:
            program.take.set_arg(0, numpy.zeros(size, numpy.uint8))
            return "taken"
        except cl.Error as error:
            return str(error.code)
    last = f", {y[0] - 4} is {answer(y[0] - 4)}" if answer(y[0]) != "taken" else ""
    print(f"{sys.argv[1]} {{ {members} }}: sizeof {y[0]} is {answer(y[0])}{last}")
PROGRAM
}
each rusticl PoCL
compare "$output" <<'STATED'
rusticl { long a; int b; }: sizeof 16 is -51, 12 is taken
rusticl { int a; long b; }: sizeof 16 is taken
rusticl { int a; long b; int c; }: sizeof 24 is -51, 20 is taken
rusticl { short a; int b; }: sizeof 8 is taken
rusticl { int a, b, c; }: sizeof 12 is taken
PoCL { long a; int b; }: sizeof 16 is taken
PoCL { int a; long b; }: sizeof 16 is taken
PoCL { int a; long b; int c; }: sizeof 24 is taken
PoCL { short a; int b; }: sizeof 8 is taken
PoCL { int a, b, c; }: sizeof 12 is taken
STATED
