using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Forward where filters are few beside their taps, so that packing each tap's pixels would show: a thread splits the
/// lines that it needs into <see cref="PhasePlanes{V}"/> once, and the register tiles read them there through every
/// tap, across the ends of lines. Sums have the order, and so the bits, of
/// <see cref="DirectConvolution{V}"/>'s.
/// </summary>
static unsafe class PhaseConvolution<V> where V : unmanaged, ITileVector<V>
{
    // What a group's panels see, and their results: a good part of a 1 MB L2 cache.
    const int GroupBytes = 384 << 10;

    // In rows of the register tile: what it takes to pack a row of a panel, without a stride and with one, and to split
    // its channel once. Tiles take longer by the last where B is not packed.
    const double PackedRow = 12, PackedStridedRow = 20, SplitChannel = 16, InPlace = 0.05;

    /// <summary>
    /// The planes to read, where less time goes to splitting and to positions that are thrown away than to packing;
    /// null elsewhere.
    /// </summary>
    public static PhasePlanes<V>? Planes(in ConvolutionShape d)
    {
        if (d.R * d.S == 1) return null;
        PhasePlanes<V> planes = new(d);
        double unused = (double)planes.Panels * RegisterTile<V>.Width / ((double)d.P * d.Q) - 1;
        double split = SplitChannel * planes.Phases / (d.R * d.S);
        double packing = d.StrideW == 1 ? PackedRow : PackedStridedRow;
        return (unused + InPlace) * d.K + split < packing ? planes : null;
    }

    /// <summary>y = clip(conv(x, filters) + bias? + residual?).</summary>
    /// <param name="cpu">The backend, whose workspace has begun.</param>
    /// <param name="planes">Of the convolution's extents.</param>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="filters">As <see cref="DirectConvolution{V}.Pack"/> packs them.</param>
    /// <param name="bias">Of each filter, or null.</param>
    /// <param name="residual">A map of y's shape, or null.</param>
    /// <param name="y">(N, K, P, Q).</param>
    /// <param name="clip">What the sums are clipped to.</param>
    public static void Forward(
        CpuBackend cpu, PhasePlanes<V> planes, float* x, PackedLeft<V> filters, float* bias, float* residual, float* y,
        ClipRange clip)
    {
        ConvolutionShape d = planes.Dims;
        int width = RegisterTile<V>.Width, threads = cpu.Workers.Sharers, panels = planes.Panels;
        int panelBytes = (d.C * planes.Phases + d.K) * width * sizeof(float);
        int most = Math.Clamp(GroupBytes / panelBytes, 1, panels);
        int groups = PhaseProduct<V>.RunsOf(d.N, (panels + most - 1) / most, threads);
        int perGroup = (panels + groups - 1) / groups;
        nint mapSize = (nint)d.P * d.Q;
        PhaseProduct<V> product = new(cpu.Workspace, planes, filters, bias, clip, perGroup);
        bool isSmall = PanelProduct<V>.IsSmall(filters, (double)d.N * d.P * d.Q);
        for (int i = 0; isSmall && i < d.N * groups; i++) Run(i, 0);
        if (!isSmall) cpu.Workers.ForEach(d.N * groups, Run);

        void Run(int i, int thread)
        {
            int n = i / groups, group = i - n * groups;
            int from = panels * group / groups, to = panels * (group + 1) / groups;
            if (from == to) return;
            nint image = n * d.K * mapSize;
            product.Run(
                x + (nint)n * d.C * d.H * d.W, from, to,
                new MapSink<V>(
                    y + image, residual == null ? null : residual + image, d.P, d.Q, planes.Pitch, d.Q, mapSize),
                thread);
        }
    }
}
