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
    /// stages the same four filters and four taps in every step; beyond the last it repeats that. Where the pixels look
    /// is worked out 64 at a time; the first step has what they leave beyond whole steps. Bound by arithmetic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void BackwardWeight<TTile>(
        ArrayView<float> x, ArrayView<float> dy, ArrayView<float> parts, ConvolutionShape d, int pixelsEach,
        int accumulate)
        where TTile : struct, ITapTile
    {
        var tiles = SharedMemory.Allocate<Float4>(4 * SharedTile.Depth * TTile.Pitch);
        var fragments = SharedMemory.Allocate<float>(TTile.Fragments);
        var pixels = SharedMemory.Allocate<Float4>(DepthTable.Length);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        int firstPixel = Grid.IdxZ * pixelsEach, count = Math.Min(pixelsEach, d.N * d.Pixels - firstPixel);
        int skipped = DepthTable.Skipped<TTile>(count), all = skipped + count, start = 0, table = 0;
        int kB = item % StagedElements.Depths<TTile>();
        int line = item / StagedElements.Depths<TTile>(), tap = Grid.IdxX * TTile.Size + line;
        int to = StagedElements.Place<TTile>(kB, line);
        FindPixels<TTile>(pixels, item, 0, skipped, all, firstPixel - skipped, d);
        Sight tap0, tap1, tap2, tap3;
        FindTap(out tap0, tap, d);
        FindTap(out tap1, tap + TTile.Size / 4, d);
        FindTap(out tap2, tap + TTile.Size / 2, d);
        FindTap(out tap3, tap + 3 * TTile.Size / 4, d);
        FourSights own;
        FourSights.Of(out own, x, tap0, tap1, tap2, tap3);
        StagedRows filters;
        StagedRows.Share<TTile>(out filters, dy, item, 0, Grid.IdxY * TTile.Size, d.K, d.Pixels);
        TileSums sums;
        TileSums.Clear(out sums);
        Group.Barrier();

        var rowPixels = pixels.SubView(filters.K);
        var ownPixels = pixels.SubView(kB);
        var fromA = tiles.SubView(SharedTile.PlaceA<TTile>(item));
        var fromB = tiles.SubView(SharedTile.PlaceB<TTile>(item));
        var toA = tiles.Cast<float>().SubView(filters.To);
        var toB = tiles.Cast<float>().SubView(to);
        StagedStep nextA, nextB;
        LoadStep<TTile>(out nextA, out nextB, x, dy, ref own, ref filters, ownPixels, rowPixels, table);
        Skip<TTile>(ref nextA, filters.K, skipped);
        SharedTile.PutRows<TTile>(toA, 0, nextA);
        SharedTile.PutColumns<TTile>(toB, 0, nextB);
        Group.Barrier();
        for (int chunk = 0; chunk < all; chunk += DepthTable.Chunk)
        {
            FindPixels<TTile>(pixels, item, chunk + DepthTable.Chunk, 0, all, firstPixel - skipped, d);
            int end = DepthBlocks.Anew(DepthTable.Start(Math.Min(chunk + DepthTable.Chunk, all)));
            while (table != end)
            {
                table = DepthTable.Next(table, TTile.StepDepth);
                LoadStep<TTile>(out nextA, out nextB, x, dy, ref own, ref filters, ownPixels, rowPixels, table);
                SharedTile.MultiplyAdd<TTile>(fromA, fromB, fragments, start, ref sums);
                start = SharedTile.OtherStage<TTile>(start);
                SharedTile.PutRows<TTile>(toA, start, nextA);
                SharedTile.PutColumns<TTile>(toB, start, nextB);
                Group.Barrier();
            }
        }

        item = DepthBlocks.Anew(item);
        TileSums.Arrange<TTile>(ref sums);
        int filter = Grid.IdxY * TTile.Size + TileSums.Row<TTile>(item);
        int column = Grid.IdxX * TTile.Size + TileSums.Column<TTile>(item);
        int below = filter + TileSums.RowsBelow<TTile>(), right = column + TileSums.ColumnsRight<TTile>();
        int belowAt = column + TileSums.ColumnsBelow<TTile>(), lastAt = right + TileSums.ColumnsBelow<TTile>();
        WriteParts<TTile>(parts, filter, column, ref sums.First, d, accumulate);
        WriteParts<TTile>(parts, below, belowAt, ref sums.Below, d, accumulate);
        if (TTile.ItemColumns > 4)
        {
            WriteParts<TTile>(parts, filter, right, ref sums.Right, d, accumulate);
            WriteParts<TTile>(parts, below, lastAt, ref sums.Last, d, accumulate);
        }
    }

    /// <summary>
    /// A step's elements of the output's gradient and of the images, at pixels that the table has the places of.
    /// </summary>
    static void LoadStep<TTile>(
        out StagedStep rows, out StagedStep columns, ArrayView<float> x, ArrayView<float> dy, ref FourSights own,
        ref StagedRows filters, ArrayView<Float4> ownPixels, ArrayView<Float4> rowPixels, int table)
        where TTile : struct, ITile
    {
        Float4 first = StageMemory.Load(ownPixels, table, 0), second = Second<TTile>(ownPixels, table);
        Gather<TTile>(out columns, x, ref own, first, second);
        // An item's depth is the same in both operands, but for quads.
        Float4 place = TTile.RowStaging == Staging.Quads ? StageMemory.Load(rowPixels, table, 0) : first;
        StagedRows.Load<TTile>(out rows, ref filters, dy, Sight.Other(place), Sight.Other(second), 0, 0);
    }

    /// <summary>0 in the place of what the first step skips.</summary>
    static void Skip<TTile>(ref StagedStep rows, int k, int skipped) where TTile : struct, ITile
    {
        int further = TTile.RowStaging == Staging.Quads ? k : k + TTile.StepDepth / 2;
        if (k < skipped) rows.First = new(0f, 0f, 0f, 0f);
        if (further < skipped) rows.Second = new(0f, 0f, 0f, 0f);
    }

    static void FindTap(out Sight sight, int tap, ConvolutionShape d)
    {
        Sight.OfTap(out sight, Math.Min(tap, d.Taps - 1), true, Sight.Padding(d), d);
    }

    /// <summary>
    /// Where a chunk of the depth looks, and where its gradient of filter 0 lies: <paramref name="skipped"/> of
    /// <paramref name="all"/> are no pixels, and depth 0 would be <paramref name="firstPixel"/>.
    /// </summary>
    static void FindPixels<TTile>(
        ArrayView<Float4> pixels, int item, int chunk, int skipped, int all, int firstPixel, ConvolutionShape d)
        where TTile : struct, ITile
    {
        for (int i = chunk + item; i < chunk + DepthTable.Chunk; i += TTile.GroupX * TTile.GroupY)
        {
            bool exists = i >= skipped && i < all;
            int pixel = exists ? firstPixel + i : 0, image = pixel / d.Pixels, inner = pixel % d.Pixels;
            Sight sight;
            Sight.OfPixel(out sight, image, inner / d.Q, inner % d.Q, exists, Sight.Padding(d), d);
            pixels[DepthTable.Place(i)] = Sight.Pack(sight, exists ? image * d.K * d.Pixels + inner : 0);
        }
    }

    static void WriteParts<TTile>(
        ArrayView<float> parts, int filter, int tap, ref Quad sums, ConvolutionShape d, int accumulate)
        where TTile : struct, ITapTile
    {
        int step = TileSums.RowStep<TTile>();
        WritePart<TTile>(parts, filter, tap, sums.Row0, d, accumulate);
        WritePart<TTile>(parts, filter + step, tap, sums.Row1, d, accumulate);
        WritePart<TTile>(parts, filter + 2 * step, tap, sums.Row2, d, accumulate);
        WritePart<TTile>(parts, filter + 3 * step, tap, sums.Row3, d, accumulate);
    }

    static void WritePart<TTile>(
        ArrayView<float> parts, int filter, int tap, Float4 sums, ConvolutionShape d, int accumulate)
        where TTile : struct, ITapTile
    {
        if (filter >= d.K) return;
        int at = (Grid.IdxZ * d.K + filter) * d.Taps + tap, step = TileSums.ColumnStep<TTile>();
        if (tap < d.Taps) GemmKernels.Write(parts, at, sums.X, accumulate);
        if (tap + step < d.Taps) GemmKernels.Write(parts, at + step, sums.Y, accumulate);
        if (tap + 2 * step < d.Taps) GemmKernels.Write(parts, at + 2 * step, sums.Z, accumulate);
        if (tap + 3 * step < d.Taps) GemmKernels.Write(parts, at + 3 * step, sums.W, accumulate);
    }
}
