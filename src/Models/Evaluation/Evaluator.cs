namespace TripletGpu.Models.Evaluation;

/// <summary>Which protocols to run.</summary>
[Flags]
public enum Protocols
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>1-NN, R-precision and MAP@R.</summary>
    Knn = 1,

    /// <summary>Nearest class mean.</summary>
    NearestMean = 2,

    /// <summary>Pairs: accuracy, AUC, EER, VAL@FAR.</summary>
    Verification = 4,

    /// <summary>The share of ordered random triplets, by class.</summary>
    TripletOrder = 8,

    /// <summary>All.</summary>
    All = Knn | NearestMean | Verification | TripletOrder,
}

/// <summary>Runs the evaluation protocols on embeddings.</summary>
public static class Evaluator
{
    /// <summary>
    /// Evaluates queries, such as a test set's embeddings, against references, such as the training set's.
    /// </summary>
    /// <param name="device">Where distances are computed.</param>
    /// <param name="queries">The rows to judge.</param>
    /// <param name="references">
    /// What the nearest neighbour and the class means are taken from; null: the queries themselves, without the query.
    /// </param>
    /// <param name="protocols">Which figures.</param>
    /// <param name="seed">For the samples of pairs, triplets and rows.</param>
    /// <param name="baselines">Figures of simpler methods, to stand beside these.</param>
    /// <param name="stopping">Gives up within a second or two.</param>
    /// <exception cref="OperationCanceledException">It was asked to give up.</exception>
    public static EvaluationResult Evaluate(
        Device device, EmbeddingSet queries, EmbeddingSet? references, Protocols protocols = Protocols.All,
        ulong seed = 1,
        Baselines? baselines = null, CancellationToken stopping = default)
    {
        if (references is not null && references.Dimension != queries.Dimension)
            throw new ArgumentException(
                $"{queries.Name} has rows of {queries.Dimension}, {references.Name} of {references.Dimension}");
        EvaluationResult result = new()
        {
            Protocol = new EvaluationProtocolFacts(
                queries.Name, references?.Name ?? queries.Name, references is null, 1, "squared L2",
                queries.IsNormalized, queries.Count),
            Baselines = baselines ?? new Baselines(null, null),
        };
        if (protocols.HasFlag(Protocols.Knn))
        {
            NearestNeighbourResult neighbours = NearestNeighbourProtocol.Evaluate(
                device, queries, references, stopping);
            stopping.ThrowIfCancellationRequested();
            RetrievalResult retrieval = RetrievalProtocol.Evaluate(device, queries, seed);
            result = result with
            {
                PrecisionAt1 = neighbours.PrecisionAt1,
                RPrecision = Finite(retrieval.RPrecision),
                MapAtR = Finite(retrieval.MapAtR),
                Neighbours = neighbours,
                Protocol = result.Protocol with
                {
                    Retrieval =
                        $"R-precision and MAP@R within {retrieval.Rows} rows of {queries.Name}, self-match excluded",
                },
            };
        }
        stopping.ThrowIfCancellationRequested();
        if (protocols.HasFlag(Protocols.NearestMean))
            result = result with
            {
                NearestMeanAccuracy = NearestNeighbourProtocol.NearestMeanAccuracy(
                    device, queries, references ?? queries),
            };
        stopping.ThrowIfCancellationRequested();
        if (protocols.HasFlag(Protocols.Verification) && HasPairs(queries))
            result = result with
            {
                Verification = VerificationProtocol.Evaluate(queries, seed),
                Protocol = result.Protocol with
                {
                    Pairs = $"{VerificationProtocol.PairsOfEachKind} same-class and as many different-class pairs of"
                        + $" {queries.Name}",
                },
            };
        stopping.ThrowIfCancellationRequested();
        if (protocols.HasFlag(Protocols.TripletOrder) && HasPairs(queries))
            result = result with { TripletOrder = TripletOrderProtocol.Evaluate(queries, seed) };
        return result;
    }

    /// <summary>Whether there are pairs of one class and pairs of two.</summary>
    static bool HasPairs(EmbeddingSet set)
    {
        int classes = set.Labels.Distinct().Count();
        return classes > 1 && classes < set.Count;
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
