using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>8 lanes: AVX2 with FMA. 6 x 2 sums of a tile in 16 registers.</summary>
unsafe partial struct Simd256(Vector256<float> lanes) : ITileVector<Simd256>, IDistanceVector<Simd256>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    Vector256<float> lanes = lanes;

    public static int Count => 8;

    [MethodImpl(Inline)]
    public static Simd256 Create(float value) => new(Vector256.Create(value));

    [MethodImpl(Inline)]
    public static Simd256 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(Inline)]
    public static Simd256 LoadEven(float* from)
    {
        Vector256<float> mixed = Avx.Shuffle(Vector256.Load(from), Vector256.Load(from + 8), 0b10_00_10_00);
        return new(Avx2.Permute4x64(mixed.AsDouble(), 0b11_01_10_00).AsSingle());
    }

    [MethodImpl(Inline)]
    public static void Store(Simd256 value, float* to) => value.lanes.Store(to);

    [MethodImpl(Inline)]
    public static void Store(Simd256 value, float* to, int count)
    {
        if (count >= Count) value.lanes.Store(to);
        else Avx.MaskStore(to, FirstLanes(count).lanes, value.lanes);
    }

    [MethodImpl(Inline)]
    public static void StoreEven(Simd256 value, float* to, int count)
    {
        Vector256<int> lane = Vector256<int>.Indices, source = Vector256.ShiftRightLogical(lane, 1);
        Vector256<int> even = Vector256.Equals(lane & Vector256<int>.One, default);
        Vector256<int> upper = source + Vector256.Create(4), end = Vector256.Create(count);
        Avx.MaskStore(
            to, (even & Vector256.LessThan(source, end)).AsSingle(), Avx2.PermuteVar8x32(value.lanes, source));
        if (count <= 4) return;
        Avx.MaskStore(
            to + 8, (even & Vector256.LessThan(upper, end)).AsSingle(), Avx2.PermuteVar8x32(value.lanes, upper));
    }

    [MethodImpl(Inline)]
    public static Simd256 LoadBytes(byte* from) =>
        new(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from)));

    [MethodImpl(Inline)]
    public static void StoreBytes(Simd256 value, byte* to)
    {
        Vector256<int> whole = Vector256.ConvertToInt32(value.lanes);
        Vector128<short> shorts = Vector128.Narrow(whole.GetLower(), whole.GetUpper());
        *(long*)to = Vector128.Narrow(shorts, shorts).AsInt64().ToScalar();
    }

    [MethodImpl(Inline)]
    public static Simd256 operator +(Simd256 a, Simd256 b) => new(a.lanes + b.lanes);

    [MethodImpl(Inline)]
    public static Simd256 operator -(Simd256 a, Simd256 b) => new(a.lanes - b.lanes);

    [MethodImpl(Inline)]
    public static Simd256 operator *(Simd256 a, Simd256 b) => new(a.lanes * b.lanes);

    [MethodImpl(Inline)]
    public static Simd256 operator /(Simd256 a, Simd256 b) => new(a.lanes / b.lanes);

    [MethodImpl(Inline)]
    public static Simd256 operator -(Simd256 a) => new(-a.lanes);

    [MethodImpl(Inline)]
    public static Simd256 operator &(Simd256 a, Simd256 b) => new(a.lanes & b.lanes);

    [MethodImpl(Inline)]
    public static Simd256 MultiplyAdd(Simd256 a, Simd256 b, Simd256 c) =>
        new(Vector256.MultiplyAddEstimate(a.lanes, b.lanes, c.lanes));

    [MethodImpl(Inline)]
    public static void AddProduct(ref Simd256 sum, Simd256 a, Simd256 b) =>
        sum.lanes = Vector256.MultiplyAddEstimate(a.lanes, b.lanes, sum.lanes);

    [MethodImpl(Inline)]
    public static Simd256 Max(Simd256 a, Simd256 b) => new(Vector256.Max(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd256 MaxNative(Simd256 a, Simd256 b) => new(Vector256.MaxNative(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd256 MinNative(Simd256 a, Simd256 b) => new(Vector256.MinNative(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd256 Min(Simd256 a, Simd256 b) => new(Vector256.Min(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd256 Abs(Simd256 a) => new(Vector256.Abs(a.lanes));

    [MethodImpl(Inline)]
    public static Simd256 CopySign(Simd256 a, Simd256 sign) => new(Vector256.CopySign(a.lanes, sign.lanes));

    [MethodImpl(Inline)]
    public static Simd256 Sqrt(Simd256 a) => new(Vector256.Sqrt(a.lanes));

    [MethodImpl(Inline)]
    public static Simd256 Exp(Simd256 a) => Exponential<Simd256>.Of(a);

    [MethodImpl(Inline)]
    public static Simd256 Log(Simd256 a) => new(Vector256.Log(a.lanes));

    public static Simd256 Power(Simd256 a, Simd256 b) => Powers<Simd256>.Of(a, b);

    [MethodImpl(Inline)]
    public static Simd256 GreaterThan(Simd256 a, Simd256 b) => new(Vector256.GreaterThan(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd256 Equal(Simd256 a, Simd256 b) => new(Vector256.Equals(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd256 GreaterOrNaN(Simd256 a, Simd256 b) =>
        new(Vector256.GreaterThan(a.lanes, b.lanes) | ~Vector256.Equals(a.lanes, a.lanes));

    [MethodImpl(Inline)]
    public static Simd256 Select(Simd256 mask, Simd256 yes, Simd256 no) =>
        new(Vector256.ConditionalSelect(mask.lanes, yes.lanes, no.lanes));

    [MethodImpl(Inline)]
    public static Simd256 FirstLanes(int count) =>
        new(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle());

    [MethodImpl(Inline)]
    public static uint Bits(Simd256 mask) => (uint)mask.lanes.ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static Simd256 WhereAtLeast(uint* bits, uint threshold, Simd256 value) =>
        new(Vector256.GreaterThanOrEqual(Vector256.Load(bits), Vector256.Create(threshold)).AsSingle() & value.lanes);

    [MethodImpl(Inline)]
    public static Simd256 Round(Simd256 value) => new(Vector256.Round(value.lanes));

    [MethodImpl(Inline)]
    public static Simd256 TimesPowerOf2(Simd256 value, Simd256 n)
    {
        // In two halves: 2^n itself may be out of a float's range where the product is not.
        Vector256<int> all = Vector256.ConvertToInt32(n.lanes), half = all >> 1, bias = Vector256.Create(127);
        return new(value.lanes * ((half + bias) << 23).AsSingle() * ((all - half + bias) << 23).AsSingle());
    }

    [MethodImpl(Inline)]
    public static float Sum(Simd256 value) => Vector256.Sum(value.lanes);

    [MethodImpl(Inline)]
    public static uint GreaterBits(Simd256 a, Simd256 b) =>
        (uint)Vector256.GreaterThan(a.lanes, b.lanes).ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static Simd256 CountGreater(Simd256 count, Simd256 a, Simd256 b) => new(Vector256.ConditionalSelect(
        Vector256.GreaterThan(a.lanes, b.lanes), count.lanes + Vector256<float>.One, count.lanes));

    [MethodImpl(Inline)]
    public static Simd256 CountGreaterOrEqual(Simd256 count, Simd256 a, Simd256 b) => new(Vector256.ConditionalSelect(
        Vector256.GreaterThanOrEqual(a.lanes, b.lanes), count.lanes + Vector256<float>.One, count.lanes));

    [MethodImpl(Inline)]
    public static void StoreIntegers(Simd256 value, int* to) => Vector256.ConvertToInt32Native(value.lanes).Store(to);

    [MethodImpl(Inline)]
    public static Simd256 MaxFinite(Simd256 max, Simd256 x) => new(Vector256.ConditionalSelect(
        Vector256.LessThan(x.lanes, Vector256.Create(float.PositiveInfinity)), Vector256.MaxNative(max.lanes, x.lanes),
        max.lanes));

    public static int TileRows => 6;

    [MethodImpl(Inline)]
    public static Simd256 LoadMasked(float* from, Simd256 mask) => new(Avx.MaskLoad(from, mask.lanes));

    [MethodImpl(Inline)]
    public static Simd256 Inside(int* at, int offset, int size) => new(Vector256.LessThan(
        (Vector256.Load(at) + Vector256.Create(offset)).AsUInt32(), Vector256.Create((uint)size)).AsSingle());

    [MethodImpl(Inline)]
    public static void Prefetch(float* at) => Sse.Prefetch0(at);

    [MethodImpl(Inline)]
    public static void PrefetchToL2(float* at) => Sse.Prefetch1(at);
}
