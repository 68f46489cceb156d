using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// 4 lanes: any processor, through what .NET maps to each, ARM64 and old x86. 4 x 2 sums of a tile in 16 registers.
/// </summary>
unsafe struct Simd128(Vector128<float> lanes) : ITileVector<Simd128>, IDistanceVector<Simd128>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    Vector128<float> lanes = lanes;

    public static int Count => 4;

    [MethodImpl(Inline)]
    public static Simd128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(Inline)]
    public static Simd128 Load(float* from) => new(Vector128.Load(from));

    [MethodImpl(Inline)]
    public static Simd128 LoadEven(float* from) => new(Vector128.Create(from[0], from[2], from[4], from[6]));

    [MethodImpl(Inline)]
    public static void Store(Simd128 value, float* to) => value.lanes.Store(to);

    [MethodImpl(Inline)]
    public static void Store(Simd128 value, float* to, int count)
    {
        if (count >= Count) value.lanes.Store(to);
        else
            for (int i = 0; i < count; i++) to[i] = value.lanes[i];
    }

    [MethodImpl(Inline)]
    public static void StoreEven(Simd128 value, float* to, int count)
    {
        for (int i = 0; i < Math.Min(count, Count); i++) to[2 * i] = value.lanes[i];
    }

    [MethodImpl(Inline)]
    public static Simd128 LoadBytes(byte* from) => new(Vector128.Create((float)from[0], from[1], from[2], from[3]));

    [MethodImpl(Inline)]
    public static void StoreBytes(Simd128 value, byte* to)
    {
        Vector128<short> shorts = Vector128.Narrow(Vector128.ConvertToInt32(value.lanes), Vector128<int>.Zero);
        *(int*)to = Vector128.Narrow(shorts, shorts).AsInt32().ToScalar();
    }

    [MethodImpl(Inline)]
    public static Simd128 operator +(Simd128 a, Simd128 b) => new(a.lanes + b.lanes);

    [MethodImpl(Inline)]
    public static Simd128 operator -(Simd128 a, Simd128 b) => new(a.lanes - b.lanes);

    [MethodImpl(Inline)]
    public static Simd128 operator *(Simd128 a, Simd128 b) => new(a.lanes * b.lanes);

    [MethodImpl(Inline)]
    public static Simd128 operator /(Simd128 a, Simd128 b) => new(a.lanes / b.lanes);

    [MethodImpl(Inline)]
    public static Simd128 operator -(Simd128 a) => new(-a.lanes);

    [MethodImpl(Inline)]
    public static Simd128 operator &(Simd128 a, Simd128 b) => new(a.lanes & b.lanes);

    [MethodImpl(Inline)]
    public static Simd128 MultiplyAdd(Simd128 a, Simd128 b, Simd128 c) =>
        new(Vector128.MultiplyAddEstimate(a.lanes, b.lanes, c.lanes));

    [MethodImpl(Inline)]
    public static void AddProduct(ref Simd128 sum, Simd128 a, Simd128 b) =>
        sum.lanes = Vector128.MultiplyAddEstimate(a.lanes, b.lanes, sum.lanes);

    [MethodImpl(Inline)]
    public static Simd128 Max(Simd128 a, Simd128 b) => new(Vector128.Max(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd128 MaxNative(Simd128 a, Simd128 b) => new(Vector128.MaxNative(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd128 MinNative(Simd128 a, Simd128 b) => new(Vector128.MinNative(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd128 Min(Simd128 a, Simd128 b) => new(Vector128.Min(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd128 Abs(Simd128 a) => new(Vector128.Abs(a.lanes));

    [MethodImpl(Inline)]
    public static Simd128 CopySign(Simd128 a, Simd128 sign) => new(Vector128.CopySign(a.lanes, sign.lanes));

    [MethodImpl(Inline)]
    public static Simd128 Sqrt(Simd128 a) => new(Vector128.Sqrt(a.lanes));

    [MethodImpl(Inline)]
    public static Simd128 Exp(Simd128 a) => Exponential<Simd128>.Of(a);

    [MethodImpl(Inline)]
    public static Simd128 Log(Simd128 a) => new(Vector128.Log(a.lanes));

    public static Simd128 Power(Simd128 a, Simd128 b) => Powers<Simd128>.Of(a, b);

    [MethodImpl(Inline)]
    public static Simd128 GreaterThan(Simd128 a, Simd128 b) => new(Vector128.GreaterThan(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd128 Equal(Simd128 a, Simd128 b) => new(Vector128.Equals(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd128 GreaterOrNaN(Simd128 a, Simd128 b) =>
        new(Vector128.GreaterThan(a.lanes, b.lanes) | ~Vector128.Equals(a.lanes, a.lanes));

    [MethodImpl(Inline)]
    public static Simd128 Select(Simd128 mask, Simd128 yes, Simd128 no) =>
        new(Vector128.ConditionalSelect(mask.lanes, yes.lanes, no.lanes));

    [MethodImpl(Inline)]
    public static Simd128 FirstLanes(int count) =>
        new(Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle());

    [MethodImpl(Inline)]
    public static uint Bits(Simd128 mask) => (uint)mask.lanes.ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static Simd128 WhereAtLeast(uint* bits, uint threshold, Simd128 value) =>
        new(Vector128.GreaterThanOrEqual(Vector128.Load(bits), Vector128.Create(threshold)).AsSingle() & value.lanes);

    [MethodImpl(Inline)]
    public static Simd128 Round(Simd128 value) => new(Vector128.Round(value.lanes));

    [MethodImpl(Inline)]
    public static Simd128 TimesPowerOf2(Simd128 value, Simd128 n)
    {
        // In two halves: 2^n itself may be out of a float's range where the product is not.
        Vector128<int> all = Vector128.ConvertToInt32(n.lanes), half = all >> 1, bias = Vector128.Create(127);
        return new(value.lanes * ((half + bias) << 23).AsSingle() * ((all - half + bias) << 23).AsSingle());
    }

    [MethodImpl(Inline)]
    public static float Sum(Simd128 value) => Vector128.Sum(value.lanes);

    [MethodImpl(Inline)]
    public static uint GreaterBits(Simd128 a, Simd128 b) =>
        (uint)Vector128.GreaterThan(a.lanes, b.lanes).ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static Simd128 CountGreater(Simd128 count, Simd128 a, Simd128 b) => new(Vector128.ConditionalSelect(
        Vector128.GreaterThan(a.lanes, b.lanes), count.lanes + Vector128<float>.One, count.lanes));

    [MethodImpl(Inline)]
    public static Simd128 CountGreaterOrEqual(Simd128 count, Simd128 a, Simd128 b) => new(Vector128.ConditionalSelect(
        Vector128.GreaterThanOrEqual(a.lanes, b.lanes), count.lanes + Vector128<float>.One, count.lanes));

    [MethodImpl(Inline)]
    public static void StoreIntegers(Simd128 value, int* to) => Vector128.ConvertToInt32Native(value.lanes).Store(to);

    [MethodImpl(Inline)]
    public static Simd128 MaxFinite(Simd128 max, Simd128 x) => new(Vector128.ConditionalSelect(
        Vector128.LessThan(x.lanes, Vector128.Create(float.PositiveInfinity)), Vector128.MaxNative(max.lanes, x.lanes),
        max.lanes));

    public static int TileRows => 4;

    [MethodImpl(Inline)]
    public static Simd128 LoadMasked(float* from, Simd128 mask) => new(Vector128.Load(from) & mask.lanes);

    [MethodImpl(Inline)]
    public static Simd128 Inside(int* at, int offset, int size) => new(Vector128.LessThan(
        (Vector128.Load(at) + Vector128.Create(offset)).AsUInt32(), Vector128.Create((uint)size)).AsSingle());

    [MethodImpl(Inline)]
    public static void Prefetch(float* at)
    {
        // .NET has no prefetch that every processor knows.
    }

    [MethodImpl(Inline)]
    public static void PrefetchToL2(float* at) => Prefetch(at);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* from, nint lineStep, int lines, int columns, float* to, nint columnStep)
    {
        Vector128<float> a = lines > 0 ? Vector128.Load(from) : default;
        Vector128<float> b = lines > 1 ? Vector128.Load(from + lineStep) : default;
        Vector128<float> c = lines > 2 ? Vector128.Load(from + 2 * lineStep) : default;
        Vector128<float> d = lines > 3 ? Vector128.Load(from + 3 * lineStep) : default;
        if (Sse.IsSupported && columns >= 4)
        {
            Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d);
            Sse.MoveLowToHigh(ab, cd).Store(to);
            Sse.MoveHighToLow(cd, ab).Store(to + columnStep);
            (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
            Sse.MoveLowToHigh(ab, cd).Store(to + 2 * columnStep);
            Sse.MoveHighToLow(cd, ab).Store(to + 3 * columnStep);
            return;
        }
        for (int i = 0; i < columns; i++) Vector128.Create(a[i], b[i], c[i], d[i]).Store(to + i * columnStep);
    }
}
