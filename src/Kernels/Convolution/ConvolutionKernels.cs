using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Convolutions as implicit matrix products on a GPU: a group gathers what a step of its tile needs of the images
/// straight into shared memory, so that no matrix of columns is written. Pixels are counted on over all images.
/// Deterministic.
/// </summary>
public static partial class ConvolutionKernels
{
    /// <summary>
    /// y = W x gathered: the product of the filters (K x C R S) and what each pixel sees, one group a tile of filters
    /// (Grid.IdxY) and pixels (Grid.IdxX), one item a small tile of that in registers. An item gathers for the same
    /// four pixels in every step; where the taps look is worked out 64 at a time. The first step has what the taps
    /// leave beyond whole steps. Where few tiles would leave the device idle, each part of
    /// <paramref name="tapsEach"/> taps (Grid.IdxZ) has groups of its own, and y has a copy for each, which
    /// <see cref="SumParts"/> adds up. Bound by arithmetic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void Tiled<TTile>(
        ArrayView<float> x, ArrayView<float> weight, [MayAlias] ArrayView<float> bias,
        [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, ConvolutionShape d, ConvolutionTarget target, int tapsEach)
        where TTile : struct, IConvolutionTile
    {
        var tiles = SharedMemory.Allocate<Float4>(4 * SharedTile.Depth * TTile.Pitch);
        var fragments = SharedMemory.Allocate<float>(TTile.Fragments);
        var taps = SharedMemory.Allocate<Float4>(DepthTable.Length);
        var pixels = SharedMemory.Allocate<Float4>(TTile.Size);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        int firstTap = Grid.IdxZ * tapsEach, count = Math.Min(tapsEach, d.Taps - firstTap);
        int skipped = DepthTable.Skipped<TTile>(count), all = skipped + count, start = 0, table = 0;
        if (item < TTile.Size) pixels[item] = Pixel(Grid.IdxX * TTile.Size + item, d, target);
        FindTaps<TTile>(taps, item, 0, skipped, all, firstTap - skipped, d);
        StagedRows filters;
        StagedRows.Share<TTile>(out filters, weight, item, 1, Grid.IdxY * TTile.Size, d.K, d.Taps);
        TileSums sums;
        TileSums.Clear(out sums);
        Group.Barrier();

        int line = item % (TTile.Size / 4), k = item / (TTile.Size / 4);
        int to = StagedElements.Place<TTile>(k, line);
        Sight pixel0, pixel1, pixel2, pixel3;
        Sight.Unpack(out pixel0, pixels[line]);
        Sight.Unpack(out pixel1, pixels[line + TTile.Size / 4]);
        Sight.Unpack(out pixel2, pixels[line + TTile.Size / 2]);
        Sight.Unpack(out pixel3, pixels[line + 3 * TTile.Size / 4]);
        FourSights own;
        FourSights.Of(out own, x, pixel0, pixel1, pixel2, pixel3);
        var ownTaps = taps.SubView(k);
        var fromA = tiles.SubView(SharedTile.PlaceA<TTile>(item));
        var fromB = tiles.SubView(SharedTile.PlaceB<TTile>(item));
        var toA = tiles.Cast<float>().SubView(filters.To);
        var toB = tiles.Cast<float>().SubView(to);
        StagedStep nextA, nextB;
        Gather<TTile>(out nextB, x, ref own, ownTaps[0], Second<TTile>(ownTaps, 0));
        StagedRows.LoadFirst<TTile>(out nextA, ref filters, weight, firstTap, skipped);
        SharedTile.PutRows<TTile>(toA, 0, nextA);
        SharedTile.PutColumns<TTile>(toB, 0, nextB);
        Group.Barrier();
        for (int chunk = 0; chunk < all; chunk += DepthTable.Chunk)
        {
            FindTaps<TTile>(taps, item, chunk + DepthTable.Chunk, 0, all, firstTap - skipped, d);
            int end = DepthBlocks.Anew(DepthTable.Start(Math.Min(chunk + DepthTable.Chunk, all)));
            while (table != end)
            {
                table = DepthTable.Next(table, TTile.StepDepth);
                LoadStep<TTile>(out nextA, out nextB, x, weight, ref own, ref filters, ownTaps, table);
                SharedTile.MultiplyAdd<TTile>(fromA, fromB, fragments, start, ref sums);
                start = SharedTile.OtherStage<TTile>(start);
                SharedTile.PutRows<TTile>(toA, start, nextA);
                SharedTile.PutColumns<TTile>(toB, start, nextB);
                Group.Barrier();
            }
        }

        item = DepthBlocks.Anew(item);
        TileSums.Arrange<TTile>(ref sums);
        int filter = Grid.IdxY * TTile.Size + TileSums.Row<TTile>(item), column = TileSums.Column<TTile>(item);
        int below = filter + TileSums.RowsBelow<TTile>(), right = column + TileSums.ColumnsRight<TTile>();
        int belowAt = column + TileSums.ColumnsBelow<TTile>(), lastAt = right + TileSums.ColumnsBelow<TTile>();
        Finish<TTile>(bias, residual, y, pixels, filter, column, ref sums.First, d, target);
        Finish<TTile>(bias, residual, y, pixels, below, belowAt, ref sums.Below, d, target);
        if (TTile.ItemColumns > 4)
        {
            Finish<TTile>(bias, residual, y, pixels, filter, right, ref sums.Right, d, target);
            Finish<TTile>(bias, residual, y, pixels, below, lastAt, ref sums.Last, d, target);
        }
    }

