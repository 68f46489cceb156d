#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): of two casts in a row one is dropped, and a constant keeps what its cast cuts off.
#
# Expected:  (byte)(int)x of a float is the low byte of an integer, as in C#: 300.7f gives 44. (int)(sbyte)(byte)x has
#            the sign of bit 7. A folded constant is what the same operations give at run time.
# Happens:   at every optimisation level, in PTX and in OpenCL, casts are merged without looking at width and sign.
#            (byte)(int)x is one conversion of the float, which saturates: 255. (int)(long)x saturates too, at
#            2,147,483,647. (int)(sbyte)(byte)x is the byte, unsigned. (float)(uint)(int)x is signed: -1f stays -1
#            instead of 4294967296. (float)(ulong)i is signed for an int i. Inlined with a constant argument,
#            (float)(short)40000 is 40000 instead of -25536, a uint of 4294967295 becomes 1.8446744E+19 and a char
#            of 65535 -1.
# Matters:   hashes, random bits, packed bytes and quantised values come out wrong on the device only; the CPU
#            accelerator runs C#'s own code and shows nothing. Mask and shift instead: ((int)x & 255).
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const BindingFlags All = BindingFlags.Public | BindingFlags.Static;
foreach (var level in (OptimizationLevel[])[OptimizationLevel.O0, OptimizationLevel.O1, OptimizationLevel.O2])
{
    using var context = Context.Create(builder => builder.CPU().Optimize(level));
    foreach (MethodInfo kernel in typeof(Casts).GetMethods(All).Where(method => method.ReturnType == typeof(void)))
        Console.WriteLine($"O{(int)level} {kernel.Name}: " + string.Join(" ", Regex.Matches(Text.Ptx(context, kernel),
            @"cvt\.[a-z0-9.]+").Select(word => word.Value)));
    foreach (MethodInfo kernel in typeof(Constants).GetMethods(All).Where(method => method.ReturnType == typeof(void)))
        Console.WriteLine($"O{(int)level} {kernel.Name}: " + Constant(Text.Ptx(context, kernel)) + ", OpenCL "
            + Regex.Match(Text.OpenCl(context, kernel), @"= (-?[0-9.E+]+f);").Groups[1]);
}
using var cpu = Context.Create(builder => builder.CPU());
using Accelerator accelerator = cpu.CreateCPUAccelerator(0);
using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D([300.7f]), y = accelerator.Allocate1D<float>(1);
accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Casts.ByteOfInt)(1, x.View,
    y.View);
accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(Constants.Short)(1, x.View);
accelerator.Synchronize();
Console.WriteLine($"CPU accelerator: ByteOfInt of 300.7 {y.GetAsArray1D()[0]}, Short {x.GetAsArray1D()[0]}");

static float Constant(string ptx) => BitConverter.UInt32BitsToSingle(uint.Parse(
    Regex.Match(ptx, "0f([0-9A-F]{8})").Groups[1].Value, NumberStyles.HexNumber));

public static class Casts
{
    public static void ByteOfInt(Index1D i, ArrayView<float> x, ArrayView<float> y) => y[i] = (byte)(int)x[i];
    public static void IntOfLong(Index1D i, ArrayView<float> x, ArrayView<int> y) => y[i] = (int)(long)x[i];
    public static void SByteOfByte(Index1D i, ArrayView<int> x, ArrayView<int> y) => y[i] = (sbyte)(byte)x[i];
    public static void UIntOfInt(Index1D i, ArrayView<float> x, ArrayView<float> y) => y[i] = (uint)(int)x[i];
    public static void ULong(Index1D i, ArrayView<int> x, ArrayView<float> y) => y[i] = (ulong)x[i];
}

public static class Constants
{
    public static void Short(Index1D i, ArrayView<float> y) => y[i] = OfShort(40000);
    public static void UInt(Index1D i, ArrayView<float> y) => y[i] = OfUInt(4294967295);
    public static void Char(Index1D i, ArrayView<float> y) => y[i] = OfChar((char)65535);
    static float OfShort(int x) => (short)x;
    static float OfUInt(uint x) => x;
    static float OfChar(char x) => x;
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
O0 ByteOfInt: cvt.rzi.u8.f32 cvt.rn.f32.u8
O0 IntOfLong: cvt.rzi.s32.f32
O0 SByteOfByte: cvt.u8.u32 cvt.s32.u8
O0 UIntOfInt: cvt.rzi.s32.f32 cvt.rn.f64.s32 cvt.rn.f32.f64
O0 ULong: cvt.s64.s32 cvt.rn.f64.s64 cvt.rn.f32.f64
O0 Short: 40000, OpenCL 40000.0f
O0 UInt: 1.8446744E+19, OpenCL 1.84467441E+19f
O0 Char: -1, OpenCL -1.0f
O1 ByteOfInt: cvt.rzi.u8.f32 cvt.rn.f32.u8
O1 IntOfLong: cvt.rzi.s32.f32
O1 SByteOfByte: cvt.u8.u32 cvt.s32.u8
O1 UIntOfInt: cvt.rzi.s32.f32 cvt.rn.f64.s32 cvt.rn.f32.f64
O1 ULong: cvt.s64.s32 cvt.rn.f64.s64 cvt.rn.f32.f64
O1 Short: 40000, OpenCL 40000.0f
O1 UInt: 1.8446744E+19, OpenCL 1.84467441E+19f
O1 Char: -1, OpenCL -1.0f
O2 ByteOfInt: cvt.rzi.u8.f32 cvt.rn.f32.u8
O2 IntOfLong: cvt.rzi.s32.f32
O2 SByteOfByte: cvt.u8.u32 cvt.s32.u8
O2 UIntOfInt: cvt.rzi.s32.f32 cvt.rn.f64.s32 cvt.rn.f32.f64
O2 ULong: cvt.s64.s32 cvt.rn.f64.s64 cvt.rn.f32.f64
O2 Short: 40000, OpenCL 40000.0f
O2 UInt: 1.8446744E+19, OpenCL 1.84467441E+19f
O2 Char: -1, OpenCL -1.0f
CPU accelerator: ByteOfInt of 300.7 44, Short -25536
STATED
