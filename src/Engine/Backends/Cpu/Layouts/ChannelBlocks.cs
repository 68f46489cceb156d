using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// [image][block of V.Count channels][pixel][channel of the block]: a register tile reads pixels and writes results
/// where they lie, without turning either. Channels are a multiple of V.Count.
/// </summary>
readonly unsafe struct ChannelBlocks<V> : IMapLayout<V> where V : unmanaged, ITileVector<V>
{
    public static int Together => V.Count;

    public static nint Channel(int c, nint plane) => c / V.Count * V.Count * plane + c % V.Count;

    public static int RowTiles(int channels) => channels / V.Count * ((V.Count + V.TileRows - 1) / V.TileRows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lines(
        float* from, nint plane, int channels, int height, int width, int top, int left, int lines, int columns,
        float* map, int pitch)
    {
        int first = Math.Max(-left, 0);
        left = Math.Max(left, 0);
        int valid = Math.Max(Math.Min(width - first, columns - left), 0), after = columns - left - valid;
        for (int i = 0; i < lines; i++)
        {
            int h = top + i;
            bool isInside = (uint)h < (uint)height && channels > 0;
            map = Zeros(map, isInside ? left : columns, pitch);
            if (!isInside) continue;
            float* line = from + ((nint)h * width + first) * V.Count;
            for (int j = 0; j < valid; j++, map += pitch, line += V.Count) V.Store(V.Load(line), map);
            map = Zeros(map, after, pitch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(
        float* from, int pitch, int pixels, float* y, nint plane, nint image, int first, in Epilogue epilogue,
        int channels)
    {
        nint at = image + (nint)first * V.Count;
        V low = V.Create(epilogue.Clip.Low), high = V.Create(epilogue.Clip.High);
        V bias = epilogue.Bias == null ? default : V.Load(epilogue.Bias);
        float* to = y + at, addend = epilogue.Addend == null ? null : epilogue.Addend + at;
        for (int i = 0; i < pixels; i++, from += pitch, to += V.Count)
        {
            V value = V.Load(from) + bias;
            if (addend != null) value += V.Load(addend + (nint)i * V.Count);
            V.Store(Clipping.Clip(value, low, high), to);
        }
    }

    /// <summary>Zeros for so many pixels, pitch floats apart; returns where the next one lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Zeros(float* to, int pixels, int pitch)
    {
        for (; pixels > 0; pixels--, to += pitch) V.Store(default, to);
        return to;
    }
}
