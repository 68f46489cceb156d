using System.Runtime.Intrinsics;

namespace TripletGpu.Backends.Cpu;

/// <summary>4 lanes.</summary>
readonly unsafe struct Simd128(Vector128<float> lanes) : ICpuVector<Simd128>
{
    readonly Vector128<float> lanes = lanes;

    public static int Count => 4;

    public static Simd128 Create(float value) => new(Vector128.Create(value));

    public static Simd128 Load(float* from) => new(Vector128.Load(from));

    public static Simd128 LoadEven(float* from) => new(Vector128.Create(from[0], from[2], from[4], from[6]));

    public static void Store(Simd128 value, float* to) => value.lanes.Store(to);

    public static Simd128 LoadBytes(byte* from) => new(Vector128.Create((float)from[0], from[1], from[2], from[3]));

    public static void StoreBytes(Simd128 value, byte* to)
    {
        Vector128<short> shorts = Vector128.Narrow(Vector128.ConvertToInt32(value.lanes), Vector128<int>.Zero);
        *(int*)to = Vector128.Narrow(shorts, shorts).AsInt32().ToScalar();
    }

    public static Simd128 operator +(Simd128 a, Simd128 b) => new(a.lanes + b.lanes);

    public static Simd128 operator -(Simd128 a, Simd128 b) => new(a.lanes - b.lanes);

    public static Simd128 operator *(Simd128 a, Simd128 b) => new(a.lanes * b.lanes);

    public static Simd128 operator /(Simd128 a, Simd128 b) => new(a.lanes / b.lanes);

    public static Simd128 operator -(Simd128 a) => new(-a.lanes);

    public static Simd128 MultiplyAdd(Simd128 a, Simd128 b, Simd128 c) =>
        new(Vector128.MultiplyAddEstimate(a.lanes, b.lanes, c.lanes));

    public static Simd128 Max(Simd128 a, Simd128 b) => new(Vector128.Max(a.lanes, b.lanes));

    public static Simd128 Min(Simd128 a, Simd128 b) => new(Vector128.Min(a.lanes, b.lanes));

    public static Simd128 Abs(Simd128 a) => new(Vector128.Abs(a.lanes));

    public static Simd128 CopySign(Simd128 a, Simd128 sign) => new(Vector128.CopySign(a.lanes, sign.lanes));

    public static Simd128 Sqrt(Simd128 a) => new(Vector128.Sqrt(a.lanes));

    public static Simd128 Exp(Simd128 a) => Exponential<Simd128>.Of(a);

    public static Simd128 Log(Simd128 a) => new(Vector128.Log(a.lanes));

    public static Simd128 GreaterThan(Simd128 a, Simd128 b) => new(Vector128.GreaterThan(a.lanes, b.lanes));

    public static Simd128 Equal(Simd128 a, Simd128 b) => new(Vector128.Equals(a.lanes, b.lanes));

    public static Simd128 GreaterOrNaN(Simd128 a, Simd128 b) =>
        new(Vector128.GreaterThan(a.lanes, b.lanes) | ~Vector128.Equals(a.lanes, a.lanes));

    public static Simd128 Select(Simd128 mask, Simd128 yes, Simd128 no) =>
        new(Vector128.ConditionalSelect(mask.lanes, yes.lanes, no.lanes));

    public static Simd128 FirstLanes(int count, Simd128 yes, Simd128 no) =>
        new(Vector128.ConditionalSelect(
            Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle(), yes.lanes, no.lanes));

    public static Simd128 WhereAtLeast(uint* bits, uint threshold, Simd128 value) =>
        new(Vector128.GreaterThanOrEqual(Vector128.Load(bits), Vector128.Create(threshold)).AsSingle() & value.lanes);

    public static Simd128 Round(Simd128 value) => new(Vector128.Round(value.lanes));

    public static Simd128 TimesPowerOf2(Simd128 value, Simd128 n)
    {
        // In two halves: 2^n itself may be out of a float's range where the product is not.
        Vector128<int> all = Vector128.ConvertToInt32(n.lanes), half = all >> 1, bias = Vector128.Create(127);
        return new(value.lanes * ((half + bias) << 23).AsSingle() * ((all - half + bias) << 23).AsSingle());
    }

    public static float Sum(Simd128 value) => Vector128.Sum(value.lanes);
}
