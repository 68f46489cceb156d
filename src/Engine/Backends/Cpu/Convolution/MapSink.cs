using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Output maps: a row of C is a channel; columns are the pixels of lines, or of whole maps, one line behind the other.
/// Lines may be followed by columns that are no pixels. Panels inside one line are written in place.
/// </summary>
/// <param name="y">The first line of the first channel.</param>
/// <param name="addend">What the product is added to: the maps themselves, a residual, or null for nothing.</param>
/// <param name="lines">Lines.</param>
/// <param name="width">Pixels of a line.</param>
/// <param name="pitch">Columns from one line to the next.</param>
/// <param name="lineStep">Floats from one line to the next.</param>
/// <param name="channelStep">Floats from one channel to the next.</param>
readonly unsafe struct MapSink<V>(
    float* y, float* addend, int lines, int width, int pitch, nint lineStep, nint channelStep) : ISink
    where V : unmanaged, ITileVector<V>
{
    readonly float* y = y, addend = addend;
    readonly int lines = lines, width = width, pitch = pitch;
    readonly nint lineStep = lineStep, channelStep = channelStep;

    /// <summary>Whole maps (N, K, pixels), image after image.</summary>
    public MapSink(float* y, float* addend, int images, int channels, int pixels)
        : this(y, addend, images, pixels, pixels, (nint)channels * pixels, pixels)
    {
    }

    public bool IsAdding => addend != null;

    public float* Direct(int panel, out nint ldc, out float* added)
    {
        int first = panel * 2 * V.Count, line = first / pitch, at = first - line * pitch;
        nint offset = line * lineStep + at;
        ldc = channelStep;
        added = addend == null ? null : addend + offset;
        return at + 2 * V.Count <= width ? y + offset : null;
    }

    public void Gather(int panel, float* to, nint ld, int rows) => Copy(panel, addend, to, ld, rows, isGather: true);

    public void Scatter(int panel, float* from, nint ld, int rows) => Copy(panel, y, from, ld, rows, isGather: false);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Copy(int panel, float* maps, float* panelData, nint ld, int rows, bool isGather)
    {
        int columns = 2 * V.Count, line = panel * columns / pitch, at = panel * columns - line * pitch;
        for (int i = 0; i < columns && line < lines; i += pitch - at, line++, at = 0)
        {
            int run = Math.Min(columns - i, width - at);
            float* map = maps + line * lineStep + at, column = panelData + i;
            for (int r = 0; r < rows && run > 0; r++, map += channelStep, column += ld)
            {
                float* from = isGather ? map : column, to = isGather ? column : map;
                for (int j = 0; j < run; j += V.Count)
                    V.Store(V.LoadMasked(from + j, V.FirstLanes(run - j)), to + j, run - j);
            }
        }
    }
}
