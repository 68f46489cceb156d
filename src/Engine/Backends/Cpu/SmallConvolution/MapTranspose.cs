using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>Transposed copies of small maps: [channel][pixel] to [pixel][channel] and back.</summary>
static unsafe class MapTranspose<V> where V : unmanaged, ITileVector<V>
{
    /// <summary>
    /// to[j * toLine + i] = from[i * fromLine + j] for i below lines, j below columns, and nothing else. Reads may run
    /// over the end of <paramref name="from"/>, by less than a vector.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, nint fromLine, float* to, nint toLine, int lines, int columns)
    {
        if (lines < V.Count)
        {
            Few(from, fromLine, to, toLine, lines, columns);
            return;
        }
        for (int i = 0; i < lines; i += V.Count)
        {
            // What is left at the end begins earlier, and is written twice: stores are of whole vectors.
            i = Math.Min(i, lines - V.Count);
            for (int j = 0; j < columns; j += V.Count)
                V.Transpose(
                    from + i * fromLine + j, fromLine, V.Count, Math.Min(V.Count, columns - j), to + j * toLine + i,
                    toLine);
        }
    }

    static void Few(float* from, nint fromLine, float* to, nint toLine, int lines, int columns)
    {
        if (V.Count > Simd128.Count)
        {
            MapTranspose<Simd128>.Run(from, fromLine, to, toLine, lines, columns);
            return;
        }
        for (int i = 0; i < lines; i++)
            for (int j = 0; j < columns; j++)
                to[j * toLine + i] = from[i * fromLine + j];
    }
}
