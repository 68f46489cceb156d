using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Images of C channels of H x W, with padding PaddedH x PaddedW; K filters of R x S; a map of P x Q windows.
/// </summary>
public readonly record struct ReluPoolGradientDims(
    int Images, int C, int H, int W, int K, int R, int S, int P, int Q, int Top, int Left, int PaddedH, int PaddedW);

/// <summary>What <see cref="ReluPoolGradientKernels.Filters"/> sums.</summary>
/// <param name="Parts">The parts of the batch: at most <see cref="ReluPoolGradientKernels.MostParts"/>.</param>
/// <param name="Weights">Sums over neighbouring taps; 0 where nobody wants the filters' gradient.</param>
/// <param name="Biases">The filters; 0 where nobody wants the bias's.</param>
/// <param name="AddsToWeight">Not 0: adds to dw.</param>
/// <param name="AddsToBias">Not 0: adds to db.</param>
public readonly record struct ReluPoolSums(int Parts, int Weights, int Biases, int AddsToWeight, int AddsToBias);

/// <summary>
/// The gradients of convolution + bias + ReLU + 2 x 2 max pool. One pixel of a window has a gradient, or none, so no
/// map of gradients is made: these kernels go from window to window. Images are turned to [image][line][pixel][channel]
/// with their padding, where the taps of a line and their channels are neighbours. Every sum is one chain of fused
/// multiply-adds in a fixed order, the CPU backend's: both give the same bits.
/// </summary>
public static partial class ReluPoolGradientKernels
{
    /// <summary>The most parts of a batch that <see cref="Filters"/> sums.</summary>
    public const int MostParts = 32;

    const int Cut = 4;

    /// <summary>
    /// map = x with its padding, channels last; taps[k, r, s, c] = weight[k, c, r, s]. One item a pixel, the first
    /// <paramref name="pixels"/> of them, or a tap of a filter. Pixels past the last image are zeros, for what reads
    /// over the end.
    /// </summary>
    [Kernel]
    public static void ChannelsLast(
        Index1D i, ArrayView<float> x, ArrayView<float> map, [MayAlias] ArrayView<float> weight,
        [MayAlias] ArrayView<float> taps, ReluPoolGradientDims d, int pixels)
    {
        if (i < pixels)
        {
            int w = i % d.PaddedW - d.Left, h = i / d.PaddedW % d.PaddedH - d.Top, n = i / (d.PaddedW * d.PaddedH);
            bool inside = n < d.Images && h >= 0 && h < d.H && w >= 0 && w < d.W;
            for (int c = 0; c < d.C; c++)
                map[i * d.C + c] = inside ? x[((n * d.C + c) * d.H + h) * d.W + w] : 0f;
        }
        else
        {
            int tap = i - pixels, window = d.R * d.S, rs = tap % window, k = tap / window;
            for (int c = 0; c < d.C; c++)
                taps[tap * d.C + c] = weight[(k * d.C + c) * window + rs];
        }
    }

