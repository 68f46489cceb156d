using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.MetricLearning;

namespace TripletGpu.Models.Evaluation;

/// <summary>Every query is given the class of its nearest reference by squared L2 distance.</summary>
public static class NearestNeighbourProtocol
{
    // Between two slices the search can be stopped.
    const int SliceRows = 2500;

    /// <summary>Finds every query's nearest reference.</summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="queries">The rows to classify.</param>
    /// <param name="references">What is searched; null: the queries themselves, each without itself.</param>
    /// <param name="stopping">Obeyed between slices of the queries.</param>
    /// <param name="ranks">
    /// Who searches together, each its share of the references for all queries; the result is that of one, the same on
    /// every rank.
    /// </param>
    /// <exception cref="OperationCanceledException">It, or another rank, was asked to stop.</exception>
    public static NearestNeighbourResult Evaluate(
        Device device, EmbeddingSet queries, EmbeddingSet? references, CancellationToken stopping = default,
        ICollective? ranks = null)
    {
        EmbeddingSet searched = references ?? queries;
        (int first, int end) = Meeting.Share(ranks, searched.Count);
        int[] neighbours = new int[queries.Count];
        float[] distances = new float[queries.Count];
        neighbours.AsSpan().Fill(-1);
        distances.AsSpan().Fill(float.PositiveInfinity);
        if (end > first)
            Search(device, queries, searched, first, end, references is null, neighbours, distances, stopping);
        Meeting.ThrowIfStopping(ranks, stopping);
        if (ranks is not null) TakeNearest(ranks, neighbours, distances);
        return new NearestNeighbourResult(queries.Labels, searched.Labels, neighbours, distances);
    }

    /// <summary>Of the references first .. end - 1 the nearest of each query.</summary>
    static void Search(
        Device device, EmbeddingSet queries, EmbeddingSet references, int first, int end, bool isSelf,
        int[] neighbours, float[] distances, CancellationToken stopping)
    {
        int width = queries.Dimension;
        using Step step = device.BeginStep(record: false);
        Tensor r = device.Tensor(
            new Shape(end - first, width), references.Values.AsSpan(first * width, (end - first) * width));
        for (int start = 0, next; start < queries.Count && !stopping.IsCancellationRequested; start = next)
        {
            // A slice lies whole within these references, where each query must not find itself, or whole outside.
            next = Math.Min(start + SliceRows, queries.Count);
            bool isAmong = isSelf && start >= first && start < end;
            if (isSelf && start < first) next = Math.Min(next, first);
            if (isAmong) next = Math.Min(next, end);
            int count = next - start;
            using Step slice = device.BeginStep(record: false);
            Tensor q = device.Tensor(new Shape(count, width), queries.Values.AsSpan(start * width, count * width));
            (Tensor indices, Tensor nearest) = q.NearestNeighbours(r, 1, self: isAmong ? start - first : -1);
            int[] found = indices.ToIntArray();
            for (int i = 0; i < count; i++) neighbours[start + i] = found[i] < 0 ? -1 : first + found[i];
            nearest.ToArray().CopyTo(distances, start);
        }
    }

    /// <summary>Of the ranks' neighbours the nearest, of equals the lowest row: that of the lowest rank.</summary>
    static void TakeNearest(ICollective ranks, int[] neighbours, float[] distances)
    {
        int count = neighbours.Length;
        int[] counts = new int[ranks.Size], rows = new int[(long)count * ranks.Size];
        float[] far = new float[rows.Length];
        Array.Fill(counts, count);
        ranks.AllGather<int>(neighbours, rows, counts);
        ranks.AllGather<float>(distances, far, counts);
        for (int i = 0; i < count; i++)
        {
            int best = i;
            for (int at = i + count; at < rows.Length; at += count)
                if (far[at] < far[best] || rows[best] < 0) best = at;
            (neighbours[i], distances[i]) = (rows[best], far[best]);
        }
    }

