using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu;

/// <summary>16 lanes.</summary>
readonly unsafe struct Simd512(Vector512<float> lanes) : ICpuVector<Simd512>
{
    readonly Vector512<float> lanes = lanes;

    public static int Count => 16;

    public static Simd512 Create(float value) => new(Vector512.Create(value));

    public static Simd512 Load(float* from) => new(Vector512.Load(from));

    public static Simd512 LoadEven(float* from) => new(Avx512F.PermuteVar16x32x2(
        Vector512.Load(from), Vector512<int>.Indices + Vector512<int>.Indices, Vector512.Load(from + 16)));

    public static void Store(Simd512 value, float* to) => value.lanes.Store(to);

    public static void Store(Simd512 value, float* to, int remaining)
    {
        Vector512<int> mask = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(remaining));
        if (remaining >= Count) value.lanes.Store(to);
        else Avx512F.MaskStore(to, mask.AsSingle(), value.lanes);
    }

    public static Simd512 LoadBytes(byte* from) =>
        new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(from))));

    public static void StoreBytes(Simd512 value, byte* to) =>
        Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32WithTruncation(value.lanes)).Store(to);

    public static Simd512 operator +(Simd512 a, Simd512 b) => new(a.lanes + b.lanes);

    public static Simd512 operator -(Simd512 a, Simd512 b) => new(a.lanes - b.lanes);

    public static Simd512 operator *(Simd512 a, Simd512 b) => new(a.lanes * b.lanes);

    public static Simd512 operator /(Simd512 a, Simd512 b) => new(a.lanes / b.lanes);

    public static Simd512 operator -(Simd512 a) => new(-a.lanes);

    public static Simd512 MultiplyAdd(Simd512 a, Simd512 b, Simd512 c) =>
        new(Vector512.MultiplyAddEstimate(a.lanes, b.lanes, c.lanes));

    public static Simd512 Max(Simd512 a, Simd512 b) => new(Vector512.Max(a.lanes, b.lanes));

    public static Simd512 Min(Simd512 a, Simd512 b) => new(Vector512.Min(a.lanes, b.lanes));

    public static Simd512 Abs(Simd512 a) => new(Vector512.Abs(a.lanes));

    public static Simd512 CopySign(Simd512 a, Simd512 sign) => new(Vector512.CopySign(a.lanes, sign.lanes));

    public static Simd512 Sqrt(Simd512 a) => new(Vector512.Sqrt(a.lanes));

    public static Simd512 Exp(Simd512 a) => Exponential<Simd512>.Of(a);

    public static Simd512 Log(Simd512 a) => new(Vector512.Log(a.lanes));

    public static Simd512 GreaterThan(Simd512 a, Simd512 b) => new(Vector512.GreaterThan(a.lanes, b.lanes));

    public static Simd512 Equal(Simd512 a, Simd512 b) => new(Vector512.Equals(a.lanes, b.lanes));

    public static Simd512 GreaterOrNaN(Simd512 a, Simd512 b) =>
        new(Vector512.GreaterThan(a.lanes, b.lanes) | ~Vector512.Equals(a.lanes, a.lanes));

    public static Simd512 Select(Simd512 mask, Simd512 yes, Simd512 no) =>
        new(Vector512.ConditionalSelect(mask.lanes, yes.lanes, no.lanes));

    public static Simd512 FirstLanes(int count, Simd512 yes, Simd512 no) =>
        new(Vector512.ConditionalSelect(
            Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle(), yes.lanes, no.lanes));

    public static Simd512 WhereAtLeast(uint* bits, uint threshold, Simd512 value) =>
        new(Vector512.GreaterThanOrEqual(Vector512.Load(bits), Vector512.Create(threshold)).AsSingle() & value.lanes);

    public static Simd512 Round(Simd512 value) => new(Vector512.Round(value.lanes));

    public static Simd512 TimesPowerOf2(Simd512 value, Simd512 n) => new(Avx512F.Scale(value.lanes, n.lanes));

    public static float Sum(Simd512 value) => Vector512.Sum(value.lanes);
}
