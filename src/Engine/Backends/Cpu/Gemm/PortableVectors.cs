using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector128<float>;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>Any processor with 128-bit vectors, through what .NET maps to each: ARM64 and old x86.</summary>
readonly unsafe struct PortableVectors : IVectors<V>
{
    public static int Count => 4;

    public static int TileRows => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(float* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V value, float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Create(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Subtract(V a, V b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V a, V b, V c) => Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Max(V a, V b) => Vector128.MaxNative(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V FirstLanes(int count) =>
        Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V And(V a, V b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Inside(int* at, int offset, int size) => Vector128.LessThan(
        (Vector128.Load(at) + Vector128.Create(offset)).AsUInt32(), Vector128.Create((uint)size)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* at)
    {
        // .NET has no prefetch that every processor knows.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchToL2(float* at) => Prefetch(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAll(V mask) => mask.AsInt32() == Vector128<int>.AllBitsSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNone(V mask) => mask.AsInt32() == Vector128<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadMasked(float* from, V mask) => Vector128.Load(from) & mask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadEven(float* from) => Vector128.Create(from[0], from[2], from[4], from[6]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(V value, float* to, int count)
    {
        if (count >= 4) value.Store(to);
        else
            for (int i = 0; i < count; i++) to[i] = value[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* from, nint lineStep, int lines, V mask, float* to, nint columnStep)
    {
        V a = lines > 0 ? LoadMasked(from, mask) : default, b = lines > 1 ? LoadMasked(from + lineStep, mask) : default;
        V c = lines > 2 ? LoadMasked(from + 2 * lineStep, mask) : default;
        V d = lines > 3 ? LoadMasked(from + 3 * lineStep, mask) : default;
        for (int i = 0; i < 4; i++) Vector128.Create(a[i], b[i], c[i], d[i]).Store(to + i * columnStep);
    }
}
