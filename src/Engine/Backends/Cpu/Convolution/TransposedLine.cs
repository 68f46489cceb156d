using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>Runs of pixels of neighbouring channels, turned to channels innermost.</summary>
static unsafe class TransposedLine
{
    /// <summary>
    /// to[pixel * pitch + channel] = from[channel * plane + pixel] for a number of pixels and a vector of channels;
    /// lanes from <paramref name="channels"/> on become 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<V>(float* from, nint plane, int channels, int pixels, float* to, int pitch)
        where V : unmanaged, ITileVector<V>
    {
        channels = Math.Min(channels, V.Count);
        for (int w = 0; w < pixels; w += V.Count)
            V.Transpose(from + w, plane, channels, Math.Min(V.Count, pixels - w), to + (nint)w * pitch, pitch);
    }
}
