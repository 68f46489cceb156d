using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>A number that the JIT sees as a constant, so that what it rules out is not compiled.</summary>
interface IConstant
{
    static abstract int Value { get; }
}

/// <summary>The constants 1, 2, 3 and 6 as types.</summary>
static class Constant
{
    public readonly struct One : IConstant { public static int Value => 1; }

    public readonly struct Two : IConstant { public static int Value => 2; }

    public readonly struct Three : IConstant { public static int Value => 3; }

    public readonly struct Six : IConstant { public static int Value => 6; }
}

/// <summary>What the tiles of every vector width share.</summary>
static class PooledTile
{
    /// <summary>The index of a window that ReLU has cut: none of its pixels gets a gradient.</summary>
    public const int Cut = 4;
}

/// <summary>
/// The register tile of convolution + bias + ReLU + 2x2 max pool: up to three windows of four pixels side by side, by
/// two vectors of output channels. The four pixels of a window meet in registers, so that the full map is never stored.
/// </summary>
static unsafe class PooledTile<V> where V : unmanaged, ITileVector<V>
{
    /// <summary>Output channels of a tile.</summary>
    public static int Channels => 2 * V.Count;

    /// <param name="x">The input at the first window's top left pixel, under the filter's first tap.</param>
    /// <param name="line">Floats from one input line to the next.</param>
    /// <param name="offsets">Floats from <paramref name="x"/> to the pixel under each tap (of each channel).</param>
    /// <param name="taps">Taps of all input channels.</param>
    /// <param name="weight">[tap][output channel of the tile].</param>
    /// <param name="bias">[output channel of the tile].</param>
    /// <param name="y">Where the first window's first channels go.</param>
    /// <param name="window">Floats of y from one window to the next.</param>
    /// <param name="half">Floats of y from the first vector of channels to the second.</param>
    /// <param name="index">
    /// [window][output channel]: which of the four pixels was the maximum, or <see cref="PooledTile.Cut"/>. Null where
    /// nobody asks.
    /// </param>
    /// <param name="stride">Output channels from one window of the index to the next.</param>
    /// <typeparam name="TWindows">Windows: one to three.</typeparam>
    /// <typeparam name="M">How x lies.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TWindows, M>(
        float* x, nint line, nint* offsets, nint taps, float* weight, float* bias, float* y, nint window, nint half,
        byte* index, nint stride)
        where TWindows : IConstant where M : struct, IMapLayout<V>
    {
        int pixel = M.Together;
        V a0, a1, a2, a3, a4 = default, a5 = default, a6 = default, a7 = default;
        V a8 = default, a9 = default, a10 = default, a11 = default;
        V b0, b1, b2, b3, b4 = default, b5 = default, b6 = default, b7 = default;
        V b8 = default, b9 = default, b10 = default, b11 = default;
        a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = default;
        for (nint t = 0; t < taps; t++)
        {
            float* top = x + offsets[t], bottom = top + line;
            V a = V.Load(weight), b = V.Load(weight + V.Count), v;
            v = V.Create(top[0]); V.AddProduct(ref a0, v, a); V.AddProduct(ref b0, v, b);
            v = V.Create(top[pixel]); V.AddProduct(ref a1, v, a); V.AddProduct(ref b1, v, b);
            v = V.Create(bottom[0]); V.AddProduct(ref a2, v, a); V.AddProduct(ref b2, v, b);
            v = V.Create(bottom[pixel]); V.AddProduct(ref a3, v, a); V.AddProduct(ref b3, v, b);
            if (TWindows.Value > 1)
            {
                v = V.Create(top[2 * pixel]); V.AddProduct(ref a4, v, a); V.AddProduct(ref b4, v, b);
                v = V.Create(top[3 * pixel]); V.AddProduct(ref a5, v, a); V.AddProduct(ref b5, v, b);
                v = V.Create(bottom[2 * pixel]); V.AddProduct(ref a6, v, a); V.AddProduct(ref b6, v, b);
                v = V.Create(bottom[3 * pixel]); V.AddProduct(ref a7, v, a); V.AddProduct(ref b7, v, b);
            }
            if (TWindows.Value > 2)
            {
                v = V.Create(top[4 * pixel]); V.AddProduct(ref a8, v, a); V.AddProduct(ref b8, v, b);
                v = V.Create(top[5 * pixel]); V.AddProduct(ref a9, v, a); V.AddProduct(ref b9, v, b);
                v = V.Create(bottom[4 * pixel]); V.AddProduct(ref a10, v, a); V.AddProduct(ref b10, v, b);
                v = V.Create(bottom[5 * pixel]); V.AddProduct(ref a11, v, a); V.AddProduct(ref b11, v, b);
            }
            weight += 2 * V.Count;
        }
        V shiftA = V.Load(bias), shiftB = V.Load(bias + V.Count);
        if (index == null)
        {
            Pool(a0, a1, a2, a3, shiftA, y);
            Pool(b0, b1, b2, b3, shiftB, y + half);
            if (TWindows.Value > 1)
            {
                Pool(a4, a5, a6, a7, shiftA, y + window);
                Pool(b4, b5, b6, b7, shiftB, y + window + half);
            }
            if (TWindows.Value > 2)
            {
                Pool(a8, a9, a10, a11, shiftA, y + 2 * window);
                Pool(b8, b9, b10, b11, shiftB, y + 2 * window + half);
            }
        }
        else
        {
            Pool(a0, a1, a2, a3, shiftA, y, index);
            Pool(b0, b1, b2, b3, shiftB, y + half, index + V.Count);
            if (TWindows.Value > 1)
            {
                Pool(a4, a5, a6, a7, shiftA, y + window, index + stride);
                Pool(b4, b5, b6, b7, shiftB, y + window + half, index + stride + V.Count);
            }
            if (TWindows.Value > 2)
            {
                Pool(a8, a9, a10, a11, shiftA, y + 2 * window, index + 2 * stride);
                Pool(b8, b9, b10, b11, shiftB, y + 2 * window + half, index + 2 * stride + V.Count);
            }
        }
    }

    /// <summary>The maximum alone: the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Pool(V a, V b, V c, V d, V bias, float* y) =>
        V.Store(V.Max(V.Max(V.Max(a, b), V.Max(c, d)) + bias, default), y);

    /// <summary>
    /// The first of the largest wins; a NaN makes the maximum NaN. The bias comes last, as on a GPU, where the
    /// convolution is a product of matrices: so both choose the same pixel, and give the same bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Pool(V a, V b, V c, V d, V bias, float* y, byte* index)
    {
        V zero = default, top = V.Max(a, b), bottom = V.Max(c, d), max = V.Max(top, bottom) + bias;
        V atTop = V.Select(V.GreaterThan(b, a), V.Create(1), zero);
        V atBottom = V.Select(V.GreaterThan(d, c), V.Create(3), V.Create(2));
        V at = V.Select(V.GreaterThan(bottom, top), atBottom, atTop);
        V.Store(V.Max(max, zero), y);
        V.StoreBytes(V.Select(V.GreaterThan(max, zero), at, V.Create(PooledTile.Cut)), index);
    }
}
