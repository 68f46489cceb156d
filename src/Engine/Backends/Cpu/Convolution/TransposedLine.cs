using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>Runs of pixels of neighbouring channels, turned to channels innermost.</summary>
static unsafe class TransposedLine
{
    /// <summary>
    /// to[pixel * lanes + channel] = from[channel * plane + pixel] for a number of pixels and all lanes; lanes from
    /// <paramref name="channels"/> on become 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Pack<S, V>(float* from, nint plane, int channels, int pixels, float* to, int lanes)
        where S : struct, IVectors<V> where V : unmanaged
    {
        float* block = stackalloc float[16 * 16];
        for (int half = 0; half < lanes; half += S.Count, from += S.Count * plane, to += S.Count)
        {
            int lines = Math.Clamp(channels - half, 0, S.Count), w = 0;
            V all = S.FirstLanes(S.Count);
            for (; w + S.Count <= pixels; w += S.Count)
                S.Transpose(from + w, plane, lines, all, to + (nint)w * lanes, lanes);
            if (w == pixels) continue;
            S.Transpose(from + w, plane, lines, S.FirstLanes(pixels - w), block, S.Count);
            for (int i = 0; w < pixels; w++, i++) S.Store(S.Load(block + i * S.Count), to + (nint)w * lanes);
        }
    }
}
