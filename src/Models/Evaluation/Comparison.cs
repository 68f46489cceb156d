using TripletGpu.Collectives;

namespace TripletGpu.Models.Evaluation;

/// <summary>
/// What queries are compared with. Where no class of the queries is among the references, as with people who were never
/// trained on, every query would be wrong by construction: then the queries are compared with each other. Where some
/// classes are missing, those are judged apart.
/// </summary>
public sealed class Comparison
{
    readonly bool isOneSet;

    /// <summary>Compares queries with references, or with each other where there are none.</summary>
    public Comparison(EmbeddingSet queries, EmbeddingSet? references)
    {
        Queries = queries;
        HashSet<int> known = [.. (references ?? queries).Labels];
        int[] unseen = [.. Enumerable.Range(0, queries.Count).Where(i => !known.Contains(queries.Labels[i]))];
        isOneSet = references is null || unseen.Length == queries.Count;
        References = isOneSet ? queries : references!;
        UnseenClasses = unseen.Select(i => queries.Labels[i]).Distinct().Count();
        if (isOneSet) IsOfNewClasses = references is not null;
        else if (unseen.Length > 0) Unseen = queries.Select(unseen);
    }

    /// <summary>The rows that are judged.</summary>
    public EmbeddingSet Queries { get; }

    /// <summary>What their neighbours come from.</summary>
    public EmbeddingSet References { get; }

    /// <summary>Whether the queries are compared with each other, none with itself.</summary>
    public bool IsOneSet => isOneSet;

    /// <summary>Whether they are, because none of their classes is among the references.</summary>
    public bool IsOfNewClasses { get; }

    /// <summary>The queries of classes that the references lack, while they have others.</summary>
    public EmbeddingSet? Unseen { get; }

    /// <summary>How many classes of the queries the references lack.</summary>
    public int UnseenClasses { get; }

    /// <summary>Whether any query can be judged: whether another row that it is compared with has its class.</summary>
    /// <param name="queries">Their labels.</param>
    /// <param name="references">Those of the references; null: the queries are compared with each other.</param>
    public static bool CanJudge(ReadOnlySpan<int> queries, IReadOnlyCollection<int>? references)
    {
        HashSet<int> known = [.. references ?? []], seen = [];
        foreach (int label in queries)
            if (known.Contains(label) || !seen.Add(label)) return true;
        return false;
    }

    /// <summary>Finds each query's nearest reference.</summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="stopping">Obeyed between slices of the queries.</param>
    /// <param name="ranks">Who searches together.</param>
    public NearestNeighbourResult FindNeighbours(
        Device device, CancellationToken stopping = default, ICollective? ranks = null) =>
        NearestNeighbourProtocol.Evaluate(device, Queries, isOneSet ? null : References, stopping, ranks)
            .AmongKnown(isOneSet);

    /// <summary>How the queries of unseen classes do among each other; null where there are none.</summary>
    public UnseenResult? MeasureUnseen(
        Device device, CancellationToken stopping = default, ICollective? ranks = null)
    {
        if (Unseen is null) return null;
        double precision = NearestNeighbourProtocol.Evaluate(device, Unseen, null, stopping, ranks)
            .AmongKnown(isOneSet: true).PrecisionAt1;
        return new UnseenResult(UnseenClasses, Unseen.Count, double.IsFinite(precision) ? precision : null);
    }
}

/// <summary>The queries of classes that the references lack.</summary>
/// <param name="Classes">How many classes.</param>
/// <param name="N">How many queries.</param>
/// <param name="PrecisionAt1">
/// The share of them whose nearest among them, itself left out, has their class; null where no class has two.
/// </param>
public sealed record UnseenResult(int Classes, int N, double? PrecisionAt1);
