using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu;

/// <summary>8 lanes.</summary>
readonly unsafe struct Simd256(Vector256<float> lanes) : ICpuVector<Simd256>
{
    readonly Vector256<float> lanes = lanes;

    public static int Count => 8;

    public static Simd256 Create(float value) => new(Vector256.Create(value));

    public static Simd256 Load(float* from) => new(Vector256.Load(from));

    public static Simd256 LoadEven(float* from)
    {
        Vector256<float> mixed = Avx.Shuffle(Vector256.Load(from), Vector256.Load(from + 8), 0b10_00_10_00);
        return new(Avx2.Permute4x64(mixed.AsDouble(), 0b11_01_10_00).AsSingle());
    }

    public static void Store(Simd256 value, float* to) => value.lanes.Store(to);

    public static void Store(Simd256 value, float* to, int remaining)
    {
        Vector256<int> mask = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(remaining));
        if (remaining >= Count) value.lanes.Store(to);
        else Avx.MaskStore(to, mask.AsSingle(), value.lanes);
    }

    public static Simd256 LoadBytes(byte* from) =>
        new(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from)));

    public static void StoreBytes(Simd256 value, byte* to)
    {
        Vector256<int> whole = Vector256.ConvertToInt32(value.lanes);
        Vector128<short> shorts = Vector128.Narrow(whole.GetLower(), whole.GetUpper());
        *(long*)to = Vector128.Narrow(shorts, shorts).AsInt64().ToScalar();
    }

    public static Simd256 operator +(Simd256 a, Simd256 b) => new(a.lanes + b.lanes);

    public static Simd256 operator -(Simd256 a, Simd256 b) => new(a.lanes - b.lanes);

    public static Simd256 operator *(Simd256 a, Simd256 b) => new(a.lanes * b.lanes);

    public static Simd256 operator /(Simd256 a, Simd256 b) => new(a.lanes / b.lanes);

    public static Simd256 operator -(Simd256 a) => new(-a.lanes);

    public static Simd256 MultiplyAdd(Simd256 a, Simd256 b, Simd256 c) =>
        new(Vector256.MultiplyAddEstimate(a.lanes, b.lanes, c.lanes));

    public static Simd256 Max(Simd256 a, Simd256 b) => new(Vector256.Max(a.lanes, b.lanes));

    public static Simd256 Min(Simd256 a, Simd256 b) => new(Vector256.Min(a.lanes, b.lanes));

    public static Simd256 Abs(Simd256 a) => new(Vector256.Abs(a.lanes));

    public static Simd256 CopySign(Simd256 a, Simd256 sign) => new(Vector256.CopySign(a.lanes, sign.lanes));

    public static Simd256 Sqrt(Simd256 a) => new(Vector256.Sqrt(a.lanes));

    public static Simd256 Exp(Simd256 a) => Exponential<Simd256>.Of(a);

    public static Simd256 Log(Simd256 a) => new(Vector256.Log(a.lanes));

    public static Simd256 GreaterThan(Simd256 a, Simd256 b) => new(Vector256.GreaterThan(a.lanes, b.lanes));

    public static Simd256 Equal(Simd256 a, Simd256 b) => new(Vector256.Equals(a.lanes, b.lanes));

    public static Simd256 GreaterOrNaN(Simd256 a, Simd256 b) =>
        new(Vector256.GreaterThan(a.lanes, b.lanes) | ~Vector256.Equals(a.lanes, a.lanes));

    public static Simd256 Select(Simd256 mask, Simd256 yes, Simd256 no) =>
        new(Vector256.ConditionalSelect(mask.lanes, yes.lanes, no.lanes));

    public static Simd256 FirstLanes(int count, Simd256 yes, Simd256 no) =>
        new(Vector256.ConditionalSelect(
            Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle(), yes.lanes, no.lanes));

    public static Simd256 WhereAtLeast(uint* bits, uint threshold, Simd256 value) =>
        new(Vector256.GreaterThanOrEqual(Vector256.Load(bits), Vector256.Create(threshold)).AsSingle() & value.lanes);

    public static Simd256 Round(Simd256 value) => new(Vector256.Round(value.lanes));

    public static Simd256 TimesPowerOf2(Simd256 value, Simd256 n)
    {
        // In two halves: 2^n itself may be out of a float's range where the product is not.
        Vector256<int> all = Vector256.ConvertToInt32(n.lanes), half = all >> 1, bias = Vector256.Create(127);
        return new(value.lanes * ((half + bias) << 23).AsSingle() * ((all - half + bias) << 23).AsSingle());
    }

    public static float Sum(Simd256 value) => Vector256.Sum(value.lanes);
}
