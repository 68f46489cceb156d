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
    /// every step; where the step's taps look is worked out by the first items while the others still multiply. Bound
    /// by arithmetic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void Tiled<TTile>(
        ArrayView<float> x, ArrayView<float> weight, [MayAlias] ArrayView<float> bias,
        [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, ConvolutionShape d, ConvolutionTarget target, int images)
        where TTile : struct, ITile
    {
        var tileA = SharedMemory.Allocate<float>(TTile.K * TTile.M);
        var tileB = SharedMemory.Allocate<float>(TTile.K * TTile.N);
        var shifts = SharedMemory.Allocate<int>(TTile.K);
        var downs = SharedMemory.Allocate<int>(TTile.K);
        var rights = SharedMemory.Allocate<int>(TTile.K);
        var results = SharedMemory.Allocate<int>(TTile.N);
        var sums = LocalMemory.Allocate<float>(TTile.ItemM * TTile.ItemN);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX, column = item % TTile.N;
        int firstFilter = Grid.IdxY * TTile.M, pixel = Grid.IdxX * TTile.N + column;
        int image = pixel / d.Pixels, p = pixel / d.Q % d.P, q = pixel % d.Q, plane = target.H * target.W;
        bool exists = image < images;
        int line = exists ? d.Line(p, 0) : Nowhere, start = d.Column(q, 0);
        int from = exists ? (image * d.C * d.H + line) * d.W + start : 0;
        if (item < TTile.N) results[item] = exists ? image * d.K * plane + target.At(p, q) : -1;
        if (item < TTile.K) FindTap(shifts, downs, rights, item, item, d);
        for (int i = 0; i < TTile.ItemM * TTile.ItemN; i++)
            sums[i] = 0f;
        Group.Barrier();

        for (int firstTap = 0; firstTap < d.Taps; firstTap += TTile.K)
        {
            for (int i = 0; i < TTile.M * TTile.K; i += TTile.GroupX * TTile.GroupY)
            {
                int row = (item + i) / TTile.K, k = (item + i) % TTile.K;
                bool inside = firstFilter + row < d.K && firstTap + k < d.Taps;
                tileA[k * TTile.M + row] = inside ? weight[(firstFilter + row) * d.Taps + firstTap + k] : 0f;
            }
            for (int i = 0; i < TTile.K * TTile.N; i += TTile.GroupX * TTile.GroupY)
            {
                int k = (item + i) / TTile.N, h = line + downs[k], w = start + rights[k];
                tileB[item + i] = h >= 0 && h < d.H && w >= 0 && w < d.W ? x[from + shifts[k]] : 0f;
            }
            Group.Barrier();

            SharedTile.MultiplyAdd<TTile>(tileA, tileB, sums);
            if (item < TTile.K) FindTap(shifts, downs, rights, item, firstTap + TTile.K + item, d);
            Group.Barrier();   // the next step overwrites the tiles
        }

        for (int i = 0; i < TTile.ItemM; i++)
            for (int j = 0; j < TTile.ItemN; j++)
            {
                int k = firstFilter + Group.IdxY * TTile.ItemM + i, at = results[Group.IdxX * TTile.ItemN + j];
                if (k < d.K && at >= 0) Finish(bias, residual, y, k, at + k * plane, sums[i * TTile.ItemN + j], target);
            }
    }

    /// <summary>
    /// Parts of the weight's gradient, [part][filter][tap]: the product of the output's gradient (K x pixels) and
    /// what each pixel sees (pixels x C R S), over <paramref name="pixelsEach"/> pixels a part (Grid.IdxZ), so that a
    /// few small filters still fill the device. One group a tile of filters (Grid.IdxY) and taps (Grid.IdxX). Bound
    /// by arithmetic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void BackwardWeight<TTile>(
        ArrayView<float> x, ArrayView<float> dy, ArrayView<float> parts, ConvolutionShape d, int images, int pixelsEach,
        int accumulate)
        where TTile : struct, ITile
    {
        var tileA = SharedMemory.Allocate<float>(TTile.K * TTile.M);
        var tileB = SharedMemory.Allocate<float>(TTile.K * TTile.N);
        var starts = SharedMemory.Allocate<int>(TTile.K);
        var lines = SharedMemory.Allocate<int>(TTile.K);
        var columns = SharedMemory.Allocate<int>(TTile.K);
        var gradients = SharedMemory.Allocate<int>(TTile.K);
        var sums = LocalMemory.Allocate<float>(TTile.ItemM * TTile.ItemN);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX, tap = Grid.IdxX * TTile.N + item % TTile.N;
        int firstFilter = Grid.IdxY * TTile.M, first = Grid.IdxZ * pixelsEach;
        int end = Math.Min(first + pixelsEach, images * d.Pixels), rs = tap % (d.R * d.S);
        int shift = tap / (d.R * d.S) * d.H * d.W + d.Shift(rs);
        int down = tap < d.Taps ? rs / d.S * d.DilationH : Nowhere, right = rs % d.S * d.DilationW;
        if (item < TTile.K) FindPixel(starts, lines, columns, gradients, item, first + item, end, d);
        for (int i = 0; i < TTile.ItemM * TTile.ItemN; i++)
            sums[i] = 0f;
        Group.Barrier();

        for (int pixel = first; pixel < end; pixel += TTile.K)
        {
            for (int i = 0; i < TTile.M * TTile.K; i += TTile.GroupX * TTile.GroupY)
            {
                int row = (item + i) / TTile.K, k = (item + i) % TTile.K;
                bool inside = firstFilter + row < d.K && gradients[k] >= 0;
                tileA[k * TTile.M + row] = inside ? dy[gradients[k] + (firstFilter + row) * d.Pixels] : 0f;
            }
            for (int i = 0; i < TTile.K * TTile.N; i += TTile.GroupX * TTile.GroupY)
            {
                int k = (item + i) / TTile.N, h = lines[k] + down, w = columns[k] + right;
                tileB[item + i] = h >= 0 && h < d.H && w >= 0 && w < d.W ? x[starts[k] + shift] : 0f;
            }
            Group.Barrier();

            SharedTile.MultiplyAdd<TTile>(tileA, tileB, sums);
            if (item < TTile.K) FindPixel(starts, lines, columns, gradients, item, pixel + TTile.K + item, end, d);
            Group.Barrier();   // the next step overwrites the tiles
        }

        for (int i = 0; i < TTile.ItemM; i++)
            for (int j = 0; j < TTile.ItemN; j++)
            {
                int k = firstFilter + Group.IdxY * TTile.ItemM + i;
                int to = Grid.IdxX * TTile.N + Group.IdxX * TTile.ItemN + j, at = (Grid.IdxZ * d.K + k) * d.Taps + to;
                if (k < d.K && to < d.Taps)
                    parts[at] = accumulate != 0 ? parts[at] + sums[i * TTile.ItemN + j] : sums[i * TTile.ItemN + j];
            }
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

    static void FindTap(
        ArrayView<int> shifts, ArrayView<int> downs, ArrayView<int> rights, int place, int tap, ConvolutionShape d)
    {
        int rs = tap % (d.R * d.S);
        shifts[place] = tap / (d.R * d.S) * d.H * d.W + d.Shift(rs);
        downs[place] = tap < d.Taps ? rs / d.S * d.DilationH : Nowhere;
        rights[place] = rs % d.S * d.DilationW;
    }

    static void FindPixel(
        ArrayView<int> starts, ArrayView<int> lines, ArrayView<int> columns, ArrayView<int> gradients, int place,
        int pixel,
        int end, ConvolutionShape d)
    {
        int image = pixel / d.Pixels, inner = pixel % d.Pixels, line = d.Line(inner / d.Q, 0),
            column = d.Column(inner % d.Q, 0);
        bool exists = pixel < end;
        lines[place] = exists ? line : Nowhere;
        columns[place] = column;
        starts[place] = exists ? (image * d.C * d.H + line) * d.W + column : 0;
        gradients[place] = exists ? image * d.K * d.Pixels + inner : -1;
    }

    static void Finish(
        ArrayView<float> bias, ArrayView<float> residual, ArrayView<float> y, int k, int at, float sum,
        ConvolutionTarget target)
    {
        float value = target.Accumulate != 0 ? y[at] + sum : sum;
        if (target.HasBias != 0) value += bias[k];
        if (target.HasResidual != 0) value += residual[at];
        y[at] = target.Relu != 0 ? MathF.Max(value, 0f) : value;
    }
}
