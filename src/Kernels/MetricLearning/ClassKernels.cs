using ILGPU;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// From labels to <see cref="ClassIndex"/>, without the host: <see cref="Count"/>, the two sums of
/// <see cref="ScanKernels"/>, <see cref="Place"/>. Whole numbers: deterministic.
/// </summary>
public static partial class ClassKernels
{
    /// <summary>
    /// The numbers of a view for N rows: class, rank, size (N each), first pair and first member (N + 1
    /// each), members (N).
    /// </summary>
    public static int Length(int n) => 6 * n + 2;

    /// <summary>
    /// Class, rank and size of each row; in the places of the later sums the number of its pairs, and the class's size
    /// at the class's first row. Parallel over rows, each reads all labels: 4 N bytes from cache, N comparisons a row,
    /// less than the distances' N D.
    /// </summary>
    [Kernel]
    public static void Count(Index1D row, ArrayView<int> labels, ArrayView<int> classes, int n)
    {
        int label = labels[row], first = n, rank = 0, size = 0;
        for (int j = 0; j < n; j++)
        {
            int same = labels[j] == label ? 1 : 0;
            size += same;
            rank += j < row ? same : 0;
            first = Math.Min(first, same != 0 ? j : n);
        }
        classes[row] = first;
        classes[n + row] = rank;
        classes[2 * n + row] = size;
        classes[3 * n + row] = size - 1;
        classes[4 * n + 1 + row] = first == row ? size : 0;
    }

    /// <summary>Puts each row among the members of its class. Parallel over rows, 16 bytes each.</summary>
    [Kernel]
    public static void Place(Index1D row, ArrayView<int> classes, int n)
    {
        int start = classes[4 * n + 1 + classes[row]];
        classes[5 * n + 2 + start + classes[n + row]] = row;
    }
}
