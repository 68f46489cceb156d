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
    // Far outside of every image, however a tap moves it.
    const int Nowhere = -(1 << 28);

    /// <summary>
    /// y = W x gathered: the product of the filters (K x C R S) and what each pixel sees, one group a tile of filters
    /// (Grid.IdxY) and pixels (Grid.IdxX), one item a small tile of that in registers. An item stages the same pixel in
    /// every step; where a step's taps look is worked out by the first items while the others still multiply. Where few
    /// tiles would leave the device idle, each part of <paramref name="tapsEach"/> taps (Grid.IdxZ) has groups of its
    /// own, and y has a copy for each, which <see cref="SumParts"/> adds up. Bound by arithmetic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void Tiled<TTile>(
        ArrayView<float> x, ArrayView<float> weight, [MayAlias] ArrayView<float> bias,
        [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, ConvolutionShape d, ConvolutionTarget target, int tapsEach)
        where TTile : struct, ITile
    {
        var tileA = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * (TTile.Size / 4 + 1));
        var tileB = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * (TTile.Size / 4 + 1));
        var fragments = SharedMemory.Allocate<float>(TTile.Fragments);
        var taps = SharedMemory.Allocate<Tap>(2 * SharedTile.Depth);
        var results = SharedMemory.Allocate<int>(TTile.Size);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX, column = item % TTile.Size, firstK = item / TTile.Size;
        int firstTap = Grid.IdxZ * tapsEach, count = Math.Min(tapsEach, d.Taps - firstTap);
        int place = firstK * (TTile.Size + 4) + column, step = 2 * (TTile.Size + 4);
        int pixel = Grid.IdxX * TTile.Size + column, image = pixel / d.Pixels, p = pixel / d.Q % d.P, q = pixel % d.Q;
        bool exists = image < d.N;
        int line = exists ? d.Line(p, 0) : Nowhere, start = d.Column(q, 0);
        int from = exists ? (image * d.C * d.H + line) * d.W + start : 0;
        if (item < TTile.Size)
            results[item] = exists ? (Grid.IdxZ * d.N + image) * d.K * target.H * target.W + target.At(p, q) : -1;
        if (item < 2 * SharedTile.Depth) Tap.Find(out taps[item], firstTap + item, d);
        StagedElements filters;
        StagedElements.Share<TTile>(out filters, item, firstTap, Grid.IdxY * TTile.Size, d.K, d.Taps, 1);
        TileSums sums;
        TileSums.Clear(out sums);
        Group.Barrier();

        int stage = 0;
        Float4 nextA = StagedElements.Load(ref filters, weight, 0, count);
        Float4 nextB = Seen(x, taps, firstK, count - firstK, line, start, from, d);
        SharedTile.Put<TTile>(tileA, stage, filters.Place, TTile.Size / 4, nextA);
        SharedTile.Put<TTile>(tileB, stage, place, step, nextB);
        Group.Barrier();
        for (int tap = SharedTile.Depth; tap < count + SharedTile.Depth; tap += SharedTile.Depth)
        {
            nextA = StagedElements.Load(ref filters, weight, tap, count - tap);
            nextB = Seen(
                x, taps, (1 - stage) * SharedTile.Depth + firstK, count - tap - firstK, line, start, from, d);
            SharedTile.MultiplyAdd<TTile>(tileA, tileB, fragments, stage, ref sums);
            if (item < SharedTile.Depth)
                Tap.Advance(ref taps[stage * SharedTile.Depth + item], 2 * SharedTile.Depth, d);
            stage = 1 - stage;
            SharedTile.Put<TTile>(tileA, stage, filters.Place, TTile.Size / 4, nextA);
            SharedTile.Put<TTile>(tileB, stage, place, step, nextB);
            Group.Barrier();
        }

        TileSums.Arrange<TTile>(ref sums);
        int k = Grid.IdxY * TTile.Size + TileSums.Row<TTile>(item), to = TileSums.Column<TTile>(item);
        int below = k + TileSums.RowsBelow<TTile>(), right = to + TileSums.ColumnsRight<TTile>();
        Finish(bias, residual, y, results, k, to, ref sums.First, d, target);
        if (TTile.ItemRows > 4)
            Finish(bias, residual, y, results, below, to + TileSums.ColumnsBelow<TTile>(), ref sums.Below, d, target);
        if (TTile.ItemColumns > 4)
        {
            Finish(bias, residual, y, results, k, right, ref sums.Right, d, target);
            Finish(bias, residual, y, results, below, right + TileSums.ColumnsBelow<TTile>(), ref sums.Last, d, target);
        }
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

    /// <summary>What a pixel sees through every second of eight taps, of which <paramref name="left"/> exist.</summary>
    static Float4 Seen(
        ArrayView<float> x, ArrayView<Tap> taps, int first, int left, int line, int column, int from,
        ConvolutionShape d) => new(
        See(x, taps[first], 0 < left, line, column, from, d), See(x, taps[first + 2], 2 < left, line, column, from, d),
        See(x, taps[first + 4], 4 < left, line, column, from, d),
        See(x, taps[first + 6], 6 < left, line, column, from, d));

    /// <summary>
    /// What the pixel that sees element <paramref name="from"/> through tap 0, at that line and column, sees through a
    /// tap: 0 outside of the image. As unsigned numbers places before the first are too large as well.
    /// </summary>
    static float See(
        ArrayView<float> x, Tap tap, bool exists, int line, int column, int from, ConvolutionShape d)
    {
        int h = line + tap.Down, w = column + tap.Right;
        return exists && unchecked((uint)h < (uint)d.H && (uint)w < (uint)d.W) ? x[from + tap.Shift] : 0f;
    }

    static void Finish(
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<float> y, ArrayView<int> results, int k, int to,
        ref Quad sums, ConvolutionShape d, ConvolutionTarget target)
    {
        FinishRow(bias, residual, y, results, k, to, sums.Row0, d, target);
        FinishRow(bias, residual, y, results, k + 1, to, sums.Row1, d, target);
        FinishRow(bias, residual, y, results, k + 2, to, sums.Row2, d, target);
        FinishRow(bias, residual, y, results, k + 3, to, sums.Row3, d, target);
    }

    static void FinishRow(
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<float> y, ArrayView<int> results, int k, int to,
        Float4 sums, ConvolutionShape d, ConvolutionTarget target)
    {
        if (k >= d.K) return;
        float shift = target.HasBias != 0 ? bias[k] : 0f;
        int plane = k * target.H * target.W;
        Finish(residual, y, results[to], plane, sums.X, shift, target);
        Finish(residual, y, results[to + 1], plane, sums.Y, shift, target);
        Finish(residual, y, results[to + 2], plane, sums.Z, shift, target);
        Finish(residual, y, results[to + 3], plane, sums.W, shift, target);
    }

    static void Finish(
        ArrayView<float> residual, ArrayView<float> y, int result, int plane, float sum, float shift,
        ConvolutionTarget target)
    {
        if (result < 0) return;
        int at = result + plane;
        float value = (target.Accumulate != 0 ? y[at] + sum : sum) + shift;
        if (target.HasResidual != 0) value += residual[at];
        y[at] = target.Relu != 0 ? MathF.Max(value, 0f) : value;
    }
}
