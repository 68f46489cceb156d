using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>N C H W, as every tensor outside of a plan: [image][channel][pixel].</summary>
readonly unsafe struct Planes<V> : IMapLayout<V> where V : unmanaged, ITileVector<V>
{
    public static void Lines(
        float* from, nint plane, int channels, int height, int width, int top, int left, int lines, int columns,
        float* map)
    {
        int valid = Math.Min(width, columns - left);
        for (int i = 0; i < lines; i++, map += columns * V.Count)
        {
            int h = top + i;
            if ((uint)h >= (uint)height || channels <= 0)
            {
                new Span<float>(map, columns * V.Count).Clear();
                continue;
            }
            new Span<float>(map, left * V.Count).Clear();
            int after = left + valid;
            new Span<float>(map + after * V.Count, (columns - after) * V.Count).Clear();
            TransposedLine.Pack<V>(from + (nint)h * width, plane, channels, valid, map + left * V.Count, V.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Write(
        float* from, int pitch, int pixels, float* y, nint plane, nint image, int first, in Epilogue epilogue,
        int channels)
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
                nint to = image + k * plane + first + i;
                if (epilogue.Bias != null) value += V.Create(epilogue.Bias[k]);
                if (epilogue.Addend != null) value += V.LoadMasked(epilogue.Addend + to, some);
                V.Store(V.MaxNative(floor, value), y + to, count);
            }
        }
    }
}
