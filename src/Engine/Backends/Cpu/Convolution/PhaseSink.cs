using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// The input gradient of a strided convolution: position (u, v) of the grid is pixel (u * strideH + a, v * strideW + b)
/// for the phases (a, b) firstPhase, firstPhase + 1, ...; a row of C is a channel of a phase, phase after phase.
/// </summary>
readonly unsafe struct PhaseSink<V>(
    float* x, bool add, ConvolutionShape dims, int firstPhase, int gridHeight, int gridWidth) : ISink
    where V : unmanaged, ITileVector<V>
{
    readonly float* x = x;
    readonly ConvolutionShape dims = dims;
    readonly int firstPhase = firstPhase, gridHeight = gridHeight, gridWidth = gridWidth;

    public bool IsAdding { get; } = add;

    public float* Direct(int panel, out nint ldc, out float* addend)
    {
        ldc = 0;
        addend = null;
        return null;
    }

    public void Gather(int panel, float* to, nint ld, int rows) => Copy(panel, to, ld, rows, isGather: true);

    public void Scatter(int panel, float* from, nint ld, int rows) => Copy(panel, from, ld, rows, isGather: false);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Copy(int panel, float* panelData, nint ld, int rows, bool isGather)
    {
        int width = 2 * V.Count, first = panel * width, positions = gridHeight * gridWidth;
        int strideH = dims.StrideH, strideW = dims.StrideW;
        int n = first / positions, u = (first - n * positions) / gridWidth, v = first - n * positions - u * gridWidth;
        for (int i = 0; i < width && n < dims.N;)
        {
            int run = Math.Min(width - i, gridWidth - v);
            for (int r = 0, phase = firstPhase; r < rows; r += dims.C, phase++)
            {
                int h = u * strideH + phase / strideW, w = v * strideW + phase % strideW;
                int count = Math.Min(run, (dims.W - w + strideW - 1) / strideW);
                if (h >= dims.H || count <= 0) continue;
                float* pixels = x + ((nint)n * dims.C * dims.H + h) * dims.W + w, line = panelData + r * ld + i;
                for (int c = 0; c < dims.C; c++, pixels += dims.H * dims.W, line += ld)
                    if (isGather) Gather(pixels, line, count);
                    else Scatter(line, pixels, count);
            }
            i += run;
            v = 0;
            if (++u == gridHeight)
            {
                u = 0;
                n++;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Gather(float* pixels, float* line, int count)
    {
        if (dims.StrideW == 2)
            for (int q = 0; q < count; q += V.Count) V.Store(V.LoadEven(pixels + 2 * q), line + q, count - q);
        else
            for (int q = 0; q < count; q++) line[q] = pixels[q * dims.StrideW];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Scatter(float* line, float* pixels, int count)
    {
        if (dims.StrideW == 2)
            for (int q = 0; q < count; q += V.Count) V.StoreEven(V.Load(line + q), pixels + 2 * q, count - q);
        else
            for (int q = 0; q < count; q++) pixels[q * dims.StrideW] = line[q];
    }
}
