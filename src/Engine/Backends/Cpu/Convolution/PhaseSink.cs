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
            for (int r = 0; r < rows; r++)
            {
                int phase = firstPhase + r / dims.C, c = r % dims.C;
                int h = u * strideH + phase / strideW, w = v * strideW + phase % strideW;
                if (h >= dims.H) continue;
                float* pixel = x + (((nint)n * dims.C + c) * dims.H + h) * dims.W + w, column = panelData + r * ld + i;
                int count = Math.Min(run, (dims.W - w + strideW - 1) / strideW);
                if (isGather)
                    for (int q = 0; q < count; q++) column[q] = pixel[q * strideW];
                else
                    for (int q = 0; q < count; q++) pixel[q * strideW] = column[q];
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
}
