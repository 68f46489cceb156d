using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>16 lanes: AVX-512. 14 x 2 sums of a tile in 32 registers.</summary>
unsafe partial struct Simd512(Vector512<float> lanes) : ITileVector<Simd512>, IDistanceVector<Simd512>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    Vector512<float> lanes = lanes;

    public static int Count => 16;

    [MethodImpl(Inline)]
    public static Simd512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(Inline)]
    public static Simd512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(Inline)]
    public static Simd512 LoadEven(float* from) => new(Avx512F.PermuteVar16x32x2(
        Vector512.Load(from), Vector512<int>.Indices + Vector512<int>.Indices, Vector512.Load(from + 16)));

    [MethodImpl(Inline)]
    public static void Store(Simd512 value, float* to) => value.lanes.Store(to);

    [MethodImpl(Inline)]
    public static void Store(Simd512 value, float* to, int count)
    {
        if (count >= Count) value.lanes.Store(to);
        else Avx512F.MaskStore(to, FirstLanes(count).lanes, value.lanes);
    }

    [MethodImpl(Inline)]
    public static void StoreEven(Simd512 value, float* to, int count)
    {
        Vector512<int> lane = Vector512<int>.Indices, source = Vector512.ShiftRightLogical(lane, 1);
        Vector512<int> even = Vector512.Equals(lane & Vector512<int>.One, default);
        Vector512<int> upper = source + Vector512.Create(8), end = Vector512.Create(count);
        Avx512F.MaskStore(
            to, (even & Vector512.LessThan(source, end)).AsSingle(), Avx512F.PermuteVar16x32(value.lanes, source));
        if (count <= 8) return;
        Avx512F.MaskStore(
            to + 16, (even & Vector512.LessThan(upper, end)).AsSingle(), Avx512F.PermuteVar16x32(value.lanes, upper));
    }

    [MethodImpl(Inline)]
    public static Simd512 LoadBytes(byte* from) =>
        new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(from))));

    [MethodImpl(Inline)]
    public static void StoreBytes(Simd512 value, byte* to) =>
        Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32WithTruncation(value.lanes)).Store(to);

    [MethodImpl(Inline)]
    public static Simd512 operator +(Simd512 a, Simd512 b) => new(a.lanes + b.lanes);

    [MethodImpl(Inline)]
    public static Simd512 operator -(Simd512 a, Simd512 b) => new(a.lanes - b.lanes);

    [MethodImpl(Inline)]
    public static Simd512 operator *(Simd512 a, Simd512 b) => new(a.lanes * b.lanes);

    [MethodImpl(Inline)]
    public static Simd512 operator /(Simd512 a, Simd512 b) => new(a.lanes / b.lanes);

    [MethodImpl(Inline)]
    public static Simd512 operator -(Simd512 a) => new(-a.lanes);

    [MethodImpl(Inline)]
    public static Simd512 operator &(Simd512 a, Simd512 b) => new(a.lanes & b.lanes);

    [MethodImpl(Inline)]
    public static Simd512 MultiplyAdd(Simd512 a, Simd512 b, Simd512 c) =>
        new(Vector512.MultiplyAddEstimate(a.lanes, b.lanes, c.lanes));

    [MethodImpl(Inline)]
    public static void AddProduct(ref Simd512 sum, Simd512 a, Simd512 b) =>
        sum.lanes = Vector512.MultiplyAddEstimate(a.lanes, b.lanes, sum.lanes);

    [MethodImpl(Inline)]
    public static Simd512 Max(Simd512 a, Simd512 b) => new(Vector512.Max(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd512 MaxNative(Simd512 a, Simd512 b) => new(Vector512.MaxNative(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd512 MinNative(Simd512 a, Simd512 b) => new(Vector512.MinNative(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd512 Min(Simd512 a, Simd512 b) => new(Vector512.Min(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd512 Abs(Simd512 a) => new(Vector512.Abs(a.lanes));

    [MethodImpl(Inline)]
    public static Simd512 CopySign(Simd512 a, Simd512 sign) => new(Vector512.CopySign(a.lanes, sign.lanes));

    [MethodImpl(Inline)]
    public static Simd512 Sqrt(Simd512 a) => new(Vector512.Sqrt(a.lanes));

    [MethodImpl(Inline)]
    public static Simd512 Exp(Simd512 a) => Exponential<Simd512>.Of(a);

    [MethodImpl(Inline)]
    public static Simd512 Log(Simd512 a) => new(Vector512.Log(a.lanes));

    public static Simd512 Power(Simd512 a, Simd512 b) => Powers<Simd512>.Of(a, b);

    [MethodImpl(Inline)]
    public static Simd512 GreaterThan(Simd512 a, Simd512 b) => new(Vector512.GreaterThan(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd512 Equal(Simd512 a, Simd512 b) => new(Vector512.Equals(a.lanes, b.lanes));

    [MethodImpl(Inline)]
    public static Simd512 GreaterOrNaN(Simd512 a, Simd512 b) =>
        new(Vector512.GreaterThan(a.lanes, b.lanes) | ~Vector512.Equals(a.lanes, a.lanes));

    [MethodImpl(Inline)]
    public static Simd512 Select(Simd512 mask, Simd512 yes, Simd512 no) =>
        new(Vector512.ConditionalSelect(mask.lanes, yes.lanes, no.lanes));

    [MethodImpl(Inline)]
    public static Simd512 FirstLanes(int count) =>
        new(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle());

    [MethodImpl(Inline)]
    public static uint Bits(Simd512 mask) => (uint)mask.lanes.ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static Simd512 WhereAtLeast(uint* bits, uint threshold, Simd512 value) =>
        new(Vector512.GreaterThanOrEqual(Vector512.Load(bits), Vector512.Create(threshold)).AsSingle() & value.lanes);

    [MethodImpl(Inline)]
    public static Simd512 Round(Simd512 value) => new(Vector512.Round(value.lanes));

    [MethodImpl(Inline)]
    public static Simd512 TimesPowerOf2(Simd512 value, Simd512 n) => new(Avx512F.Scale(value.lanes, n.lanes));

    [MethodImpl(Inline)]
    public static float Sum(Simd512 value) => Vector512.Sum(value.lanes);

    [MethodImpl(Inline)]
    public static uint GreaterBits(Simd512 a, Simd512 b) =>
        (uint)Vector512.GreaterThan(a.lanes, b.lanes).ExtractMostSignificantBits();

    [MethodImpl(Inline)]
    public static Simd512 CountGreater(Simd512 count, Simd512 a, Simd512 b) => new(Vector512.ConditionalSelect(
        Vector512.GreaterThan(a.lanes, b.lanes), count.lanes + Vector512<float>.One, count.lanes));

    [MethodImpl(Inline)]
    public static Simd512 CountGreaterOrEqual(Simd512 count, Simd512 a, Simd512 b) => new(Vector512.ConditionalSelect(
        Vector512.GreaterThanOrEqual(a.lanes, b.lanes), count.lanes + Vector512<float>.One, count.lanes));

    [MethodImpl(Inline)]
    public static void StoreIntegers(Simd512 value, int* to) => Vector512.ConvertToInt32Native(value.lanes).Store(to);

    [MethodImpl(Inline)]
    public static Simd512 MaxFinite(Simd512 max, Simd512 x) => new(Vector512.ConditionalSelect(
        Vector512.LessThan(x.lanes, Vector512.Create(float.PositiveInfinity)), Vector512.MaxNative(max.lanes, x.lanes),
        max.lanes));

    public static int TileRows => 14;

    [MethodImpl(Inline)]
    public static Simd512 LoadMasked(float* from, Simd512 mask) => new(Avx512F.MaskLoad(from, mask.lanes, default));

    [MethodImpl(Inline)]
    public static Simd512 Inside(int* at, int offset, int size) => new(Vector512.LessThan(
        (Vector512.Load(at) + Vector512.Create(offset)).AsUInt32(), Vector512.Create((uint)size)).AsSingle());

    [MethodImpl(Inline)]
    public static void Prefetch(float* at) => Sse.Prefetch0(at);

    [MethodImpl(Inline)]
    public static void PrefetchToL2(float* at) => Sse.Prefetch1(at);
}
