using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>Any processor with .NET's portable vectors: 4 lanes, two roundings a multiply-add.</summary>
unsafe readonly struct RowVector128 : IRowVector<Vector128<float>>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => Vector128<float>.Count;

    [MethodImpl(Inline)]
    public static Vector128<float> Load(float* from) => Vector128.Load(from);

    [MethodImpl(Inline)]
    public static void Store(Vector128<float> x, float* to) => x.Store(to);

    [MethodImpl(Inline)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(Inline)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        a * b + c;

    [MethodImpl(Inline)]
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) => Vector128.MinNative(a, b);

    [MethodImpl(Inline)]
    public static Vector128<float> MaxFinite(Vector128<float> max, Vector128<float> x) =>
        Vector128.ConditionalSelect(Vector128.LessThan(x, Vector128.Create(float.PositiveInfinity)), Vector128.MaxNative(max, x), max);

    [MethodImpl(Inline)]
    public static Vector128<float> Sqrt(Vector128<float> x) => Vector128.Sqrt(x);

    [MethodImpl(Inline)]
    public static Vector128<float> CountGreater(Vector128<float> count, Vector128<float> x, Vector128<float> s) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(x, s), count + Vector128<float>.One, count);

    [MethodImpl(Inline)]
    public static Vector128<float> CountAtLeast(Vector128<float> count, Vector128<float> x, Vector128<float> s) =>
        Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(x, s), count + Vector128<float>.One, count);

    [MethodImpl(Inline)]
    public static void StoreIntegers(Vector128<float> x, int* to) => Vector128.ConvertToInt32Native(x).Store(to);

    [MethodImpl(Inline)]
    public static uint LessBits(Vector128<float> a, Vector128<float> b) =>
        (uint)Vector128.LessThan(a, b).ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static float Sum(Vector128<float> x) => Vector128.Sum(x);
}
