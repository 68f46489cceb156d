using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Convolutions as implicit matrix products on a device that is itself a CPU: one item gathers what a tile needs of the
/// images into shared memory, which is the core's own cache, and multiplies it there (<see cref="PanelTile"/>). No
/// matrix of columns is written. Bound by arithmetic. Deterministic.
/// </summary>
public static partial class ConvolutionPanelKernels
{
    /// <summary>
    /// Taps that are gathered at a time by <see cref="Multiply"/>: 30 KiB with their 32 pixels. OpenCL 1.2 promises 32.
    /// </summary>
    public const int Depth = 240;

    /// <summary>A group's taps and the pixels it gathers at a time in <see cref="BackwardWeight"/>: 28 KiB.</summary>
    public const int WeightTaps = 32, WeightPixels = 224;

    /// <summary>Pixels that an item of <see cref="PackGradient"/> takes.</summary>
    public const int PackPixels = 16;

    const int Columns = PanelTile.Columns;

    /// <summary>
    /// y = W x gathered: the product of the filters (K x C R S) and what each pixel sees. Grid.IdxX counts 32 pixels,
    /// over all images; Grid.IdxY blocks of <paramref name="rowsEach"/> filters. Depths above 240 go on from y step by
    /// step: the sum of a result stays one chain.
    /// </summary>
    [Kernel(1)]
    public static void Multiply(
        ArrayView<float> x, ArrayView<float> weight, [MayAlias] ArrayView<float> bias,
        [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, ConvolutionShape d, FilterLayout filters, ConvolutionTarget target, int rowsEach)
    {
        var panel = SharedMemory.Allocate<float>(Depth * Columns);
        var at = SharedMemory.Allocate<int>(Columns);
        var lines = SharedMemory.Allocate<int>(Columns);
        var columns = SharedMemory.Allocate<int>(Columns);
        var inside = SharedMemory.Allocate<int>(Columns);
        var results = SharedMemory.Allocate<int>(Columns);
        var tile = SharedMemory.Allocate<float>(PanelTile.Rows * Columns);
        var sums = LocalMemory.Allocate<Lanes16>(PanelTile.Rows * 2);
        int first = Grid.IdxX * Columns, count = Math.Min(Columns, d.N * d.Pixels - first);
        int firstRow = Grid.IdxY * rowsEach, endRow = Math.Min(firstRow + rowsEach, d.K);
        int length = d.N * d.C * d.H * d.W, plane = target.H * target.W, window = d.R * d.S;
        PixelTable.Fill(at, lines, columns, first, Columns, d);
        for (int j = 0; j < count; j++)
        {
            int pixel = first + j;
            results[j] = pixel / d.Pixels * d.K * plane + target.At(pixel / d.Q % d.P, pixel % d.Q);
        }
        bool isRun = count == Columns && results[Columns - 1] - results[0] == Columns - 1;

        // Rows and pixels that do not exist are 0 where sums come back from the tile.
        PanelTile.Clear(sums);
        PanelTile.Spill(sums, tile);
        int firstTap = 0;
        do      // without taps there are zeros to write
        {
            int depth = Math.Min(Depth, d.Taps - firstTap);
            for (int rs = 0; rs < window && depth > 0; rs++)
            {
                PixelTable.Mark(inside, lines, columns, Columns, rs, d);
                int shift = d.Shift(rs), c = (firstTap - rs + window - 1) / window;
                for (int tap = c * window + rs - firstTap; tap < depth; tap += window)
                {
                    PixelTable.Gather(x, length, at, inside, Columns, c * d.H * d.W + shift, panel, tap * Columns);
                    c++;
                }
            }
            bool isLast = firstTap + depth >= d.Taps;
            int adds = firstTap > 0 ? 0 : target.Accumulate;
            for (int k = firstRow; k < endRow; k += PanelTile.Rows)
            {
                int rows = Math.Min(PanelTile.Rows, d.K - k);
                if (firstTap == 0) PanelTile.Clear(sums);
                else if (isRun) PanelTile.Load(sums, d.K - k, y, results[0] + k * plane, plane);
                else
                {
                    for (int i = 0; i < rows; i++)
                        for (int j = 0; j < count; j++)
                            tile[i * Columns + j] = y[results[j] + (k + i) * plane];
                    PanelTile.Unspill(tile, sums);
                }
                int tap = 0;
                while (tap < depth)
                {
                    int run = (firstTap + tap) / filters.Run, place = firstTap + tap - run * filters.Run;
                    int taps = Math.Min(filters.Run - place, depth - tap);
                    PanelTile.Accumulate(
                        weight, filters.First + run * filters.RunStep + place * filters.Step, k, d.K, filters.Filter,
                        filters.Step, panel.SubView(tap * Columns, taps * Columns), taps, sums);
                    tap += taps;
                }
                if (isRun && !(isLast && target.Finishes))
                    PanelTile.Store(sums, d.K - k, y, results[0] + k * plane, plane, adds);
                else
                {
                    PanelTile.Spill(sums, tile);
                    for (int i = 0; i < rows; i++)
                    {
                        float shift = isLast && target.HasBias != 0 ? bias[k + i] : 0f;
                        for (int j = 0; j < count; j++)
                        {
                            int to = results[j] + (k + i) * plane;
                            float sum = tile[i * Columns + j], value = (adds != 0 ? y[to] + sum : sum) + shift;
                            if (isLast && target.HasResidual != 0) value += residual[to];
                            y[to] = isLast && target.Clips != 0 ? target.Clip(value) : value;
                        }
                    }
                }
            }
            firstTap += Depth;
        }
        while (firstTap < d.Taps);
    }

    /// <summary>
    /// Parts of the weight's gradient, [part][tap][filter] with the filters rounded up to 32: the products of what the
    /// pixels of a part see through each tap and their gradients, which are packed by <see cref="PackGradient"/>.
    /// Grid.IdxX counts 32 taps, Grid.IdxY the parts, of <paramref name="pixelsEach"/> pixels.
    /// </summary>
    [Kernel(1)]
    public static void BackwardWeight(
        ArrayView<float> x, ArrayView<float> packed, ArrayView<float> parts, ConvolutionShape d, int pixelsEach)
    {
        var rows = SharedMemory.Allocate<float>(WeightTaps * WeightPixels);
        var at = SharedMemory.Allocate<int>(WeightPixels);
        var lines = SharedMemory.Allocate<int>(WeightPixels);
        var columns = SharedMemory.Allocate<int>(WeightPixels);
        var inside = SharedMemory.Allocate<int>(WeightPixels);
        var sums = LocalMemory.Allocate<Lanes16>(PanelTile.Rows * 2);
        int pixels = d.N * d.Pixels, window = d.R * d.S, length = d.N * d.C * d.H * d.W;
        int firstTap = Grid.IdxX * WeightTaps, taps = Math.Min(WeightTaps, d.Taps - firstTap);
        int panels = (d.K + Columns - 1) / Columns, stride = panels * Columns;
        int start = Grid.IdxY * pixelsEach, end = Math.Min(start + pixelsEach, pixels);
        for (int first = start; first < end; first += WeightPixels)
        {
            int depth = Math.Min(WeightPixels, end - first);
            PixelTable.Fill(at, lines, columns, first, WeightPixels, d);
            for (int rs = 0; rs < window; rs++)
            {
                int shift = d.Shift(rs), c = (firstTap - rs + window - 1) / window, tap = c * window + rs - firstTap;
                if (tap >= taps) continue;
                PixelTable.Mark(inside, lines, columns, WeightPixels, rs, d);
                for (int t = tap; t < taps; t += window)
                {
                    PixelTable.Gather(
                        x, length, at, inside, WeightPixels, c * d.H * d.W + shift, rows, t * WeightPixels);
                    c++;
                }
            }
            for (int panel = 0; panel < panels; panel++)
                for (int t = 0; t < taps; t += PanelTile.Rows)
                {
                    PanelTile.Clear(sums);
                    PanelTile.Accumulate(
                        rows, 0, t, taps, WeightPixels, 1,
                        packed.SubView((panel * pixels + first) * Columns, depth * Columns),
                        depth, sums);
                    PanelTile.Store(
                        sums, taps - t, parts, (Grid.IdxY * d.Taps + firstTap + t) * stride + panel * Columns, stride,
                        first > start ? 1 : 0);
                }
        }
    }

    /// <summary>
    /// The output's gradient with 32 filters side by side, [32 filters][pixel of all images][filter], zeros beyond the
    /// last. One item 16 pixels (X) of 32 filters (Y) of an image (Z).
    /// </summary>
    [Kernel]
    public static void PackGradient(
        Index3D i, ArrayView<float> dy, ArrayView<float> packed, ConvolutionShape d)
    {
        int end = Math.Min((i.X + 1) * PackPixels, d.Pixels), firstFilter = i.Y * Columns;
        for (int pixel = i.X * PackPixels; pixel < end; pixel++)
        {
            int to = ((i.Y * d.N + i.Z) * d.Pixels + pixel) * Columns;
            for (int j = 0; j < Columns; j++)
                packed[to + j] = firstFilter + j < d.K ? dy[(i.Z * d.K + firstFilter + j) * d.Pixels + pixel] : 0f;
        }
    }

    /// <summary>
    /// dw[k, tap] = the sum of the parts of <see cref="BackwardWeight"/>, or adds it. One item a tap (X) of
    /// 16 filters (Y).
    /// </summary>
    [Kernel]
    public static void SumParts(
        Index2D i, ArrayView<float> parts, ArrayView<float> dw, int filters, int taps, int count, int accumulate)
    {
        int stride = (filters + Columns - 1) / Columns * Columns;
        for (int k = i.Y * Lanes16.Count; k < Math.Min((i.Y + 1) * Lanes16.Count, filters); k++)
        {
            float sum = accumulate != 0 ? dw[k * taps + i.X] : 0f;
            for (int part = 0; part < count; part++)
                sum += parts[(part * taps + i.X) * stride + k];
            dw[k * taps + i.X] = sum;
        }
    }
}
