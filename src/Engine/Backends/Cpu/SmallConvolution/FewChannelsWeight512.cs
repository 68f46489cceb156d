using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>
/// <see cref="FewChannelsWeight{V}"/> with 16 lanes: the 4 x 4 pixels that a window's four positions see through a
/// block of 3 x 3 taps fill one register, from which each output channel takes those of its own position. So a window
/// costs nine multiply-adds instead of 36, with the same bits: what is left out is products by 0.
/// </summary>
static unsafe class FewChannelsWeight512
{
    /// <inheritdoc cref="FewChannelsWeight{V}.Run"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* x0, float* x1, float* x2, nint line, int lines, int columns, float* dy, nint step, byte* index,
        nint stride, float* dw)
    {
        // Where in the register the pixel under the first tap is, for each position; any for a window that ReLU cut.
        Vector512<int> places = Vector512.Create(0, 1, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        Vector512<int> cut = Vector512.Create(PooledTile.Cut);
        Vector512<float> a0 = Vector512.Load(dw), a1 = Vector512.Load(dw + stride);
        Vector512<float> a2 = Vector512.Load(dw + 2 * stride), a3 = Vector512.Load(dw + 3 * stride);
        Vector512<float> a4 = Vector512.Load(dw + 4 * stride), a5 = Vector512.Load(dw + 5 * stride);
        Vector512<float> a6 = Vector512.Load(dw + 6 * stride), a7 = Vector512.Load(dw + 7 * stride);
        Vector512<float> a8 = Vector512.Load(dw + 8 * stride);
        for (int p = 0; p < lines; p++)
        {
            float* first = x0 + 2 * p * line, second = first + line;
            float* third = x1 + (2 * p + 1) * line, fourth = x2 + (2 * p + 1) * line;
            for (int q = 0; q < columns; q++)
            {
                Vector512<float> pixels = Vector512.Create(
                    Vector256.Create(Vector128.Load(first), Vector128.Load(second)),
                    Vector256.Create(Vector128.Load(third), Vector128.Load(fourth)));
                Vector512<int> which = Avx512F.ConvertToVector512Int32(Vector128.Load(index));
                Vector512<float> g = Vector512.ConditionalSelect(
                    Vector512.Equals(which, cut).AsSingle(), Vector512<float>.Zero, Vector512.Load(dy));
                Vector512<int> at = Avx512F.PermuteVar16x32(places, which);
                Add(ref a0, g, pixels, at);
                Add(ref a1, g, pixels, at + Vector512.Create(1));
                Add(ref a2, g, pixels, at + Vector512.Create(2));
                Add(ref a3, g, pixels, at + Vector512.Create(4));
                Add(ref a4, g, pixels, at + Vector512.Create(5));
                Add(ref a5, g, pixels, at + Vector512.Create(6));
                Add(ref a6, g, pixels, at + Vector512.Create(8));
                Add(ref a7, g, pixels, at + Vector512.Create(9));
                Add(ref a8, g, pixels, at + Vector512.Create(10));
                first += 2;
                second += 2;
                third += 2;
                fourth += 2;
                dy += step;
                index += stride;
            }
        }
        a0.Store(dw);
        a1.Store(dw + stride);
        a2.Store(dw + 2 * stride);
        a3.Store(dw + 3 * stride);
        a4.Store(dw + 4 * stride);
        a5.Store(dw + 5 * stride);
        a6.Store(dw + 6 * stride);
        a7.Store(dw + 7 * stride);
        a8.Store(dw + 8 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(ref Vector512<float> sum, Vector512<float> g, Vector512<float> pixels, Vector512<int> at) =>
        sum = Vector512.MultiplyAddEstimate(g, Avx512F.PermuteVar16x32(pixels, at), sum);
}
