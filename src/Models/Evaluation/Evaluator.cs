using TripletGpu.Collectives;
using TripletGpu.Models.Text;

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
    /// <param name="ranks">
    /// Who evaluates together: the searches for neighbours are shared, and the rest is done by rank 0, which alone gets
    /// all figures.
    /// </param>
    /// <exception cref="OperationCanceledException">It was asked to give up.</exception>
    public static EvaluationResult Evaluate(
        Device device, EmbeddingSet queries, EmbeddingSet? references, Protocols protocols = Protocols.All,
        ulong seed = 1, Baselines? baselines = null, CancellationToken stopping = default, ICollective? ranks = null)
    {
        if (references is not null && references.Dimension != queries.Dimension)
            throw new ArgumentException(
                $"{queries.Name} has rows of {queries.Dimension}, {references.Name} of {references.Dimension}");
        Comparison comparison = new(queries, references);
        EvaluationResult result = new()
        {
            Protocol = new EvaluationProtocolFacts(
                queries.Name, comparison.References.Name, comparison.IsOneSet, 1, "squared L2", queries.IsNormalized,
                queries.Count),
            Baselines = baselines ?? new Baselines(null, null),
        };
        Dictionary<string, string> parts = [];
        List<string> notes = [];
        string against = comparison.IsOneSet
            ? $"{queries.Name}, each against the others"
            : $"{queries.Name} against {comparison.References.Name}";
        if (comparison.IsOfNewClasses)
            notes.Add(
                $"no class of {queries.Name} is in {references!.Name}: its images are compared with each other, and the"
                + " nearest class mean does not apply, nor does a confusion matrix: there are no means of classes that"
                + " were never trained on");
        if (protocols.HasFlag(Protocols.Knn))
        {
            NearestNeighbourResult neighbours = comparison.FindNeighbours(device, stopping, ranks);
            RetrievalResult retrieval = RetrievalProtocol.Evaluate(device, queries, seed, stopping, ranks);
            result = result with
            {
                PrecisionAt1 = Finite(neighbours.PrecisionAt1),
                RPrecision = Finite(retrieval.RPrecision),
                MapAtR = Finite(retrieval.MapAtR),
                Neighbours = neighbours,
                Unseen = comparison.MeasureUnseen(device, stopping, ranks),
                Protocol = result.Protocol with
                {
                    Retrieval =
                        $"R-precision and MAP@R within {Counted.Of(retrieval.Rows, "row")} of {queries.Name},"
                        + " self-match excluded",
                },
            };
            parts["precisionAt1"] = against;
            parts["rPrecision"] = parts["mapAtR"] = $"within {queries.Name}";
            if (result.Unseen is { } unseen)
                notes.Add(
                    $"{queries.Name} has {Counted.Of(unseen.Classes, "class")} ({Counted.Of(unseen.N, "row")}) not in"
                    + $" {comparison.References.Name}, judged apart, among each other (unseen)");
            else if (neighbours.Judged < queries.Count)
                notes.Add(
                    $"{queries.Name} has {Counted.Of(queries.Count - neighbours.Judged, "row")} without another of"
                    + " its class, whose nearest neighbours are not judged");
        }
        if (ranks is { Rank: > 0 }) return result;
        stopping.ThrowIfCancellationRequested();
        if (protocols.HasFlag(Protocols.NearestMean) && !comparison.IsOfNewClasses)
        {
            result = result with { NearestMeanAccuracy = NearestMean(device, comparison) };
            parts["nearestMeanAccuracy"] = comparison.IsOneSet ? $"within {queries.Name}" : against;
        }
        stopping.ThrowIfCancellationRequested();
        if (protocols.HasFlag(Protocols.Verification) && HasPairs(queries))
        {
            result = result with
            {
                Verification = VerificationProtocol.Evaluate(queries, seed),
                Protocol = result.Protocol with
                {
                    Pairs = $"{VerificationProtocol.PairsOfEachKind} same-class and as many different-class pairs of"
                        + $" {queries.Name}",
                },
            };
            parts["verification"] = $"within {queries.Name}";
        }
        stopping.ThrowIfCancellationRequested();
        if (protocols.HasFlag(Protocols.TripletOrder) && HasPairs(queries))
        {
            result = result with { TripletOrder = TripletOrderProtocol.Evaluate(queries, seed) };
            parts["tripletOrder"] = $"within {queries.Name}";
        }
        return result with { Protocol = result.Protocol with { Parts = parts, Notes = notes } };
    }

    /// <summary>Of the queries whose classes the references have.</summary>
    static double? NearestMean(Device device, Comparison comparison)
    {
        EmbeddingSet queries = comparison.Queries;
        if (comparison.Unseen is not null)
        {
            HashSet<int> known = [.. comparison.References.Labels];
            queries = queries.Select(
                [.. Enumerable.Range(0, queries.Count).Where(i => known.Contains(comparison.Queries.Labels[i]))]);
        }
        return Finite(
            NearestNeighbourProtocol.NearestMeanAccuracy(
                device, queries, comparison.IsOneSet ? null : comparison.References));
    }

    /// <summary>Whether there are pairs of one class and pairs of two.</summary>
    static bool HasPairs(EmbeddingSet set)
    {
        int classes = set.Labels.Distinct().Count();
        return classes > 1 && classes < set.Count;
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
