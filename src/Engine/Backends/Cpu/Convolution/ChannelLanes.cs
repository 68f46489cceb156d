using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>Results that were computed with channels in the lanes, on their way to maps.</summary>
static unsafe class ChannelLanes<V> where V : unmanaged, ITileVector<V>
{
    /// <summary>
    /// y[channel, pixel] = max(floor, from[pixel * pitch + channel] + bias + addend) of one vector of channels.
    /// </summary>
    /// <param name="from">A vector a pixel.</param>
    /// <param name="pitch">Floats from one pixel to the next.</param>
    /// <param name="pixels">Pixels in a row, of one image.</param>
    /// <param name="y">Maps, at the first channel of the first image of all.</param>
    /// <param name="plane">Floats from one channel to the next, in y and in the addend.</param>
    /// <param name="at">Where the first pixel of the first channel lies in y and in the addend.</param>
    /// <param name="epilogue">What is added, and whether ReLU follows.</param>
    /// <param name="channels">Channels of the vector that exist.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Write(
        float* from, int pitch, int pixels, float* y, nint plane, nint at, in Epilogue epilogue, int channels)
    {
        float* turned = stackalloc float[16 * 16];
        V floor = V.Create(epilogue.Floor);
        for (int i = 0; i < pixels; i += V.Count)
        {
            int count = Math.Min(V.Count, pixels - i);
            V some = V.FirstLanes(count);
            V.Transpose(from + (nint)i * pitch, pitch, count, channels, turned, V.Count);
            for (int k = 0; k < channels; k++)
            {
                V value = V.Load(turned + k * V.Count);
                nint to = at + k * plane + i;
                if (epilogue.Bias != null) value += V.Create(epilogue.Bias[k]);
                if (epilogue.Addend != null) value += V.LoadMasked(epilogue.Addend + to, some);
                V.Store(V.MaxNative(floor, value), y + to, count);
            }
        }
    }
}
