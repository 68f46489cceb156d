using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>Runs of pixels of neighbouring channels, turned to channels innermost.</summary>
static unsafe class TransposedLine
{
    /// <summary>
    /// to[pixel * lanes + channel] = from[channel * plane + pixel] for a number of pixels and all lanes; lanes from
    /// <paramref name="channels"/> on become 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<V>(float* from, nint plane, int channels, int pixels, float* to, int lanes)
        where V : unmanaged, ITileVector<V>
    {
        for (int half = 0; half < lanes; half += V.Count, from += V.Count * plane, to += V.Count)
        {
            int lines = Math.Clamp(channels - half, 0, V.Count);
            for (int w = 0; w < pixels; w += V.Count)
                V.Transpose(from + w, plane, lines, Math.Min(V.Count, pixels - w), to + (nint)w * lanes, lanes);
        }
    }
}
