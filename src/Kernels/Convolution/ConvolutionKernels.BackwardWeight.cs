using ILGPU;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>The gradient of the filters.</summary>
public static partial class ConvolutionKernels
{
    /// <summary>
    /// Parts of the weight's gradient, [part][filter][tap]: the product of the output's gradient (K x pixels) and
    /// what each pixel sees (pixels x C R S), over <paramref name="pixelsEach"/> pixels a part (Grid.IdxZ), so that a
    /// few small filters still fill the device. One group a tile of filters (Grid.IdxY) and taps (Grid.IdxX); an item
    /// stages the same four filters and taps in every step, of one pixel; beyond the last it repeats that. Bound by
    /// arithmetic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void BackwardWeight<TTile>(
        ArrayView<float> x, ArrayView<float> dy, ArrayView<float> parts, ConvolutionShape d, int pixelsEach,
        int accumulate)
        where TTile : struct, ITapTile
    {
        var tileA = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * (TTile.Size / 4 + 1));
        var tileB = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * (TTile.Size / 4 + 1));
        var fragments = SharedMemory.Allocate<float>(TTile.Fragments);
        var pixels = SharedMemory.Allocate<SeenPixel>(2 * SharedTile.Depth);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX, k = item % SharedTile.Depth;
        int first = Grid.IdxZ * pixelsEach, left = Math.Min(pixelsEach, d.N * d.Pixels - first);
        int tap = Grid.IdxX * TTile.Size + item / SharedTile.Depth;
        Tap tap0, tap1, tap2, tap3;
        Tap.Find(out tap0, Math.Min(tap, d.Taps - 1), d);
        Tap.Find(out tap1, Math.Min(tap + TTile.Size / 4, d.Taps - 1), d);
        Tap.Find(out tap2, Math.Min(tap + TTile.Size / 2, d.Taps - 1), d);
        Tap.Find(out tap3, Math.Min(tap + 3 * TTile.Size / 4, d.Taps - 1), d);
        if (item < 2 * SharedTile.Depth) SeenPixel.Find(out pixels[item], first + item, d);
        StagedElements filters;
        StagedElements.Share<TTile>(out filters, item, -k, Grid.IdxY * TTile.Size, d.K, d.Pixels, 1);
        TileSums sums;
        TileSums.Clear(out sums);
        Group.Barrier();

        int stage = 0;
        Float4 nextA = StagedElements.Load(ref filters, dy, pixels[k].Gradient, left);
        Float4 nextB = Seen(x, pixels[k], k < left, tap0, tap1, tap2, tap3, d);
        SharedTile.Put<TTile>(tileA, stage, filters.Place, TTile.Size / 4, nextA);
        SharedTile.Put<TTile>(tileB, stage, filters.Place, TTile.Size / 4, nextB);
        Group.Barrier();
        for (left -= SharedTile.Depth; left > -SharedTile.Depth; left -= SharedTile.Depth)
        {
            int next = (1 - stage) * SharedTile.Depth + k;
            nextA = StagedElements.Load(ref filters, dy, pixels[next].Gradient, left);
            nextB = Seen(x, pixels[next], k < left, tap0, tap1, tap2, tap3, d);
            SharedTile.MultiplyAdd<TTile>(tileA, tileB, fragments, stage, ref sums);
            if (item < SharedTile.Depth)
                SeenPixel.Advance(ref pixels[stage * SharedTile.Depth + item], 2 * SharedTile.Depth, d);
            stage = 1 - stage;
            SharedTile.Put<TTile>(tileA, stage, filters.Place, TTile.Size / 4, nextA);
            SharedTile.Put<TTile>(tileB, stage, filters.Place, TTile.Size / 4, nextB);
            Group.Barrier();
        }

        TileSums.Arrange<TTile>(ref sums);
        int filter = Grid.IdxY * TTile.Size + TileSums.Row<TTile>(item);
        int to = Grid.IdxX * TTile.Size + TileSums.Column<TTile>(item);
        int below = filter + TileSums.RowsBelow<TTile>(), right = to + TileSums.ColumnsRight<TTile>();
        WriteParts(parts, filter, to, ref sums.First, d, accumulate);
        if (TTile.ItemRows > 4)
            WriteParts(parts, below, to + TileSums.ColumnsBelow<TTile>(), ref sums.Below, d, accumulate);
        if (TTile.ItemColumns > 4)
        {
            WriteParts(parts, filter, right, ref sums.Right, d, accumulate);
            WriteParts(parts, below, right + TileSums.ColumnsBelow<TTile>(), ref sums.Last, d, accumulate);
        }
    }

    /// <summary>What a pixel sees through four taps, if it exists.</summary>
    static Float4 Seen(
        ArrayView<float> x, SeenPixel p, bool exists, Tap tap0, Tap tap1, Tap tap2, Tap tap3,
        ConvolutionShape d) => new(
        See(x, tap0, exists, p.Line, p.Column, p.Start, d), See(x, tap1, exists, p.Line, p.Column, p.Start, d),
        See(x, tap2, exists, p.Line, p.Column, p.Start, d), See(x, tap3, exists, p.Line, p.Column, p.Start, d));

    static void WriteParts(
        ArrayView<float> parts, int filter, int tap, ref Quad sums, ConvolutionShape d, int accumulate)
    {
        WritePart(parts, filter, tap, sums.Row0, d, accumulate);
        WritePart(parts, filter + 1, tap, sums.Row1, d, accumulate);
        WritePart(parts, filter + 2, tap, sums.Row2, d, accumulate);
        WritePart(parts, filter + 3, tap, sums.Row3, d, accumulate);
    }

    static void WritePart(
        ArrayView<float> parts, int filter, int tap, Float4 sums, ConvolutionShape d, int accumulate)
    {
        if (filter >= d.K) return;
        int at = (Grid.IdxZ * d.K + filter) * d.Taps + tap;
        if (tap < d.Taps) GemmKernels.Write(parts, at, sums.X, accumulate);
        if (tap + 1 < d.Taps) GemmKernels.Write(parts, at + 1, sums.Y, accumulate);
        if (tap + 2 < d.Taps) GemmKernels.Write(parts, at + 2, sums.Z, accumulate);
        if (tap + 3 < d.Taps) GemmKernels.Write(parts, at + 3, sums.W, accumulate);
    }
}
