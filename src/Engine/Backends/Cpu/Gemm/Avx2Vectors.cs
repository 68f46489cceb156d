using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>AVX2 with FMA: 16 registers of 8 floats, 6 x 2 of them sums.</summary>
readonly unsafe struct Avx2Vectors : IVectors<V>
{
    public static int Count => 8;

    public static int TileRows => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(float* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V value, float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Subtract(V a, V b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V a, V b, V c) => Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Max(V a, V b) => Avx.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V FirstLanes(int count) =>
        Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V And(V a, V b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Inside(int* at, int offset, int size) => Vector256.LessThan(
        (Vector256.Load(at) + Vector256.Create(offset)).AsUInt32(), Vector256.Create((uint)size)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* at) => Sse.Prefetch0(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchToL2(float* at) => Sse.Prefetch1(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAll(V mask) => mask.AsInt32() == Vector256<int>.AllBitsSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNone(V mask) => mask.AsInt32() == Vector256<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadMasked(float* from, V mask) => Avx.MaskLoad(from, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadEven(float* from)
    {
        V even = Avx.Shuffle(Vector256.Load(from), Vector256.Load(from + 8), 0x88);
        return Avx2.Permute4x64(even.AsDouble(), 0xD8).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(V value, float* to, int count)
    {
        if (count >= 8) value.Store(to);
        else Avx.MaskStore(to, FirstLanes(count), value);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Transpose(float* from, nint lineStep, int lines, V mask, float* to, nint columnStep)
    {
        V* blocks = stackalloc V[8];
        for (int g = 0; g < 2; g++)
        {
            float* s = from + 4 * g * lineStep;
            V a = 4 * g < lines ? LoadMasked(s, mask) : default;
            V b = 4 * g + 1 < lines ? LoadMasked(s + lineStep, mask) : default;
            V c = 4 * g + 2 < lines ? LoadMasked(s + 2 * lineStep, mask) : default;
            V d = 4 * g + 3 < lines ? LoadMasked(s + 3 * lineStep, mask) : default;
            V abLow = Avx.UnpackLow(a, b), cdLow = Avx.UnpackLow(c, d);
            V abHigh = Avx.UnpackHigh(a, b), cdHigh = Avx.UnpackHigh(c, d);
            blocks[g] = Avx.Shuffle(abLow, cdLow, 0x44);
            blocks[2 + g] = Avx.Shuffle(abLow, cdLow, 0xEE);
            blocks[4 + g] = Avx.Shuffle(abHigh, cdHigh, 0x44);
            blocks[6 + g] = Avx.Shuffle(abHigh, cdHigh, 0xEE);
        }
        // blocks[2 * j + g] holds columns j and j + 4 (one a 128-bit lane) of lines 4g .. 4g + 3.
        for (int j = 0; j < 4; j++, to += columnStep)
            Avx.Permute2x128(blocks[2 * j], blocks[2 * j + 1], 0x20).Store(to);
        for (int j = 0; j < 4; j++, to += columnStep)
            Avx.Permute2x128(blocks[2 * j], blocks[2 * j + 1], 0x31).Store(to);
    }
}