    /// <summary>What a pixel sees through tap 0, and where its result of filter 0 goes; -1 where it is none.</summary>
    static Float4 Pixel(int pixel, ConvolutionShape d, ConvolutionTarget target)
    {
        int image = pixel / d.Pixels, p = pixel / d.Q % d.P, q = pixel % d.Q;
        bool exists = image < d.N;
        Sight sight;
        Sight.OfPixel(out sight, image, p, q, exists, ahead: 0, d);
        int result = (Grid.IdxZ * d.N + image) * d.K * target.H * target.W + target.At(p, q);
        return Sight.Pack(sight, exists ? result : -1);
    }

    /// <summary>
    /// Where a chunk of the depth looks, and where its step begins in a filter: <paramref name="skipped"/> of
    /// <paramref name="all"/> are no taps, and depth 0 would be <paramref name="firstTap"/>.
    /// </summary>
    static void FindTaps<TTile>(
        ArrayView<Float4> taps, int item, int chunk, int skipped, int all, int firstTap, ConvolutionShape d)
        where TTile : struct, ITile
    {
        for (int i = chunk + item; i < chunk + DepthTable.Chunk; i += TTile.GroupX * TTile.GroupY)
        {
            bool exists = i >= skipped && i < all;
            Sight sight;
            Sight.OfTap(out sight, exists ? firstTap + i : 0, exists, ahead: 0, d);
            taps[DepthTable.Place(i)] = Sight.Pack(sight, firstTap + i - i % TTile.StepDepth);
        }
    }

    /// <summary>
    /// A step's elements of the filters and of the images, at taps that the table has the places of. What nobody
    /// multiplies behind the last step is not read.
    /// </summary>
    static void LoadStep<TTile>(
        out StagedStep rows, out StagedStep columns, ArrayView<float> x, ArrayView<float> weight, ref FourSights own,
        ref StagedRows filters, ArrayView<Float4> taps, int table)
        where TTile : struct, ITile
    {
        Float4 first = StageMemory.Load(taps, table, 0), second = Second<TTile>(taps, table);
        Sight tap;
        Sight.Unpack(out tap, first);
        int place = Sight.Other(first);
        StagedRows.Load<TTile>(out rows, ref filters, weight, place, place, TTile.StepDepth / 2, tap.Bits);
        Gather<TTile>(out columns, x, ref own, first, second);
    }

    /// <summary>Where the depth half a step further looks, for an item that stages two.</summary>
    static Float4 Second<TTile>(ArrayView<Float4> depths, int table) where TTile : struct, ITile
    {
        if (StagedElements.Depths<TTile>() < TTile.StepDepth)
            return StageMemory.Load(depths, table, TTile.StepDepth / 2);
        return new(0f, 0f, 0f, 0f);
    }

    /// <summary>
    /// What an item's four pixels see through a step's taps, or a step's pixels through its four taps.
    /// </summary>
    static void Gather<TTile>(
        out StagedStep step, ArrayView<float> x, ref FourSights own, Float4 first, Float4 second)
        where TTile : struct, ITile
    {
        step.First = FourSights.Elements(x, ref own, first);
        step.Second = step.First;
        if (StagedElements.Depths<TTile>() < TTile.StepDepth) step.Second = FourSights.Elements(x, ref own, second);
    }

