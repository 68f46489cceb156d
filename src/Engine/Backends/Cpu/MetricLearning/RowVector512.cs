using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>AVX-512: 16 lanes, fused multiply-add.</summary>
unsafe readonly struct RowVector512 : IRowVector<Vector512<float>>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => Vector512<float>.Count;

    [MethodImpl(Inline)]
    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    [MethodImpl(Inline)]
    public static void Store(Vector512<float> x, float* to) => x.Store(to);

    [MethodImpl(Inline)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(Inline)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(Inline)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Vector512.MinNative(a, b);

    [MethodImpl(Inline)]
    public static Vector512<float> MaxFinite(Vector512<float> max, Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(float.PositiveInfinity)), Vector512.MaxNative(max, x), max);

    [MethodImpl(Inline)]
    public static Vector512<float> Sqrt(Vector512<float> x) => Vector512.Sqrt(x);

    [MethodImpl(Inline)]
    public static Vector512<float> CountGreater(Vector512<float> count, Vector512<float> x, Vector512<float> s) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(x, s), count + Vector512<float>.One, count);

    [MethodImpl(Inline)]
    public static Vector512<float> CountAtLeast(Vector512<float> count, Vector512<float> x, Vector512<float> s) =>
        Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(x, s), count + Vector512<float>.One, count);

    [MethodImpl(Inline)]
    public static void StoreIntegers(Vector512<float> x, int* to) => Vector512.ConvertToInt32Native(x).Store(to);

    [MethodImpl(Inline)]
    public static uint LessBits(Vector512<float> a, Vector512<float> b) =>
        (uint)Vector512.LessThan(a, b).ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static float Sum(Vector512<float> x) => Vector512.Sum(x);
}
