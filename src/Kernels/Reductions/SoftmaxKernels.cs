using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Reductions;

/// <summary>
/// Softmax along the rows of a matrix. One group a row, trees in shared memory; each row is read twice.
/// </summary>
public static partial class SoftmaxKernels
{
    const int Items = 64;

    /// <summary>logSums[row] = (the largest element m, ln sum e^(x - m)).</summary>
    [Kernel(Items)]
    public static void LogSums(ArrayView<float> x, ArrayView<float> logSums, int width)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, row = Grid.IdxX;
        float largest = float.NegativeInfinity;
        for (int j = item; j < width; j += Items)
            largest = MathF.Max(largest, x[row * width + j]);
        partial[item] = largest;
        Group.Barrier();
        for (int half = Items / 2; half > 0; half /= 2)
        {
            if (item < half)
                partial[item] = MathF.Max(partial[item], partial[item + half]);
            Group.Barrier();
        }
        float top = partial[0];
        Group.Barrier();    // everybody has read it: the sums go to the same place

        float sum = 0f;
        for (int j = item; j < width; j += Items)
            sum += MathF.Exp(x[row * width + j] - top);
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        if (item == 0)
        {
            logSums[2 * row] = top;
            logSums[2 * row + 1] = MathF.Log(partial[0]);
        }
    }

    /// <summary>y = x - ln sum e^x. Parallel over elements.</summary>
    [Kernel]
    public static void LogSoftmax(Index1D i, ArrayView<float> x, ArrayView<float> logSums, ArrayView<float> y,
        int width)
    {
        int row = i / width;
        y[i] = x[i] - logSums[2 * row] - logSums[2 * row + 1];
    }

    /// <summary>dx = dy - e^y * sum dy, or adds it. One group a row.</summary>
    [Kernel(Items)]
    public static void LogSoftmaxBackward(ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, int width,
        int accumulate)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, row = Grid.IdxX;
        float sum = 0f;
        for (int j = item; j < width; j += Items)
            sum += dy[row * width + j];
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        float total = partial[0];
        for (int j = item; j < width; j += Items)
        {
            int at = row * width + j;
            float gradient = dy[at] - MathF.Exp(y[at]) * total;
            dx[at] = accumulate != 0 ? dx[at] + gradient : gradient;
        }
    }

    /// <summary>
    /// loss = the mean over rows of ln sum e^x - x[label]; NaN where a label is not a class. One group altogether.
    /// </summary>
    [Kernel(Items)]
    public static void CrossEntropy(
        ArrayView<float> x, ArrayView<int> labels, ArrayView<float> logSums, ArrayView<float> loss, int rows,
        int classes)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX;
        float sum = 0f;
        for (int row = item; row < rows; row += Items)
        {
            int label = labels[row];
            bool isClass = label >= 0 && label < classes;
            sum += isClass ? logSums[2 * row] - x[row * classes + (isClass ? label : 0)] + logSums[2 * row + 1]
                : float.NaN;
        }
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        if (item == 0)
            loss[0] = partial[0] / rows;
    }

    /// <summary>
    /// dx[n, c] = dloss / n * (softmax(x[n])[c] - [c = label[n]]), or adds it. Parallel over elements.
    /// </summary>
    [Kernel]
    public static void CrossEntropyBackward(
        Index1D i, ArrayView<float> x, ArrayView<int> labels, ArrayView<float> logSums, ArrayView<float> dloss,
        ArrayView<float> dx, int rows, int classes, int accumulate)
    {
        int row = i / classes, c = i % classes;
        float share = MathF.Exp(x[i] - logSums[2 * row] - logSums[2 * row + 1]);
        if (labels[row] == c) share -= 1f;
        float gradient = dloss[0] / rows * share;
        dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
    }
}
