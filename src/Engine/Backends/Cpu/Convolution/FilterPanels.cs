using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Filters packed once with output channels in the lanes: panels of two vectors of channels, each
/// [tap * C + c][channel], or [c * taps + tap][channel] for Winograd's transforms. Either way few pixels read them
/// once, from front to back.
/// </summary>
sealed unsafe class FilterPanels<V> : IPackedWeight where V : unmanaged, ITileVector<V>
{
    // Filters that lie turned already are a line each, far apart: no stream to the hardware.
    const nint Ahead = 16;

    readonly CpuBackend cpu;
    readonly Tensor kept;
    readonly FilterOrder order;
    readonly nint tapStep, channelStep;

    /// <param name="cpu">Packs.</param>
    /// <param name="weight">(K, C, R, S); its device gives the memory, until this is disposed.</param>
    /// <param name="order">Which filters, in which order.</param>
    /// <param name="byChannel">Whether the taps of a channel lie together.</param>
    public FilterPanels(CpuBackend cpu, Tensor weight, in FilterOrder order, bool byChannel = false)
    {
        (this.cpu, this.order, IsByChannel) = (cpu, order, byChannel);
        tapStep = byChannel ? Width : (nint)order.Channels * Width;
        channelStep = byChannel ? (nint)order.Order.Length * Width : Width;
        (Depth, Count) = (order.Order.Length * order.Channels, (order.Filters + Width - 1) / Width);
        // One more line, which what is asked for in advance may run over.
        kept = weight.Device.Unowned(
            new Shape(checked((Count * Depth + 1) * Width)), ElementType.Float32, "packed weights");
        int[] places = new int[order.Taps];
        Array.Fill(places, -1);
        for (int i = 0; i < order.Order.Length; i++) places[order.Order[i]] = i;
        float* from = weight.Floats();
        cpu.Workers.ForEach(2 * Count, (half, _) => Pack(from, half * V.Count, places));
    }

    /// <summary>
    /// The images of the batch that the filters are prepared for: what is chosen by their number is chosen alike for
    /// some of them, whose results have the same bits then.
    /// </summary>
    public int Images { get; set; }

    /// <summary>Whether the taps of a channel lie together, not the channels of a tap.</summary>
    public bool IsByChannel { get; }

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
        cpu.Workers.ForEach(Count, (p, _) => Unpack(p, to));
    }

    /// <inheritdoc/>
    public void Dispose() => kept.Release();

    /// <summary>
    /// The panel's half that begins with a filter: runs of numbers that lie one after the other in each of its filters,
    /// turned to one after the other of them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    void Pack(float* weight, int first, int[] places)
    {
        float* turned = stackalloc float[16 * 16], to = this[first / Width] + first % Width;
        int filters = Math.Clamp(order.Filters - first, 0, V.Count), taps = order.Taps, channels = order.Channels;
        nint step = order.LaneStep;
        float* from = weight + first * step;
        if (step == 1)
        {
            // Turned already.
            V mask = V.FirstLanes(Math.Max(filters, 1));
            for (int c = 0; c < channels; c++, from += order.DepthStep, to += Width)
            {
                V.Prefetch(from + Ahead * order.DepthStep);
                V.Store(filters == 0 ? default : V.LoadMasked(from, mask), to);
            }
            return;
        }
        bool isOneRun = order.DepthStep == taps;
        int run = isOneRun ? channels * taps : taps;
        for (int begun = 0; begun < channels; begun += run / taps, from += order.DepthStep)
            for (int i = 0, c = begun, tap = 0; i < run; i += V.Count)
            {
                int count = Math.Min(V.Count, run - i);
                if (taps == 1)
                {
                    V.Transpose(from + i, step, filters, count, to + (nint)i * Width, Width);
                    continue;
                }
                V.Transpose(from + i, step, filters, count, turned, V.Count);
                for (int j = 0; j < count; j++)
                {
                    if (places[tap] >= 0)
                        V.Store(V.Load(turned + j * V.Count), to + places[tap] * tapStep + c * channelStep);
                    if (++tap < taps) continue;
                    tap = 0;
                    c++;
                }
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Unpack(int panel, float* weight)
    {
        float* from = this[panel];
        int filters = Math.Min(order.Filters - panel * Width, Width);
        weight += (nint)panel * Width * order.LaneStep;
        foreach (int tap in order.Order)
        {
            for (int c = 0; c < order.Channels; c++)
            {
                float* line = from + c * channelStep, to = weight + (nint)c * order.DepthStep + tap;
                for (int k = 0; k < filters; k++) to[(nint)k * order.LaneStep] = line[k];
            }
            from += tapStep;
        }
    }
}
