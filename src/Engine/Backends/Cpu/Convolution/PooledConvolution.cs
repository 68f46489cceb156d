using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Pooling;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// y = maxpool(relu?(conv(x, filters) + bias?)) for the convolutions of <see cref="PhaseConvolution{V}"/>, a network's
/// first as a rule. A thread computes the lines that a band of windows sees, and takes their maxima while they lie in
/// its L2 cache: the map, the largest of the network, never reaches memory. Neighbouring bands compute the lines that
/// both see twice.
/// </summary>
static unsafe class PooledConvolution<V> where V : unmanaged, ITileVector<V>
{
    // Lines of a band, of all channels, beside what they are computed from: a good part of a 1 MB L2 cache.
    const int MapBytes = 448 << 10;

    // Lines computed once for each that is computed twice.
    const int LeastGain = 8;

    /// <summary>Whether bands are high enough for what is computed twice.</summary>
    public static bool Takes(in ConvolutionShape d, in PlaneWindow pool) =>
        d.K % V.Count == 0
        && (pool.R - pool.StrideH) * LeastGain <= MostWindows(d, pool) * pool.StrideH
        && PhaseConvolution<V>.Planes(d) is not null;

    /// <summary>Computes y.</summary>
    /// <param name="cpu">The backend, whose workspace has begun.</param>
    /// <param name="planes">Of the convolution's extents.</param>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="filters">As <see cref="DirectConvolution{V}.Pack"/> packs them.</param>
    /// <param name="bias">Of each filter, or null.</param>
    /// <param name="clip">What the sums are clipped to.</param>
    /// <param name="pool">The windows over the convolution's lines.</param>
    /// <param name="y">(N, K, lines of windows, columns of windows), in layout M.</param>
    public static void Run<M>(
        CpuBackend cpu, PhasePlanes<V> planes, float* x, PackedLeft<V> filters, float* bias, ClipRange clip,
        PlaneWindow pool, float* y)
        where M : struct, IMapLayout<V>
    {
        ConvolutionShape d = planes.Dims;
        int threads = cpu.Workers.Sharers, width = RegisterTile<V>.Width, pitch = planes.Pitch;
        int most = MostWindows(d, pool);
        int bands = Math.Min(PhaseProduct<V>.RunsOf(d.N, (pool.P + most - 1) / most, threads), pool.P);
        int windows = (pool.P + bands - 1) / bands, lines = (windows - 1) * pool.StrideH + pool.R;
        // Panels begin and end in the lines beside the band's, which are thrown away.
        int beside = width / pitch + 2, panels = Math.Min(lines * pitch / width + 2, planes.Panels);
        nint channel = (nint)(lines + 2 * beside) * d.Q, plane = (nint)pool.P * pool.Q;
        PhaseProduct<V> product = new(cpu.Workspace, planes, filters, bias, clip, panels);
        PerThread maps = cpu.Workspace.TakeForEach(d.K * channel);
        PerThread pixels = cpu.Workspace.TakeForEach((long)lines * d.Q * V.Count + V.Count * V.Count);
        PerThread maxima = cpu.Workspace.TakeForEach((long)windows * pool.Q * V.Count);
        cpu.Workers.ForEach(d.N * bands, (i, thread) =>
        {
            int n = i / bands, band = i - n * bands;
            int first = pool.P * band / bands, end = pool.P * (band + 1) / bands;
            int top = pool.FirstLine(first), bottom = pool.EndLine(end - 1);
            float* map = maps[thread] + (nint)beside * d.Q;
            product.Run(
                x + (nint)n * d.C * d.H * d.W, top * pitch / width, ((bottom - 1) * pitch + d.Q + width - 1) / width,
                new MapSink<V>(map - (nint)top * d.Q, null, d.P, d.Q, pitch, d.Q, channel), thread);
            PlaneWindow here = pool with
            {
                H = bottom - top,
                P = end - first,
                Top = top - first * pool.StrideH + pool.Top,
            };
            for (int k = 0; k < d.K; k += V.Count)
            {
                TransposedLine.Pack<V>(map + k * channel, channel, V.Count, here.H * d.Q, pixels[thread], V.Count);
                PixelWindows<V>.Reduce(new Largest<V>(), pixels[thread], maxima[thread], here);
                M.Write(
                    maxima[thread], V.Count, here.P * pool.Q, y, plane, ((nint)n * d.K + k) * plane, first * pool.Q,
                    new Epilogue(null, null, ClipRange.None), V.Count);
            }
        });
    }

    /// <summary>Lines of windows of a band.</summary>
    static int MostWindows(in ConvolutionShape d, in PlaneWindow pool) => Math.Max(
        (MapBytes / (d.K * d.Q * sizeof(float)) - pool.R) / pool.StrideH + 1, 1);
}
