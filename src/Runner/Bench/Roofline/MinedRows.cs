using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>
/// A batch of N rows of embeddings with what mining leaves between its kernels: classes of a few rows each, every
/// ordered pair of which has found a negative.
/// </summary>
sealed class MinedRows
{
    const int PerClass = WorkSizes.PerClass;

    /// <param name="rows">N, rounded down to whole classes, at least two.</param>
    public MinedRows(int rows)
    {
        N = Math.Max(2, rows / PerClass) * PerClass;
        Labels = [.. Enumerable.Range(0, N).Select(row => row / PerClass)];
        Classes = new int[ClassKernels.Length(N)];
        int n = N;
        for (int row = 0; row < n; row++)
        {
            int first = row / PerClass * PerClass;
            Classes[row] = first;
            Classes[n + row] = row - first;
            Classes[2 * n + row] = PerClass;
            Classes[3 * n + row] = row * (PerClass - 1);
            Classes[4 * n + 1 + row] = first == row ? row : first + PerClass;
            Classes[5 * n + 2 + row] = row;
        }
        Classes[4 * n] = Pairs;
        Classes[5 * n + 1] = n;
        Triplets = new int[3 * Pairs];
        for (int pair = 0; pair < Pairs; pair++)
        {
            int anchor = pair / (PerClass - 1), place = pair % (PerClass - 1);
            Triplets[3 * pair] = anchor;
            Triplets[3 * pair + 1] = anchor / PerClass * PerClass + (place < anchor % PerClass ? place : place + 1);
            Triplets[3 * pair + 2] = (anchor / PerClass * PerClass + PerClass + pair * 7 % (n - PerClass)) % n;
        }
        (Starts, Entries) = Index();
    }

    /// <summary>Rows.</summary>
    public int N { get; }

    /// <summary>Ordered pairs of rows of one class.</summary>
    public int Pairs => N * (PerClass - 1);

    /// <summary>Rows with those that fill up the last panel.</summary>
    public int PackedRows => (N + PanelTile.Columns - 1) / PanelTile.Columns * PanelTile.Columns;

    /// <summary>The class of each row.</summary>
    public int[] Labels { get; }

    /// <summary>The rows by class, as the kernels of classes leave them.</summary>
    public int[] Classes { get; }

    /// <summary>Anchor, positive and negative of each pair.</summary>
    public int[] Triplets { get; }

    /// <summary>Where the triplets that name a row begin.</summary>
    public int[] Starts { get; }

    /// <summary>These triplets.</summary>
    public int[] Entries { get; }

    (int[] Starts, int[] Entries) Index()
    {
        int[] starts = new int[N + 1], entries = new int[2 * Pairs];
        for (int pair = 0; pair < Pairs; pair++)
            for (int named = 1; named <= 2; named++) starts[Triplets[3 * pair + named] + 1]++;
        for (int row = 0; row < N; row++) starts[row + 1] += starts[row];
        int[] next = [.. starts];
        for (int pair = 0; pair < Pairs; pair++)
            for (int named = 1; named <= 2; named++) entries[next[Triplets[3 * pair + named]]++] = pair;
        return (starts, entries);
    }
}
