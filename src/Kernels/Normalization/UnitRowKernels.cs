using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Kernels.Normalization;

/// <summary>
/// L2 normalisation of the rows of a matrix. One group a row, a tree in shared memory. The order of the sums, and with
/// it every bit, is that of the CPU backend.
/// </summary>
public static partial class UnitRowKernels
{
    /// <summary>
    /// 2^-96: squares of numbers so much smaller do not overflow, nor does their sum; and a product with it is exact,
    /// but for elements that are nothing to such a row.
    /// </summary>
    public const float Shrink = 1f / (65536f * 65536f * 65536f * 65536f * 65536f * 65536f);

    const int Items = 64;

    /// <summary>
    /// y = x / max(|x|, epsilon), norms = |x|. Where the sum of the squares overflows it is taken of smaller numbers.
    /// </summary>
    [Kernel(Items)]
    public static void Forward(ArrayView<float> x, ArrayView<float> y, ArrayView<float> norms, int width, float epsilon)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, row = Grid.IdxX;
        float sum = 0f;
        for (int j = item; j < width; j += Items)
            sum = Fused.MultiplyAdd(x[row * width + j], x[row * width + j], sum);
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        float norm = MathF.Sqrt(partial[0]), divisor = MathF.Max(norm, epsilon), scale = 1f;
        if (norm == float.PositiveInfinity)
        {
            Group.Barrier(); // all have read the first sum
            sum = 0f;
            for (int j = item; j < width; j += Items)
            {
                float small = x[row * width + j] * Shrink;
                sum = Fused.MultiplyAdd(small, small, sum);
            }
            partial[item] = sum;
            GroupSum.Fold(partial, item, Items);
            divisor = MathF.Sqrt(partial[0]);
            norm = divisor / Shrink;
            // The norm itself may be beyond the largest float.
            if (norm == float.PositiveInfinity)
                scale = Shrink;
            else
                divisor = norm;
        }
        if (item == 0)
            norms[row] = norm;
        for (int j = item; j < width; j += Items)
            y[row * width + j] = x[row * width + j] * scale / divisor;
    }

    /// <summary>dx = (dy - y (y . dy)) / |x|, or adds it; 0 for rows with |x| below epsilon.</summary>
    [Kernel(Items)]
    public static void Backward(
        ArrayView<float> y, ArrayView<float> norms, ArrayView<float> dy, ArrayView<float> dx, int width, float epsilon,
        int accumulate)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, row = Grid.IdxX;
        float sum = 0f;
        for (int j = item; j < width; j += Items)
            sum = Fused.MultiplyAdd(y[row * width + j], dy[row * width + j], sum);
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        float along = -partial[0], inverse = norms[row] < epsilon ? 0f : 1f / norms[row];
        for (int j = item; j < width; j += Items)
        {
            int at = row * width + j;
            float gradient = inverse == 0f ? 0f : Fused.MultiplyAdd(y[at], along, dy[at]) * inverse;
            dx[at] = accumulate != 0 ? dx[at] + gradient : gradient;
        }
    }
}