    /// <summary>
    /// dw[k, c, r, s] = the sum over windows of dy times the input under the tap, db[k] = that of dy over the windows
    /// that ReLU has not cut; or adds them. Each is summed over the images of a part of the batch, then over the parts,
    /// which meet in shared memory. A group's items along X take neighbours of a line of taps [s][c] of a filter, or a
    /// bias, those along Y the parts in turn. 2 FLOPs a window, tap and channel. Deterministic.
    /// </summary>
    [Kernel(GroupOf = nameof(TLanes))]
    public static void Filters<TLanes>(
        ArrayView<float> map, ArrayView<int> places, ArrayView<float> dy, [MayAlias] ArrayView<float> dw,
        [MayAlias] ArrayView<float> db, ReluPoolGradientDims d, ReluPoolSums sums)
        where TLanes : struct, ILanes
    {
        var parts = SharedMemory.Allocate<float>(MostParts * TLanes.GroupX * TLanes.Count);
        int unit = Grid.IdxX * TLanes.GroupX + Group.IdxX, width = TLanes.GroupX * TLanes.Count;
        int own = Group.IdxX * TLanes.Count, blocks = LineBlocks<TLanes>(d);
        int first = unit % blocks * TLanes.Count, r = unit / blocks % d.R, k = unit / (blocks * d.R);
        for (int part = Group.IdxY; part < sums.Parts; part += TLanes.GroupY)
        {
            int from = d.Images * part / sums.Parts, to = d.Images * (part + 1) / sums.Parts;
            if (unit < sums.Weights)
                SumWeights<TLanes>(
                    map, places, dy, parts.SubView(part * width + own, TLanes.Count), d, first, r, k, from, to);
            else if (unit < sums.Weights + sums.Biases)
                parts[part * width + own] = Bias(places, dy, d, unit - sums.Weights, from, to);
        }
        if (TLanes.GroupY > 1) Group.Barrier();
        if (Group.IdxY > 0) return;
        if (unit < sums.Weights)
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                int s = (first + lane) / d.C, c = (first + lane) % d.C;
                if (s < d.S)
                    Write(
                        dw, ((k * d.C + c) * d.R + r) * d.S + s, parts, own + lane, width, sums.Parts,
                        sums.AddsToWeight);
            }
        }
        else if (unit < sums.Weights + sums.Biases)
            Write(db, unit - sums.Weights, parts, own, width, sums.Parts, sums.AddsToBias);
    }

    /// <summary>The groups of <see cref="Filters"/>, and the sums of weights that it takes.</summary>
    public static (int Groups, int Weights) FilterGroups<TLanes>(ReluPoolGradientDims d, bool weights, bool biases)
        where TLanes : struct, ILanes
    {
        int taken = weights ? d.K * d.R * LineBlocks<TLanes>(d) : 0;
        return ((taken + (biases ? d.K : 0) + TLanes.GroupX - 1) / TLanes.GroupX, taken);
    }

    /// <summary>
    /// dx, or what is added to it: for each filter and line of taps, over the windows above it. One item up to 32
    /// channels of a line of dx, which it sums in shared memory, its core's own cache. 2 FLOPs a window, tap and
    /// channel. Deterministic. For devices that are CPUs.
    /// </summary>
    [Kernel(1)]
    public static void InputLines(
        ArrayView<float> taps, ArrayView<int> places, ArrayView<float> dy, ArrayView<float> dx, ReluPoolGradientDims d,
        int accumulate)
    {
        var sums = SharedMemory.Allocate<float>(LinePixels * LineChannels);
        int blocks = (d.C + LineChannels - 1) / LineChannels, first = Grid.IdxX % blocks * LineChannels;
        int lanes = Math.Min(LineChannels, d.C - first);
        int line = Grid.IdxX / blocks % d.H, n = Grid.IdxX / (blocks * d.H);
        int h = line + d.Top;
        var bytes = places.Cast<byte>();
        for (int start = 0; start < d.W; start += LinePixels)
        {
            int pixels = Math.Min(LinePixels, d.W - start), left = start + d.Left;
            for (int lane = 0; lane < lanes; lane++)
                for (int w = 0; w < pixels; w++)
                    sums[w * LineChannels + lane] = accumulate != 0
                        ? dx[((n * d.C + first + lane) * d.H + line) * d.W + start + w] : 0f;
            for (int k = 0; k < d.K; k++)
                for (int r = 0; r < d.R; r++)
                {
                    int row = h - r, p = row / 2; // the line of the full map on which tap r meets line h
                    if (row < 0 || p >= d.P) continue;
                    // Windows further left, or right, have no tap on these pixels.
                    int end = Math.Min(d.Q, (left + pixels + 1) / 2);
                    for (int q = Math.Max(0, (left - d.S) / 2); q < end; q++)
                    {
                        int window = ((n * d.K + k) * d.P + p) * d.Q + q, place = bytes[window];
                        if (place / 2 != row % 2) continue;
                        float gradient = dy[window];
                        for (int s = 0; s < d.S; s++)
                        {
                            int w = 2 * q + place % 2 + s - left;
                            if (w < 0 || w >= pixels) continue;
                            var to = sums.SubView(w * LineChannels, lanes);
                            var tap = taps.SubView(((k * d.R + r) * d.S + s) * d.C + first, lanes);
                            for (int lane = 0; lane < lanes; lane++)
                                to[lane] = Fused.MultiplyAdd(gradient, tap[lane], to[lane]);
                        }
                    }
                }
            for (int lane = 0; lane < lanes; lane++)
                for (int w = 0; w < pixels; w++)
                    dx[((n * d.C + first + lane) * d.H + line) * d.W + start + w] = sums[w * LineChannels + lane];
        }
    }

    /// <summary>
    /// The same for GPUs: parallel over dx. An item looks through all taps for the windows whose maximum lies under
    /// them; a window has one such pixel of four. Neighbours read the same lines, from cache. Deterministic.
    /// </summary>
    [Kernel]
    public static void InputPixels(
        Index1D i, ArrayView<float> weight, ArrayView<int> places, ArrayView<float> dy, ArrayView<float> dx,
        ReluPoolGradientDims d, int accumulate)
    {
        int w = i % d.W + d.Left, h = i / d.W % d.H + d.Top, c = i / (d.W * d.H) % d.C, n = i / (d.W * d.H * d.C);
        var bytes = places.Cast<byte>();
        float sum = accumulate != 0 ? dx[i] : 0f;
        for (int k = 0; k < d.K; k++)
            for (int r = 0; r < d.R; r++)
            {
                int row = h - r, p = row / 2;
                if (row < 0 || p >= d.P) continue;
                int line = ((n * d.K + k) * d.P + p) * d.Q, tap = ((k * d.C + c) * d.R + r) * d.S;
                for (int s = Math.Min(d.S - 1, w); s >= 0; s--) // from window to window, as sums go there
                {
                    int column = w - s, q = column / 2;
                    if (q < d.Q && bytes[line + q] == row % 2 * 2 + column % 2)
                        sum = Fused.MultiplyAdd(dy[line + q], weight[tap + s], sum);
                }
            }
        dx[i] = sum;
    }

    /// <summary>The groups of <see cref="InputLines"/>.</summary>
    public static int LineGroups(ReluPoolGradientDims d) => d.Images * d.H * ((d.C + LineChannels - 1) / LineChannels);

    // 8 KiB of sums.
    const int LinePixels = 64, LineChannels = 32;

    /// <summary>How many items a line of taps [s][c] has.</summary>
    static int LineBlocks<TLanes>(ReluPoolGradientDims d) where TLanes : struct, ILanes =>
        (d.S * d.C + TLanes.Count - 1) / TLanes.Count;

    /// <summary>The sums of one part for neighbours, from first on, of a line r of taps of filter k.</summary>
    static void SumWeights<TLanes>(
        ArrayView<float> map, ArrayView<int> places, ArrayView<float> dy, ArrayView<float> to, ReluPoolGradientDims d,
        int first, int r, int k, int from, int end)
        where TLanes : struct, ILanes
    {
        var bytes = places.Cast<byte>();
        var sums = LocalMemory.Allocate<float>(TLanes.Count);
        for (int lane = 0; lane < TLanes.Count; lane++)
            sums[lane] = 0f;
        for (int n = from; n < end; n++)
            for (int p = 0; p < d.P; p++)
                for (int q = 0; q < d.Q; q++)
                {
                    int window = ((n * d.K + k) * d.P + p) * d.Q + q, place = bytes[window];
                    if (place == Cut) continue;
                    float gradient = dy[window];
                    int h = 2 * p + place / 2 + r, w = 2 * q + place % 2;
                    var under = map.SubView(((n * d.PaddedH + h) * d.PaddedW + w) * d.C + first, TLanes.Count);
                    for (int lane = 0; lane < TLanes.Count; lane++)
                        sums[lane] = Fused.MultiplyAdd(gradient, under[lane], sums[lane]);
                }
        for (int lane = 0; lane < TLanes.Count; lane++)
            to[lane] = sums[lane];
    }

    /// <summary>The sum of one part for a bias: over the windows of each image, then over the images.</summary>
    static float Bias(
        ArrayView<int> places, ArrayView<float> dy, ReluPoolGradientDims d, int k, int from, int end)
    {
        int windows = d.P * d.Q;
        var bytes = places.Cast<byte>();
        float total = 0f;
        for (int n = from; n < end; n++)
        {
            float sum = 0f;
            for (int window = 0; window < windows; window++)
            {
                int at = (n * d.K + k) * windows + window;
                sum += bytes[at] == Cut ? 0f : dy[at];
            }
            total += sum;
        }
        return total;
    }

    /// <summary>to[at] = the sum of the parts in their order, or adds it.</summary>
    static void Write(
        ArrayView<float> to, int at, ArrayView<float> parts, int first, int step, int count, int accumulate)
    {
        float sum = 0f;
        for (int part = 0; part < count; part++)
            sum += parts[part * step + first];
        to[at] = accumulate != 0 ? to[at] + sum : sum;
    }
}
