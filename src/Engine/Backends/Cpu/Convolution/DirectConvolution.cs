using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>Forward and input gradient as implicit products of packed weights and im2col panels.</summary>
static unsafe class DirectConvolution<V> where V : unmanaged, ITileVector<V>
{
    /// <summary>y = clip(conv(x, weight) + bias? + residual?).</summary>
    public static void Forward(
        CpuBackend cpu, float* x, PackedLeft<V> weight, float* bias, float* residual, float* y, in ConvolutionShape d,
        ClipRange clip)
    {
        int[] offsetH = new int[d.R], offsetW = new int[d.S];
        for (int r = 0; r < d.R; r++) offsetH[r] = r * d.DilationH - d.Top;
        for (int s = 0; s < d.S; s++) offsetW[s] = s * d.DilationW - d.Left;
        GridOverMaps grid = new(d.N, d.C, d.H, d.W, d.P, d.Q, d.StrideH, d.StrideW);
        PanelProduct<V>.Run(
            cpu, weight, new Im2colPanels<V>(x, grid, offsetH, offsetW),
            new MapSink<V>(y, residual, d.N, d.K, d.P * d.Q), bias, clip);
    }

    /// <summary>The filters as a matrix of a row each, in the order of <see cref="Im2colPanels{V}"/>'s rows.</summary>
    public static PackedLeft<V> Pack(CpuBackend cpu, PackedLeft<V> to, float* weight, in ConvolutionShape d)
    {
        int taps = d.R * d.S;
        return taps == 1 ? to.Pack(cpu, weight, d.C, 1) : to.Pack(cpu, weight, d.C * taps, Offsets(taps, d.C, taps));
    }

    /// <summary>
    /// The input gradient is a stride-1 correlation of dy for each phase (a, b) of the stride: input line
    /// strideH * u + a meets only the taps r with r * dilationH = a + top (modulo strideH), at output line
    /// u + (a + top - r * dilationH) / strideH. Many channels take one product a phase; a few would leave the register
    /// tile empty, so they take one product with the rows of all phases, whose weights are 0 where a phase lacks a tap.
    /// </summary>
    public static void BackwardInput(
        CpuBackend cpu, float* dy, float* weight, float* dx, bool add, in ConvolutionShape d)
    {
        int phases = d.StrideH * d.StrideW;
        if (!add && LeavesGaps(d)) Clear(cpu, dx, d.N * d.C, d.H * d.W);
        int perProduct = phases > 1 && d.C * phases <= V.TileRows ? phases : 1;
        for (int phase = 0; phase < phases; phase += perProduct)
            Phases(cpu, dy, weight, dx, add, d, phase, perProduct);
    }

    static void Phases(
        CpuBackend cpu, float* dy, float* weight, float* dx, bool add, in ConvolutionShape d, int first, int count)
    {
        int gridHeight = (d.H - first / d.StrideW + d.StrideH - 1) / d.StrideH;
        int gridWidth = (d.W - first % d.StrideW + d.StrideW - 1) / d.StrideW;
        if (gridHeight <= 0 || gridWidth <= 0) return;
        List<int> offsetH = [], offsetW = [];
        List<(int Phase, int Tap, int H, int W)> uses = [];
        for (int phase = first; phase < first + count; phase++)
            for (int tap = 0; tap < d.R * d.S; tap++)
            {
                int h = phase / d.StrideW + d.Top - tap / d.S * d.DilationH;
                int w = phase % d.StrideW + d.Left - tap % d.S * d.DilationW;
                if (h % d.StrideH != 0 || w % d.StrideW != 0) continue;
                uses.Add((phase - first, tap, IndexOf(h / d.StrideH, offsetH), IndexOf(w / d.StrideW, offsetW)));
            }
        if (uses.Count == 0) return; // no output looks at these pixels
        int taps = d.R * d.S, depth = d.K * offsetH.Count * offsetW.Count;
        Workspace workspace = cpu.Workspace.Begin();
        PackedLeft<V> left = new(workspace, d.C * count, depth);
        if (count == 1 && taps == 1) left.Pack(cpu, weight, 1, d.C);
        else if (count == 1)
        {
            int[] at = new int[depth];
            foreach ((_, int tap, int h, int w) in uses)
                for (int k = 0; k < d.K; k++) at[(h * offsetW.Count + w) * d.K + k] = k * d.C * taps + tap;
            left.Pack(cpu, weight, taps, at);
        }
        else
        {
            float* all = workspace.Take((long)d.C * count * depth);
            new Span<float>(all, d.C * count * depth).Clear();
            foreach ((int phase, int tap, int h, int w) in uses)
                for (int c = 0; c < d.C; c++)
                    for (int k = 0; k < d.K; k++)
                        all[(phase * d.C + c) * depth + (h * offsetW.Count + w) * d.K + k] =
                            weight[(k * d.C + c) * taps + tap];
            left.Pack(cpu, all, depth, 1);
        }
        GridOverMaps grid = new(d.N, d.K, d.P, d.Q, gridHeight, gridWidth, 1, 1);
        Im2colPanels<V> panels = new(dy, grid, [.. offsetH], [.. offsetW]);
        if (d.StrideH * d.StrideW == 1)
            PanelProduct<V>.Run(cpu, left, panels, new MapSink<V>(dx, add ? dx : null, d.N, d.C, d.H * d.W));
        else
            PanelProduct<V>.Run(cpu, left, panels, new PhaseSink<V>(dx, add, d, first, gridHeight, gridWidth));
    }

    /// <summary>Where the list holds a value; appends it where it does not.</summary>
    static int IndexOf(int value, List<int> list)
    {
        if (!list.Contains(value)) list.Add(value);
        return list.IndexOf(value);
    }

    static void Clear(CpuBackend cpu, float* maps, int count, int pixels) => cpu.Workers.For(count, 2, (from, to) =>
    {
        for (int i = from; i < to; i++) new Span<float>(maps + (nint)i * pixels, pixels).Clear();
    });

    /// <summary>Whether some phase has no tap, so that no output looks at its pixels.</summary>
    static bool LeavesGaps(in ConvolutionShape d) =>
        Met(d.R, d.DilationH, d.StrideH) < d.StrideH || Met(d.S, d.DilationW, d.StrideW) < d.StrideW;

    /// <summary>How many phases along an axis some tap meets.</summary>
    static int Met(int taps, int dilation, int stride) =>
        Enumerable.Range(0, Math.Min(taps, stride)).Select(tap => tap * dilation % stride).Distinct().Count();

    /// <summary>Where column t * channels + c of the weight matrix lies in a row.</summary>
    public static int[] Offsets(int taps, int channels, int channelStep)
    {
        int[] offsets = new int[taps * channels];
        for (int t = 0; t < taps; t++)
            for (int c = 0; c < channels; c++) offsets[t * channels + c] = c * channelStep + t;
        return offsets;
    }
}
