#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): OptimizationLevel.O2 moves a load behind the store to the same address.
#
# Expected:  O2 makes a kernel faster, not other: a running sum that reads a place, then writes it, reads first.
# Happens:   in the loop old = x[k]; x[k] = sum; sum += old; the PTX and the OpenCL text of O2 store first and load
#            what they have just stored, so that every sum is 0; O1, the default, loads first. No warning. Without the
#            loop, as a swap, both are right.
# Matters:   prefix sums, in-place permutations and index tables are silently wrong, and indices made of them lead out
#            of their arrays later, in another kernel. Stay with O1.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime.CPU;

foreach (var level in (OptimizationLevel[])[OptimizationLevel.O0, OptimizationLevel.O1, OptimizationLevel.O2])
{
    using var context = Context.Create(builder => builder.CPU().Optimize(level));
    foreach (string kernel in (string[])["Scan", "Swap"])
        Console.WriteLine($"O{(int)level} {kernel}: " + string.Join(", ", Regex.Matches(
            Text.Ptx(context, typeof(Kernels).GetMethod(kernel)!),
            @"\b(ld|st)\.(global\.)?b32").Select(match => match.Groups[1])));
}

public static class Kernels
{
    public static void Scan(Index1D i, ArrayView<int> x)
    {
        int sum = 0;
        for (int k = 0; k < 3; k++)
        {
            int old = x[k];
            x[k] = sum;
            sum += old;
        }
    }

    public static void Swap(Index1D i, ArrayView<int> x)
    {
        int old = x[i];
        x[i] = x[i + 1];
        x[i + 1] = old;
    }
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
O0 Scan: ld, st
O0 Swap: ld, ld, st, st
O1 Scan: ld, st
O1 Swap: ld, ld, st, st
O2 Scan: st, ld
O2 Swap: ld, ld, st, st
STATED