    /// <summary>
    /// y from the parts of a convolution, [part] and then as y; one item a result. Reads 4 bytes a part and element.
    /// </summary>
    [Kernel]
    public static void SumParts(
        Index1D i, ArrayView<float> sums, [MayAlias] ArrayView<float> bias, [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, ConvolutionShape d, ConvolutionTarget target, int parts)
    {
        int plane = i / d.Pixels, pixel = i % d.Pixels, size = target.H * target.W;
        int at = target.At(pixel / d.Q, pixel % d.Q), all = d.N * d.K * size;
        float sum = 0f;
        for (int part = 0; part < parts; part++)
            sum += sums[part * all + plane * size + at];
        float shift = target.HasBias != 0 ? bias[plane % d.K] : 0f;
        Finish(residual, y, at, plane * size, sum, shift, target);
    }

    /// <summary>
    /// A filter's taps for the way back: y[c, k, j, l] = w[k, c, firstR + (lines - 1 - j) stepR,
    /// firstS + (columns - 1 - l) stepS]. One item the taps of a filter (X) and a channel (Y).
    /// </summary>
    [Kernel]
    public static void FlipTaps(
        Index2D i, ArrayView<float> weight, ArrayView<float> y, ConvolutionShape d, TapSubset taps)
    {
        int from = (i.X * d.C + i.Y) * d.R * d.S, to = (i.Y * d.K + i.X) * taps.Lines * taps.Columns;
        for (int j = 0; j < taps.Lines; j++)
            for (int l = 0; l < taps.Columns; l++)
            {
                int r = taps.FirstR + (taps.Lines - 1 - j) * taps.StepR,
                    s = taps.FirstS + (taps.Columns - 1 - l) * taps.StepS;
                y[to + j * taps.Columns + l] = weight[from + r * d.S + s];
            }
    }

    /// <summary>dy = 0 where the output of a ReLU is not above 0, in place.</summary>
    [Kernel]
    public static void CutRelu(Index1D i, ArrayView<float> y, ArrayView<float> dy)
    {
        dy[i] = y[i] > 0f ? dy[i] : 0f;
    }

    static void Finish<TTile>(
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<float> y, ArrayView<Float4> pixels, int k, int to,
        ref Quad sums, ConvolutionShape d, ConvolutionTarget target)
        where TTile : struct, ITile
    {
        int step = TileSums.RowStep<TTile>();
        FinishRow<TTile>(bias, residual, y, pixels, k, to, sums.Row0, d, target);
        FinishRow<TTile>(bias, residual, y, pixels, k + step, to, sums.Row1, d, target);
        FinishRow<TTile>(bias, residual, y, pixels, k + 2 * step, to, sums.Row2, d, target);
        FinishRow<TTile>(bias, residual, y, pixels, k + 3 * step, to, sums.Row3, d, target);
    }

    static void FinishRow<TTile>(
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<float> y, ArrayView<Float4> pixels, int k, int to,
        Float4 sums, ConvolutionShape d, ConvolutionTarget target)
        where TTile : struct, ITile
    {
        if (k >= d.K) return;
        float shift = target.HasBias != 0 ? bias[k] : 0f;
        int plane = k * target.H * target.W, step = TileSums.ColumnStep<TTile>();
        Finish(residual, y, Sight.Other(pixels[to]), plane, sums.X, shift, target);
        Finish(residual, y, Sight.Other(pixels[to + step]), plane, sums.Y, shift, target);
        Finish(residual, y, Sight.Other(pixels[to + 2 * step]), plane, sums.Z, shift, target);
        Finish(residual, y, Sight.Other(pixels[to + 3 * step]), plane, sums.W, shift, target);
    }

    static void Finish(
        ArrayView<float> residual, ArrayView<float> y, int result, int plane, float sum, float shift,
        ConvolutionTarget target)
    {
        if (result < 0) return;
        int at = result + plane;
        float value = (target.Accumulate != 0 ? y[at] + sum : sum) + shift;
        if (target.HasResidual != 0) value += residual[at];
        y[at] = target.Clips != 0 ? target.Clip(value) : value;
    }
}
