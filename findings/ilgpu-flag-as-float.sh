#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): a condition as 1 or 0 and then as a float is 1.4e-45, not 1.
#
# Expected:  (x > 0f ? 1 : 0) * x is x or 0, as C# says and as the CPU accelerator gives.
# Happens:   at every optimisation level, in PTX and in OpenCL, the integer 1 becomes the float whose bits are 1,
#            1.4e-45, and in double 4.9e-324: the conversion is drawn into the selection and copies the bits there.
#            (x > 0f ? 2 : 3) * x is right, so is (x > 0f ? 1f : 0f), the count of such ones as an integer, and a
#            condition that is known (a flag that is true) is 1.4e-45 as well.
# Matters:   masks, slopes of ReLU, counts kept in float: a derivative (x > 0f ? 1 : 0) * gradient is nothing on a
#            device, with no error, and right on the accelerator one debugs with. Write 1f : 0f.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Globalization;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
foreach (var level in (OptimizationLevel[])[OptimizationLevel.O0, OptimizationLevel.O1, OptimizationLevel.O2])
{
    using var context = Context.Create(builder => builder.CPU().Optimize(level));
    foreach (string kernel in (string[])["OneZero", "Doubles", "TwoThree", "Floats", "Known"])
    {
        string ptx = Text.Ptx(context, typeof(Kernels).GetMethod(kernel)!);
        string opencl = Text.OpenCl(context, typeof(Kernels).GetMethod(kernel)!);
        string ones = First(ptx, "0[fd][0-9A-F]*[1-9A-F][0-9A-F]*|cvt.rn.f32.s32");
        Console.WriteLine($"O{(int)level} {kernel}: PTX {ones}, "
            + $"OpenCL {First(opencl, @"[0-9.]+E-[0-9]+f?|1\.0f|\(float\)\(int\)")}");
    }
}
using var cpu = Context.Create(builder => builder.CPU());
using Accelerator accelerator = cpu.CreateCPUAccelerator(0);
using MemoryBuffer1D<float, Stride1D.Dense> numbers = accelerator.Allocate1D([-2f, 0f, 2f]);
accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Kernels.OneZero)(3, numbers.View);
accelerator.Synchronize();
Console.WriteLine($"CPU accelerator, OneZero of -2 0 2: {string.Join(" ", numbers.GetAsArray1D())}");

static string First(string text, string pattern) => Regex.Match(text, pattern).Value;

public static class Kernels
{
    public static void OneZero(Index1D i, ArrayView<float> x) => x[i] = (x[i] > 0f ? 1 : 0) * x[i];
    public static void Doubles(Index1D i, ArrayView<double> x) => x[i] = (x[i] > 0 ? 1 : 0) * x[i];
    public static void TwoThree(Index1D i, ArrayView<float> x) => x[i] = (x[i] > 0f ? 2 : 3) * x[i];
    public static void Floats(Index1D i, ArrayView<float> x) => x[i] = (x[i] > 0f ? 1f : 0f) * x[i];
    public static void Known(Index1D i, ArrayView<float> x) => x[i] = Flag(true);
    static float Flag(bool isSet) => isSet ? 1 : 0;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
O0 OneZero: PTX 0f00000001, OpenCL 1.40129846E-45f
O0 Doubles: PTX 0d0000000000000001, OpenCL 4.9406564584124654E-324
O0 TwoThree: PTX cvt.rn.f32.s32, OpenCL (float)(int)
O0 Floats: PTX 0f3F800000, OpenCL 1.0f
O0 Known: PTX 0f00000001, OpenCL 1.40129846E-45f
O1 OneZero: PTX 0f00000001, OpenCL 1.40129846E-45f
O1 Doubles: PTX 0d0000000000000001, OpenCL 4.9406564584124654E-324
O1 TwoThree: PTX cvt.rn.f32.s32, OpenCL (float)(int)
O1 Floats: PTX 0f3F800000, OpenCL 1.0f
O1 Known: PTX 0f00000001, OpenCL 1.40129846E-45f
O2 OneZero: PTX 0f00000001, OpenCL 1.40129846E-45f
O2 Doubles: PTX 0d0000000000000001, OpenCL 4.9406564584124654E-324
O2 TwoThree: PTX cvt.rn.f32.s32, OpenCL (float)(int)
O2 Floats: PTX 0f3F800000, OpenCL 1.0f
O2 Known: PTX 0f00000001, OpenCL 1.40129846E-45f
CPU accelerator, OneZero of -2 0 2: -0 0 2
STATED
