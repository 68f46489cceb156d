#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): minus a condition's 1 or 0 is 0 or 1.
#
# Expected:  -(x > y ? 1 : 0) is -1 where x > y, all bits set, and 0 elsewhere: the usual mask without a branch.
#            ~(x > y ? 1 : 0) is -2 or -1.
# Happens:   at every optimisation level, in PTX and in OpenCL, both are the opposite condition, 1 where x <= y and 0
#            where x > y: an integer that is a condition stays a truth value, and minus and complement become "not".
#            0 - (...), x - (...), (...) ^ 1, (...) << 3 and sums are right, and so is the CPU accelerator.
# Matters:   selections by mask, (a & mask) | (b & ~mask), branch-free minima and counters that step back take the wrong
#            operand on a device only, in integers, where no NaN and no rounding draws the eye to it.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

foreach (var level in (OptimizationLevel[])[OptimizationLevel.O0, OptimizationLevel.O1, OptimizationLevel.O2])
{
    using var context = Context.Create(builder => builder.CPU().Optimize(level));
    foreach (string kernel in (string[])["Minus", "Complement", "FromZero", "Less", "Flag"])
    {
        string ptx = Text.Ptx(context, typeof(Kernels).GetMethod(kernel)!);
        // Behind the comparison with the number of items.
        Console.WriteLine($"O{(int)level} {kernel}: " + string.Join(", ", Regex.Matches(ptx,
            @"(setp|selp|not|neg|sub)\.\S+ [^;]*").Select(match => match.Value.Trim()).Skip(1)));
    }
}
using var cpu = Context.Create(builder => builder.CPU());
using Accelerator accelerator = cpu.CreateCPUAccelerator(0);
using MemoryBuffer1D<int, Stride1D.Dense> numbers = accelerator.Allocate1D([3, -3]);
accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Kernels.Minus)(2, numbers.View);
accelerator.Synchronize();
Console.WriteLine($"CPU accelerator, Minus of 3 -3: {string.Join(" ", numbers.GetAsArray1D())}");

public static class Kernels
{
    public static void Minus(Index1D i, ArrayView<int> x) => x[i] = -(x[i] > 0 ? 1 : 0);
    public static void Complement(Index1D i, ArrayView<int> x) => x[i] = ~(x[i] > 0 ? 1 : 0);
    public static void FromZero(Index1D i, ArrayView<int> x) => x[i] = 0 - (x[i] > 0 ? 1 : 0);
    public static void Less(Index1D i, ArrayView<int> x) => x[i] = x[i] - (x[i] > 0 ? 1 : 0);
    public static void Flag(Index1D i, ArrayView<int> x) => x[i] = x[i] > 0 ? 1 : 0;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
O0 Minus: setp.le.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O0 Complement: setp.le.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O0 FromZero: setp.gt.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1, neg.s32 %r3, %r4
O0 Less: setp.gt.s32 %p1, %r4, 0, selp.b32 %r3, 1, 0, %p1, sub.s32 %r6, %r5, %r3
O0 Flag: setp.gt.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O1 Minus: setp.le.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O1 Complement: setp.le.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O1 FromZero: setp.gt.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1, neg.s32 %r3, %r4
O1 Less: setp.gt.s32 %p1, %r4, 0, selp.b32 %r3, 1, 0, %p1, sub.s32 %r6, %r5, %r3
O1 Flag: setp.gt.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O2 Minus: setp.le.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O2 Complement: setp.le.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
O2 FromZero: setp.gt.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1, neg.s32 %r3, %r4
O2 Less: setp.gt.s32 %p1, %r4, 0, selp.b32 %r3, 1, 0, %p1, sub.s32 %r6, %r5, %r3
O2 Flag: setp.gt.s32 %p1, %r5, 0, selp.b32 %r4, 1, 0, %p1
CPU accelerator, Minus of 3 -3: -1 0
STATED
