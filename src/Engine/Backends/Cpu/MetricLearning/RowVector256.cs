using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>AVX2: 8 lanes, fused multiply-add.</summary>
unsafe readonly struct RowVector256 : IRowVector<Vector256<float>>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => Vector256<float>.Count;

    [MethodImpl(Inline)]
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    [MethodImpl(Inline)]
    public static void Store(Vector256<float> x, float* to) => x.Store(to);

    [MethodImpl(Inline)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(Inline)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Fma.MultiplyAdd(a, b, c);

    [MethodImpl(Inline)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Vector256.MinNative(a, b);

    [MethodImpl(Inline)]
    public static Vector256<float> MaxFinite(Vector256<float> max, Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(float.PositiveInfinity)), Vector256.MaxNative(max, x), max);

    [MethodImpl(Inline)]
    public static Vector256<float> Sqrt(Vector256<float> x) => Vector256.Sqrt(x);

    [MethodImpl(Inline)]
    public static Vector256<float> CountGreater(Vector256<float> count, Vector256<float> x, Vector256<float> s) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(x, s), count + Vector256<float>.One, count);

    [MethodImpl(Inline)]
    public static Vector256<float> CountAtLeast(Vector256<float> count, Vector256<float> x, Vector256<float> s) =>
        Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, s), count + Vector256<float>.One, count);

    [MethodImpl(Inline)]
    public static void StoreIntegers(Vector256<float> x, int* to) => Vector256.ConvertToInt32Native(x).Store(to);

    [MethodImpl(Inline)]
    public static uint LessBits(Vector256<float> a, Vector256<float> b) =>
        (uint)Vector256.LessThan(a, b).ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static float Sum(Vector256<float> x) => Vector256.Sum(x);
}
