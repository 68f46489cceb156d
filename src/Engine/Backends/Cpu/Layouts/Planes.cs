using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>N C H W as the shape says: [image][channel][pixel].</summary>
readonly unsafe struct Planes<V> : IMapLayout<V> where V : unmanaged, ITileVector<V>
{
    public static int Together => 1;

    public static nint Channel(int c, nint plane) => c * plane;

    public static int RowTiles(int channels) => (channels + V.TileRows - 1) / V.TileRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lines(
        float* from, nint plane, int channels, int height, int width, int top, int left, int lines, int columns,
        float* map, int pitch)
    {
        int first = Math.Max(-left, 0);
        left = Math.Max(left, 0);
        int valid = Math.Max(Math.Min(width - first, columns - left), 0), after = columns - left - valid;
        if (channels > 0 && valid == columns && width == columns && top >= 0 && top + lines <= height)
        {
            // No padding between the lines: one long line.
            TransposedLine.Pack<V>(from + (nint)top * width, plane, channels, lines * width, map, pitch);
            return;
        }
        for (int i = 0; i < lines; i++, map += (nint)columns * pitch)
        {
            int h = top + i;
            bool isInside = (uint)h < (uint)height && channels > 0;
            ChannelBlocks<V>.Zeros(map, isInside ? left : columns, pitch);
            if (!isInside) continue;
            ChannelBlocks<V>.Zeros(map + (nint)(left + valid) * pitch, after, pitch);
            TransposedLine.Pack<V>(
                from + (nint)h * width + first, plane, channels, valid, map + (nint)left * pitch, pitch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Write(
        float* from, int pitch, int pixels, float* y, nint plane, nint image, int first, in Epilogue epilogue,
        int channels)
    {
        if (epilogue.IsNothing && pixels >= V.Count)
        {
            MapTranspose<V>.Run(from, pitch, y + image + first, plane, pixels, channels);
            return;
        }
        float* turned = stackalloc float[16 * 16];
        V low = V.Create(epilogue.Clip.Low), high = V.Create(epilogue.Clip.High);
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
                V.Store(Clipping.Clip(value, low, high), y + to, count);
            }
        }
    }
}
