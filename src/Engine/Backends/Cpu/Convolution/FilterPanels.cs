using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Filters packed once with output channels in the lanes: panels of two vectors of channels, each
/// [tap * C + c][channel]. What a small map is multiplied by then is read once, from front to back.
/// </summary>
sealed unsafe class FilterPanels<V> : IDisposable where V : unmanaged, ITileVector<V>
{
    readonly Tensor kept;

    /// <param name="cpu">Packs.</param>
    /// <param name="device">Gives the memory, until this is disposed.</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="d">The convolution's extents.</param>
    public FilterPanels(CpuBackend cpu, Device device, float* weight, in ConvolutionShape d)
    {
        int taps = d.R * d.S, channels = d.C, filters = d.K, panels = (d.K + Width - 1) / Width;
        (Depth, Count) = (taps * channels, panels);
        // One more line, which what is asked for in advance may run over.
        kept = device.Unowned(
            new Shape(checked((panels * Depth + 1) * Width)), ElementType.Float32, "packed weights");
        float* to = kept.Floats();
        int depth = Depth;
        cpu.Workers.ForEach(panels, (p, _) => Pack(
            weight + (nint)p * Width * depth, channels, taps, Math.Min(filters - p * Width, Width),
            to + (nint)p * depth * Width));
    }

    /// <summary>Channels of a panel.</summary>
    public static int Width => 2 * V.Count;

    /// <summary>Lines of a panel.</summary>
    public int Depth { get; }

    /// <summary>Panels.</summary>
    public int Count { get; }

    /// <summary>A panel's first line.</summary>
    public float* this[int panel] => kept.Floats() + (nint)panel * Depth * Width;

    /// <inheritdoc/>
    public void Dispose() => kept.Release();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Pack(float* weight, int channels, int taps, int filters, float* to)
    {
        nint depth = (nint)channels * taps;
        for (int t = 0; t < taps; t++)
            for (int c = 0; c < channels; c++, to += Width)
            {
                float* from = weight + (nint)c * taps + t;
                for (int k = 0; k < filters; k++) to[k] = from[k * depth];
                for (int k = filters; k < Width; k++) to[k] = 0;
            }
    }
}
