using ILGPU;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// The rows of a batch by class, in one view of 6 N + 2 numbers that <see cref="ClassKernels"/> fills. A row's
/// positives are its class without itself, ascending; together they are the ordered pairs, numbered by anchor,
/// then positive.
/// </summary>
static class ClassIndex
{
    /// <summary>A row's class, named by its first row.</summary>
    public static int ClassOf(ArrayView<int> classes, int row) => classes[row];

    /// <summary>How many rows of its class come before a row.</summary>
    public static int Rank(ArrayView<int> classes, int n, int row) => classes[n + row];

    /// <summary>How many other rows a row's class has.</summary>
    public static int Positives(ArrayView<int> classes, int n, int row) => classes[2 * n + row] - 1;

    /// <summary>The number of the first pair that has this anchor.</summary>
    public static int FirstPair(ArrayView<int> classes, int n, int anchor) => classes[3 * n + anchor];

    /// <summary>The row that is an anchor's positive number <paramref name="place"/>.</summary>
    public static int Positive(ArrayView<int> classes, int n, int anchor, int place)
    {
        int start = classes[4 * n + 1 + classes[anchor]];
        return classes[5 * n + 2 + start + (place < classes[n + anchor] ? place : place + 1)];
    }

    /// <summary>The number of the pair (anchor, positive).</summary>
    public static int Pair(ArrayView<int> classes, int n, int anchor, int positive) =>
        FirstPair(classes, n, anchor) + Rank(classes, n, positive) - (positive > anchor ? 1 : 0);
}
