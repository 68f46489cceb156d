using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.MetricLearning;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Models.Evaluation;

/// <summary>
/// R-precision and MAP@R (Musgrave et al., "A Metric Learning Reality Check", 2020) within one set: every row is a
/// query, all others are references, and R is the number of references of its class. With rel(i) whether the i-th
/// nearest is of the query's class: <c>R-precision = 1/R sum_{i&lt;=R} rel(i)</c>, <c>MAP@R = 1/R sum_{i&lt;=R}
/// rel(i) * (relevant among the first i) / i</c>, both averaged over the queries with R > 0. R neighbours a query are
/// kept: against a training set of thousands a class they would be millions, and within the test set R is some
/// hundreds or a thousand.
/// </summary>
public static class RetrievalProtocol
{
    /// <summary>Larger sets are sampled down to this many rows.</summary>
    public const int MaxRows = 10_000;

    // Neighbours held at a time: some tens of megabytes.
    const int MaxNeighbours = 4_000_000;

    /// <summary>Evaluates a set against itself.</summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="set">The rows.</param>
    /// <param name="seed">For the choice of rows of a larger set.</param>
    /// <param name="stopping">Obeyed between chunks of the queries.</param>
    /// <param name="ranks">Who searches together, each for its share of the queries.</param>
    /// <exception cref="OperationCanceledException">It, or another rank, was asked to stop.</exception>
    public static RetrievalResult Evaluate(
        Device device, EmbeddingSet set, ulong seed, CancellationToken stopping = default, ICollective? ranks = null)
    {
        if (set.Count > MaxRows) set = Sample(set, seed);
        Dictionary<int, int> sizes = set.Labels.CountBy(label => label).ToDictionary();
        int k = sizes.Values.Max() - 1;
        if (k == 0) return new RetrievalResult(double.NaN, double.NaN, 0);
        (int first, int end) = Meeting.Share(ranks, set.Count);
        // R-precision and MAP@R of each query.
        double[] figures = new double[2 * set.Count];
        Search(device, set, sizes, k, first, end, figures, stopping);
        Meeting.ThrowIfStopping(ranks, stopping);
        ranks?.AllGather<double>(
            figures.AsSpan(2 * first, 2 * (end - first)).ToArray(), figures,
            Array.ConvertAll(Shares.Counts(set.Count, ranks.Size), rows => 2 * rows));
        int queries = 0;
        double rPrecision = 0, mapAtR = 0;
        for (int i = 0; i < set.Count; i++)
        {
            if (sizes[set.Labels[i]] == 1) continue;
            queries++;
            rPrecision += figures[2 * i];
            mapAtR += figures[2 * i + 1];
        }
        return new RetrievalResult(rPrecision / queries, mapAtR / queries, set.Count);
    }

    static void Search(
        Device device, EmbeddingSet set, Dictionary<int, int> sizes, int k, int first, int end, double[] figures,
        CancellationToken stopping)
    {
        int chunk = Math.Clamp(MaxNeighbours / k, 1, set.Count);
        using Step step = device.BeginStep(record: false);
        Tensor references = set.Upload(device);
        for (; first < end && !stopping.IsCancellationRequested; first += chunk)
        {
            int count = Math.Min(chunk, end - first);
            using Step inner = device.BeginStep(record: false);
            Tensor rows = device.Tensor(
                new Shape(count, set.Dimension), set.Values.AsSpan(first * set.Dimension, count * set.Dimension));
            int[] neighbours = rows.NearestNeighbours(references, k, self: first).Indices.ToIntArray();
            for (int i = 0; i < count; i++)
            {
                int label = set.Labels[first + i], r = sizes[label] - 1, relevant = 0;
                if (r == 0) continue;
                double precisions = 0;
                for (int j = 0; j < r; j++)
                    if (set.Labels[neighbours[i * k + j]] == label) precisions += (double)++relevant / (j + 1);
                figures[2 * (first + i)] = (double)relevant / r;
                figures[2 * (first + i) + 1] = precisions / r;
            }
        }
    }

    static EmbeddingSet Sample(EmbeddingSet set, ulong seed)
    {
        int[] rows = [.. Enumerable.Range(0, set.Count)];
        new Philox(seed, Streams.Evaluation).Shuffle(rows.AsSpan());
        Array.Resize(ref rows, MaxRows);
        Array.Sort(rows);
        return set.Select(rows);
    }
}

/// <summary>R-precision and MAP@R; NaN where no class has two rows.</summary>
/// <param name="RPrecision">The mean share of a query's class among its R nearest.</param>
/// <param name="MapAtR">The same, weighted by rank.</param>
/// <param name="Rows">How many rows took part.</param>
public sealed record RetrievalResult(double RPrecision, double MapAtR, int Rows);
