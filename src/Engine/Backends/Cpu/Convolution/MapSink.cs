using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Output maps N K of a number of pixels: a row of C is a channel, columns are pixels, image after image. Panels inside
/// one image are written in place.
/// </summary>
/// <param name="y">The maps.</param>
/// <param name="addend">What the product is added to: the maps themselves, a residual, or null for nothing.</param>
/// <param name="images">N.</param>
/// <param name="channels">K.</param>
/// <param name="pixels">Of one map.</param>
readonly unsafe struct MapSink<V>(float* y, float* addend, int images, int channels, int pixels) : ISink
    where V : unmanaged, ITileVector<V>
{
    readonly float* y = y, addend = addend;
    readonly int images = images, channels = channels, pixels = pixels;

    public bool IsAdding => addend != null;

    public float* Direct(int panel, out nint ldc, out float* added)
    {
        int first = panel * 2 * V.Count, n = first / pixels, at = first - n * pixels;
        nint offset = (nint)n * channels * pixels + at;
        ldc = pixels;
        added = addend == null ? null : addend + offset;
        return at + 2 * V.Count <= pixels ? y + offset : null;
    }

    public void Gather(int panel, float* to, nint ld, int rows) => Copy(panel, addend, to, ld, rows, isGather: true);

    public void Scatter(int panel, float* from, nint ld, int rows) => Copy(panel, y, from, ld, rows, isGather: false);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Copy(int panel, float* maps, float* panelData, nint ld, int rows, bool isGather)
    {
        int width = 2 * V.Count, n = panel * width / pixels, at = panel * width - n * pixels;
        for (int i = 0; i < width && n < images; n++, at = 0)
        {
            int run = Math.Min(width - i, pixels - at);
            float* map = maps + (nint)n * channels * pixels + at, column = panelData + i;
            for (int r = 0; r < rows; r++, map += pixels, column += ld)
            {
                float* from = isGather ? map : column, to = isGather ? column : map;
                for (int j = 0; j < run; j += V.Count)
                    V.Store(V.LoadMasked(from + j, V.FirstLanes(run - j)), to + j, run - j);
            }
            i += run;
        }
    }
}
