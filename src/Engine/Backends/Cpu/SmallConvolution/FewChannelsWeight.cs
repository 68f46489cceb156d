using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>
/// The weight gradient of a first layer, whose input channels are too few to fill a vector: output channels are the
/// lanes. Each of a window's four pixels takes the gradient of the channels whose maximum it was.
/// </summary>
static unsafe class FewChannelsWeight<V> where V : struct, ICpuVector<V>
{
    /// <summary>Taps of a block along each axis; nine sums in flight hide the multiply-add's latency.</summary>
    public const int Block = 3;

    /// <param name="x0">The input under the block's first line of taps, for the first window.</param>
    /// <param name="x1">The same for its second line.</param>
    /// <param name="x2">The same for its third.</param>
    /// <param name="line">Floats from one input line to the next.</param>
    /// <param name="lines">Lines of windows.</param>
    /// <param name="columns">Windows of a line.</param>
    /// <param name="dy">A vector of output channels of the first window.</param>
    /// <param name="step">Floats of dy from one window to the next.</param>
    /// <param name="index">
    /// Of the same channels: which pixel of the window was the maximum, or <see cref="PooledTile.Cut"/>.
    /// </param>
    /// <param name="stride">Output channels from one window of the index to the next.</param>
    /// <param name="dw">[tap of the block][output channel], <paramref name="stride"/> apart; added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* x0, float* x1, float* x2, nint line, int lines, int columns, float* dy, nint step, byte* index,
        nint stride, float* dw)
    {
        if (typeof(V) == typeof(Simd512))
        {
            FewChannelsWeight512.Run(x0, x1, x2, line, lines, columns, dy, step, index, stride, dw);
            return;
        }
        V a0 = V.Load(dw), a1 = V.Load(dw + stride), a2 = V.Load(dw + 2 * stride);
        V a3 = V.Load(dw + 3 * stride), a4 = V.Load(dw + 4 * stride), a5 = V.Load(dw + 5 * stride);
        V a6 = V.Load(dw + 6 * stride), a7 = V.Load(dw + 7 * stride), a8 = V.Load(dw + 8 * stride);
        for (int p = 0; p < lines; p++)
        {
            nint at = 2 * p * line;
            for (int q = 0; q < columns; q++)
            {
                V g = V.Load(dy), which = V.LoadBytes(index);
                for (int position = 0; position < 4; position++)
                {
                    nint o = at + (position & 1) + (position >> 1) * line;
                    V own = V.Select(V.Equal(which, V.Create(position)), g, default);
                    V.AddProduct(ref a0, own, V.Create(x0[o]));
                    V.AddProduct(ref a1, own, V.Create(x0[o + 1]));
                    V.AddProduct(ref a2, own, V.Create(x0[o + 2]));
                    V.AddProduct(ref a3, own, V.Create(x1[o]));
                    V.AddProduct(ref a4, own, V.Create(x1[o + 1]));
                    V.AddProduct(ref a5, own, V.Create(x1[o + 2]));
                    V.AddProduct(ref a6, own, V.Create(x2[o]));
                    V.AddProduct(ref a7, own, V.Create(x2[o + 1]));
                    V.AddProduct(ref a8, own, V.Create(x2[o + 2]));
                }
                at += 2;
                dy += step;
                index += stride;
            }
        }
        V.Store(a0, dw);
        V.Store(a1, dw + stride);
        V.Store(a2, dw + 2 * stride);
        V.Store(a3, dw + 3 * stride);
        V.Store(a4, dw + 4 * stride);
        V.Store(a5, dw + 5 * stride);
        V.Store(a6, dw + 6 * stride);
        V.Store(a7, dw + 7 * stride);
        V.Store(a8, dw + 8 * stride);
    }
}
