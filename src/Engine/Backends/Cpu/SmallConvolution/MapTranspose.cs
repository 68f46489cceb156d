using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>Transposed copies of small maps: [channel][pixel] to [pixel][channel] and back.</summary>
static unsafe class MapTranspose
{
    /// <summary>to[j * toLine + i] = from[i * fromLine + j] for i below lines, j below columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, nint fromLine, float* to, nint toLine, int lines, int columns)
    {
        int i = 0;
        if (Sse.IsSupported)
            for (; i + 4 <= lines; i += 4)
            {
                int j = 0;
                for (; j + 4 <= columns; j += 4)
                    Block4x4(from + i * fromLine + j, fromLine, to + j * toLine + i, toLine);
                Scalar(from + i * fromLine + j, fromLine, to + j * toLine + i, toLine, 4, columns - j);
            }
        Scalar(from + i * fromLine, fromLine, to + i, toLine, lines - i, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Block4x4(float* from, nint fromLine, float* to, nint toLine)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromLine);
        Vector128<float> c = Vector128.Load(from + 2 * fromLine), d = Vector128.Load(from + 3 * fromLine);
        Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d);
        Sse.MoveLowToHigh(ab, cd).Store(to);
        Sse.MoveHighToLow(cd, ab).Store(to + toLine);
        (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
        Sse.MoveLowToHigh(ab, cd).Store(to + 2 * toLine);
        Sse.MoveHighToLow(cd, ab).Store(to + 3 * toLine);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Scalar(float* from, nint fromLine, float* to, nint toLine, int lines, int columns)
    {
        for (int i = 0; i < lines; i++)
            for (int j = 0; j < columns; j++)
                to[j * toLine + i] = from[i * fromLine + j];
    }
}
