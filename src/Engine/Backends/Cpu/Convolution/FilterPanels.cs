using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Filters packed once with output channels in the lanes: panels of two vectors of channels, each
/// [tap * C + c][channel]. What a small map is multiplied by then is read once, from front to back.
/// </summary>
sealed unsafe class FilterPanels<V> : IPackedWeight where V : unmanaged, ITileVector<V>
{
    readonly CpuBackend cpu;
    readonly Tensor kept;
    readonly int channels, taps, filters;

    /// <param name="cpu">Packs.</param>
    /// <param name="device">Gives the memory, until this is disposed.</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="d">The convolution's extents.</param>
    public FilterPanels(CpuBackend cpu, Device device, float* weight, in ConvolutionShape d)
    {
        (this.cpu, channels, taps, filters) = (cpu, d.C, d.R * d.S, d.K);
        (Depth, Count) = (taps * channels, (filters + Width - 1) / Width);
        // One more line, which what is asked for in advance may run over.
        kept = device.Unowned(
            new Shape(checked((Count * Depth + 1) * Width)), ElementType.Float32, "packed weights");
        cpu.Workers.ForEach(Count, (p, _) => Pack(weight + (nint)p * Width * Depth, Filters(p), this[p]));
    }

    /// <summary>
    /// The images of the batch that the filters are prepared for: what is chosen by their number is chosen alike for
    /// some of them, whose results have the same bits then.
    /// </summary>
    public int Images { get; set; }

    /// <summary>Channels of a panel.</summary>
    public static int Width => 2 * V.Count;

    /// <summary>Lines of a panel.</summary>
    public int Depth { get; }

    /// <summary>Panels.</summary>
    public int Count { get; }

    /// <summary>A panel's first line.</summary>
    public float* this[int panel] => kept.Floats() + (nint)panel * Depth * Width;

    /// <inheritdoc/>
    public void Unpack(Tensor weight)
    {
        float* to = weight.Floats();
        cpu.Workers.ForEach(Count, (p, _) => Unpack(this[p], Filters(p), to + (nint)p * Width * Depth));
    }

    /// <inheritdoc/>
    public void Dispose() => kept.Release();

    /// <summary>Filters of a panel that exist.</summary>
    int Filters(int panel) => Math.Min(filters - panel * Width, Width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Pack(float* weight, int filters, float* to)
    {
        nint depth = Depth;
        for (int t = 0; t < taps; t++)
            for (int c = 0; c < channels; c++, to += Width)
            {
                float* from = weight + (nint)c * taps + t;
                for (int k = 0; k < filters; k++) to[k] = from[k * depth];
                for (int k = filters; k < Width; k++) to[k] = 0;
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Unpack(float* from, int filters, float* weight)
    {
        nint depth = Depth;
        for (int t = 0; t < taps; t++)
            for (int c = 0; c < channels; c++, from += Width)
            {
                float* to = weight + (nint)c * taps + t;
                for (int k = 0; k < filters; k++) to[k * depth] = from[k];
            }
    }
}
