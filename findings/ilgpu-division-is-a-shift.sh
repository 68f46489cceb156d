#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): an integer division by a power of two becomes an arithmetic shift, for int, long and uint.
#
# Expected:  x / 4 rounds towards zero, as C# says: a compiler shifts after adding 3 to a negative x, and shifts a
#            uint with zeros.
# Happens:   at every optimisation level, in PTX and in OpenCL, x / 4 is x >> 2 of a signed number: -1 / 4 is -1 on a
#            device, 0 in C# and on the CPU accelerator, which runs the method itself. uint is shifted as a signed
#            number too, so 3,000,000,000u / 4 is not 750,000,000. Division by 3 or -4 is a division, and x % 4 a
#            remainder, so x / 4 * 4 + x % 4 is not x for a negative x.
# Matters:   offsets that can be negative (a padded window: (y - padding) / 2) and hashes or random bits kept in a
#            uint come out wrong on the device only; the debugging accelerator shows nothing. Divide what cannot be
#            negative, shift a uint with >>.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

foreach (var level in (OptimizationLevel[])[OptimizationLevel.O0, OptimizationLevel.O1, OptimizationLevel.O2])
{
    using var context = Context.Create(builder => builder.CPU().Optimize(level));
    foreach (string kernel in (string[])["Int", "Long", "UInt", "Shifted", "Three", "Remainder"])
    {
        string ptx = Text.Ptx(context, typeof(Kernels).GetMethod(kernel)!);
        string opencl = Text.OpenCl(context, typeof(Kernels).GetMethod(kernel)!);
        Console.WriteLine($"O{(int)level} {kernel}: " + ptx.Split(' ').First(word => word.Contains("shr.")
            || word.Contains("div.") || word.Contains("rem.")) + (opencl.Contains(">>") ? " >>" : ""));
    }
}
using var cpu = Context.Create(builder => builder.CPU());
using Accelerator accelerator = cpu.CreateCPUAccelerator(0);
using MemoryBuffer1D<int, Stride1D.Dense> numbers = accelerator.Allocate1D([-1, -4, -5, 7]);
accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Kernels.Int)(4, numbers.View);
accelerator.Synchronize();
Console.WriteLine($"CPU accelerator, -1 -4 -5 7 over 4: {string.Join(" ", numbers.GetAsArray1D())}");

public static class Kernels
{
    public static void Int(Index1D i, ArrayView<int> x) => x[i] = x[i] / 4;
    public static void Long(Index1D i, ArrayView<long> x) => x[i] = x[i] / 4;
    public static void UInt(Index1D i, ArrayView<uint> x) => x[i] = x[i] / 4;
    public static void Shifted(Index1D i, ArrayView<uint> x) => x[i] = x[i] >> 2;
    public static void Three(Index1D i, ArrayView<int> x) => x[i] = x[i] / 3;
    public static void Remainder(Index1D i, ArrayView<int> x) => x[i] = x[i] % 4;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
O0 Int: shr.s32 >>
O0 Long: shr.s64 >>
O0 UInt: shr.s32 >>
O0 Shifted: shr.u32 >>
O0 Three: div.s32
O0 Remainder: rem.s32
O1 Int: shr.s32 >>
O1 Long: shr.s64 >>
O1 UInt: shr.s32 >>
O1 Shifted: shr.u32 >>
O1 Three: div.s32
O1 Remainder: rem.s32
O2 Int: shr.s32 >>
O2 Long: shr.s64 >>
O2 UInt: shr.s32 >>
O2 Shifted: shr.u32 >>
O2 Three: div.s32
O2 Remainder: rem.s32
CPU accelerator, -1 -4 -5 7 over 4: 0 -1 -1 1
STATED