    /// <summary>
    /// The share of queries whose nearest class mean (of the references, not normalised again) is their own class's.
    /// </summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="queries">The rows to classify.</param>
    /// <param name="references">
    /// What the means are of; null: the queries themselves. Then the mean of a query's own class is that of the others
    /// of it, and a query without others is not judged.
    /// </param>
    /// <returns>NaN where no query can be judged.</returns>
    public static double NearestMeanAccuracy(Device device, EmbeddingSet queries, EmbeddingSet? references) =>
        ClassMeans.Of(references ?? queries).Accuracy(device, queries, isOneSet: references is null);
}

/// <summary>What the nearest reference says about each query.</summary>
/// <param name="Labels">The queries' classes.</param>
/// <param name="ReferenceLabels">The references' classes.</param>
/// <param name="Neighbours">The row of each query's nearest reference; -1 where there is none.</param>
/// <param name="Distances">The squared distance to it.</param>
public sealed record NearestNeighbourResult(int[] Labels, int[] ReferenceLabels, int[] Neighbours, float[] Distances)
{
    /// <summary>
    /// The queries that can be right: the references have their class, apart from themselves. The others have no
    /// neighbour.
    /// </summary>
    public int Judged { get; init; } = Labels.Length;

    /// <summary>The share of the judged queries whose nearest reference is of their class; NaN where none is.</summary>
    public double PrecisionAt1
    {
        get
        {
            int right = 0;
            for (int i = 0; i < Labels.Length; i++)
                if (IsRight(i)) right++;
            return (double)right / Judged;
        }
    }

    /// <summary>
    /// Leaves the queries out whose class no other reference has: they would be wrong whatever was done.
    /// </summary>
    /// <param name="isOneSet">Whether the references are the queries, each compared with the others.</param>
    public NearestNeighbourResult AmongKnown(bool isOneSet)
    {
        Dictionary<int, int> known = ReferenceLabels.CountBy(label => label).ToDictionary();
        int least = isOneSet ? 2 : 1, judged = 0;
        int[] neighbours = [.. Neighbours];
        for (int i = 0; i < neighbours.Length; i++)
            if (known.GetValueOrDefault(Labels[i]) >= least) judged++;
            else neighbours[i] = -1;
        return this with { Neighbours = neighbours, Judged = judged };
    }

    /// <summary>The class that query i is taken for, or null.</summary>
    public int? Predicted(int i) => Neighbours[i] < 0 ? null : ReferenceLabels[Neighbours[i]];

    /// <summary>How often a query of class <c>labels[row]</c> was taken for class <c>labels[column]</c>.</summary>
    /// <param name="labels">The classes in the order wanted.</param>
    public int[][] Confusion(IReadOnlyList<int> labels)
    {
        Dictionary<int, int> index = labels.Select((label, i) => (label, i)).ToDictionary(p => p.label, p => p.i);
        int[][] counts = [.. labels.Select(_ => new int[labels.Count])];
        for (int i = 0; i < Labels.Length; i++)
            if (Predicted(i) is { } predicted && index.TryGetValue(Labels[i], out int row)
                && index.TryGetValue(predicted, out int column))
                counts[row][column]++;
        return counts;
    }

    /// <summary>
    /// The mistakes whose wrong neighbour lies nearest, at most <paramref name="count"/>, nearest first.
    /// </summary>
    public IReadOnlyList<NeighbourMistake> HardestMistakes(int count) =>
    [
        .. Enumerable.Range(0, Labels.Length).Where(i => Neighbours[i] >= 0 && !IsRight(i))
            .OrderBy(i => Distances[i]).Take(count)
            .Select(
                i => new NeighbourMistake(i, Neighbours[i], Labels[i], ReferenceLabels[Neighbours[i]], Distances[i])),
    ];

    bool IsRight(int i) => Predicted(i) == Labels[i];
}

/// <summary>A query, the reference of another class nearest to it, and their squared distance.</summary>
public sealed record NeighbourMistake(int Query, int Reference, int Label, int Predicted, float Distance);
