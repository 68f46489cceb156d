using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector512<float>;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>AVX-512: 32 registers of 16 floats, 14 x 2 of them sums.</summary>
readonly unsafe struct Avx512Vectors : IVectors<V>
{
    public static int Count => 16;

    public static int TileRows => 14;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(float* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V value, float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Create(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Subtract(V a, V b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V a, V b, V c) => Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Max(V a, V b) => Avx512F.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V FirstLanes(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V And(V a, V b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Inside(int* at, int offset, int size) => Vector512.LessThan(
        (Vector512.Load(at) + Vector512.Create(offset)).AsUInt32(), Vector512.Create((uint)size)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* at) => Sse.Prefetch0(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchToL2(float* at) => Sse.Prefetch1(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAll(V mask) => mask.AsInt32() == Vector512<int>.AllBitsSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNone(V mask) => mask.AsInt32() == Vector512<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadMasked(float* from, V mask) => Avx512F.MaskLoad(from, mask, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadEven(float* from) => Avx512F.PermuteVar16x32x2(
        Vector512.Load(from), Vector512<int>.Indices + Vector512<int>.Indices, Vector512.Load(from + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(V value, float* to, int count)
    {
        if (count >= 16) value.Store(to);
        else Avx512F.MaskStore(to, FirstLanes(count), value);
    }

    /// <summary>
    /// Two rounds of unpacking transpose 4 x 4 blocks inside the 128-bit lanes, two of shuffling move the lanes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Transpose(float* from, nint lineStep, int lines, V mask, float* to, nint columnStep)
    {
        V* blocks = stackalloc V[16];
        bool whole = lines == 16 && IsAll(mask);
        for (int g = 0; g < 4; g++)
        {
            V a, b, c, d;
            float* s = from + 4 * g * lineStep;
            if (whole)
            {
                // Lines a plane apart are no stream to the hardware: ask for the next vectors of each.
                for (int i = 0; i < 4; i++) Sse.Prefetch0(s + i * lineStep + 32);
                (a, b) = (Vector512.Load(s), Vector512.Load(s + lineStep));
                (c, d) = (Vector512.Load(s + 2 * lineStep), Vector512.Load(s + 3 * lineStep));
            }
            else
            {
                a = 4 * g < lines ? LoadMasked(s, mask) : default;
                b = 4 * g + 1 < lines ? LoadMasked(s + lineStep, mask) : default;
                c = 4 * g + 2 < lines ? LoadMasked(s + 2 * lineStep, mask) : default;
                d = 4 * g + 3 < lines ? LoadMasked(s + 3 * lineStep, mask) : default;
            }
            V abLow = Avx512F.UnpackLow(a, b), cdLow = Avx512F.UnpackLow(c, d);
            V abHigh = Avx512F.UnpackHigh(a, b), cdHigh = Avx512F.UnpackHigh(c, d);
            blocks[g] = Avx512F.Shuffle(abLow, cdLow, 0x44);
            blocks[4 + g] = Avx512F.Shuffle(abLow, cdLow, 0xEE);
            blocks[8 + g] = Avx512F.Shuffle(abHigh, cdHigh, 0x44);
            blocks[12 + g] = Avx512F.Shuffle(abHigh, cdHigh, 0xEE);
        }
        // blocks[4 * j + g] holds columns j, j + 4, j + 8, j + 12 (one a 128-bit lane) of lines 4g .. 4g + 3.
        for (int j = 0; j < 4; j++, to += columnStep)
        {
            V a = blocks[4 * j], b = blocks[4 * j + 1], c = blocks[4 * j + 2], d = blocks[4 * j + 3];
            V x = Avx512F.Shuffle4x128(a, b, 0x44), y = Avx512F.Shuffle4x128(c, d, 0x44);
            V z = Avx512F.Shuffle4x128(a, b, 0xEE), w = Avx512F.Shuffle4x128(c, d, 0xEE);
            blocks[4 * j] = Avx512F.Shuffle4x128(x, y, 0x88);
            blocks[4 * j + 1] = Avx512F.Shuffle4x128(x, y, 0xDD);
            blocks[4 * j + 2] = Avx512F.Shuffle4x128(z, w, 0x88);
            blocks[4 * j + 3] = Avx512F.Shuffle4x128(z, w, 0xDD);
        }
        to -= 4 * columnStep;
        // In the order of the columns: a caller may let each vector run over into the next column's place.
        for (int i = 0; i < 16; i++, to += columnStep) blocks[4 * (i & 3) + (i >> 2)].Store(to);
    }
}
