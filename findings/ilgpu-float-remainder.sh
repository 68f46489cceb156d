#!/usr/bin/env bash
# ILGPU and ILGPU.Algorithms 1.5.3 (NuGet): on a CUDA device 41 % 41 of floats is 40.999996, and 100,000,000 % 7 is 0.
#
# Expected:  x % y of floats is exact, as C# says and as fmod is in CUDA and OpenCL: 0 for equal numbers, a whole
#            number for whole numbers.
# Happens:   PTX has no such instruction, and the algorithms' one (for % and for XMath.Rem) is |x (1 / y)| less its
#            floor, times |y|, each rounded. 1 / y is rounded first, so a whole multiple can fall just below a whole
#            number: n % n is nearly n, instead of 0, for some n, and large quotients have nothing left behind the
#            point. OpenCL gets fmod, and the CPU accelerator C#'s own: both are right.
# Matters:   the accelerator one debugs with, and OpenCL, give 0 where CUDA gives almost y: angles brought into one
#            turn, rows kept as floats, "every n-th step" are off by a whole period on the device only.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

foreach (string kernel in (string[])["Operator", "Function"])
{
    using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
    string ptx = Text.Ptx(context, typeof(Kernels).GetMethod(kernel)!);
    Console.WriteLine($"{kernel}, PTX: " + string.Join(" ", Regex.Matches(ptx, @"(rcp|mul|sub|abs|fma|div|rem)\.\S*f32")
        .Select(match => match.Value)));
}
using var cpu = Context.Create(builder => builder.CPU().EnableAlgorithms());
Console.WriteLine("Operator, OpenCL: " + Regex.Match(Text.OpenCl(cpu, typeof(Kernels).GetMethod("Operator")!), "fmod"));
using Accelerator accelerator = cpu.CreateCPUAccelerator(0);
foreach ((float x, float y) in ((float, float)[])[(41, 41), (47, 47), (82, 41), (123, 41), (1e8f, 7), (720.5f, 360)])
{
    using MemoryBuffer1D<float, Stride1D.Dense> numbers = accelerator.Allocate1D([x, y]);
    accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Kernels.Operator)(1, numbers.View);
    accelerator.Synchronize();
    // The instructions above, in their order.
    float quotient = Math.Abs(x * (1f / y)), device = (quotient - MathF.Floor(quotient)) * Math.Abs(y);
    Console.WriteLine($"{x} % {y}: CPU accelerator {numbers.GetAsArray1D()[0]}, by the PTX {device}");
}
Console.WriteLine("n % n that is not 0 by the PTX, of n up to 1000: " + Enumerable.Range(1, 1000)
    .Count(n => { float quotient = n * (1f / n); return (quotient - MathF.Floor(quotient)) * n != 0; }));

public static class Kernels
{
    public static void Operator(Index1D i, ArrayView<float> x) => x[i] = x[i] % x[i + 1];
    public static void Function(Index1D i, ArrayView<float> x) => x[i] = XMath.Rem(x[i], x[i + 1]);
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
Operator, PTX: rcp.rn.f32 mul.f32 abs.f32 sub.f32 abs.f32 mul.f32
Function, PTX: rcp.rn.f32 mul.f32 abs.f32 sub.f32 abs.f32 mul.f32
Operator, OpenCL: fmod
41 % 41: CPU accelerator 0, by the PTX 40.999996
47 % 47: CPU accelerator 0, by the PTX 46.999996
82 % 41: CPU accelerator 0, by the PTX 40.999996
123 % 41: CPU accelerator 0, by the PTX 0
100000000 % 7: CPU accelerator 2, by the PTX 0
720.5 % 360: CPU accelerator 0.5, by the PTX 0.5000496
n % n that is not 0 by the PTX, of n up to 1000: 135
STATED
