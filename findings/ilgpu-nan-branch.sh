#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): an "if (v > 0f)" written for OpenCL takes the branch for NaN.
#
# Expected:  a comparison with NaN is false in C#, in PTX and in OpenCL C alike, so the branch is not taken.
# Happens:   ILGPU turns the condition round to skip the branch. C#'s compiler says "skip if less, equal or
#            unordered"; the PTX keeps that (setp.leu), the OpenCL text says "skip if <=" and a NaN is not <= 0: the
#            branch is taken. !(v > 0f) ? 1 : 2 gives 2 for NaN for the same reason. A comparison by == is not hit.
# Matters:   guards against NaN turn into their opposite on OpenCL devices; a relu written as a branch makes NaN 0 on
#            one device and keeps it on the other.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime.CPU;

using var context = Context.Create(builder => builder.CPU());
foreach (string kernel in (string[])["Greater", "NotGreater", "NotLess", "Equal"])
{
    Console.WriteLine($"{kernel}, PTX: " + Regex.Match(Text.Ptx(context, typeof(Kernels).GetMethod(kernel)!),
        @"setp\.(\w+)\.f32 .*?; selp\.b32 %f\d+, \w+, \w+"));
    Console.WriteLine($"{kernel}, OpenCL: " + string.Join(" ", Regex.Matches(
        Text.OpenCl(context, typeof(Kernels).GetMethod(kernel)!),
        @"\(float\) var\d+ [<>=!]+ \(float\) 0.0f|\? [\d.f]+ : [\d.f]+")));
}

public static class Kernels
{
    public static void Greater(Index1D i, ArrayView<float> x)
    {
        float result = 2f;
        if (x[i] > 0f) result = 1f;
        x[i] = result;
    }

    public static void NotGreater(Index1D i, ArrayView<float> x) => x[i] = !(x[i] > 0f) ? 1f : 2f;
    public static void NotLess(Index1D i, ArrayView<float> x) => x[i] = !(x[i] < 0f) ? 1f : 2f;
    public static void Equal(Index1D i, ArrayView<float> x) => x[i] = x[i] == 0f ? 1f : 2f;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
Greater, PTX: setp.leu.f32 %p1, %f1, 0f00000000; selp.b32 %f2, 0f40000000, 0f3F800000
Greater, OpenCL: (float) var8 <= (float) 0.0f ? 2.0f : 1.0f
NotGreater, PTX: setp.leu.f32 %p1, %f1, 0f00000000; selp.b32 %f2, 0f3F800000, 0f40000000
NotGreater, OpenCL: (float) var8 <= (float) 0.0f ? 1.0f : 2.0f
NotLess, PTX: setp.geu.f32 %p1, %f1, 0f00000000; selp.b32 %f2, 0f3F800000, 0f40000000
NotLess, OpenCL: (float) var8 >= (float) 0.0f ? 1.0f : 2.0f
Equal, PTX: setp.eq.f32 %p1, %f1, 0f00000000; selp.b32 %f2, 0f3F800000, 0f40000000
Equal, OpenCL: (float) var8 == (float) 0.0f ? 1.0f : 2.0f
STATED
