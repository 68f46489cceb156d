using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>Transposed copies, where a product wants its second operand dense along its rows.</summary>
public static partial class TransposeKernels
{
    /// <summary>
    /// y[z, c, r] = x[z, r, c] for a batch of matrices (R x C); rows of y are <paramref name="stride"/> elements apart.
    /// Adds where <paramref name="accumulate"/> is not 0. Parallel over (r, c, z).
    /// </summary>
    [Kernel]
    public static void Transpose(
        Index3D i, ArrayView<float> x, ArrayView<float> y, int rows, int columns, int stride, int accumulate)
    {
        float value = x[(i.Z * rows + i.X) * columns + i.Y];
        int at = (i.Z * columns + i.Y) * stride + i.X;
        y[at] = accumulate != 0 ? y[at] + value : value;
    }
}
