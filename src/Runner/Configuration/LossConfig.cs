using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;

namespace TripletGpu.Runner.Configuration;

/// <summary>What is minimised. Settings that the kind does not have stay null.</summary>
public sealed record LossConfig
{
    /// <summary>Triplets, pairs, or weights of the classes.</summary>
    public LossKind Kind { get; init; } = LossKind.Triplet;

    /// <summary>Which triplets of a batch count.</summary>
    public MiningRule Rule { get; init; } = MiningRule.Semihard;

    /// <summary>
    /// triplet: how much farther the negative must be, in units of <see cref="Distance"/>. Else the margin of the
    /// kind's paper, of arcface in radians. Null: the kind's own.
    /// </summary>
    public double? Margin { get; init; }

    /// <summary>rule angular: degrees that a triplet's angle must exceed; null: 20.</summary>
    public double? Angle { get; init; }

    /// <summary>Squared Euclidean distance or the distance itself.</summary>
    public TripletDistance Distance { get; init; } = TripletDistance.Squared;

    /// <summary>What the sum of losses is divided by; null: what the rule's sources divide by.</summary>
    public TripletReduction? Reduction { get; init; }

    /// <summary>nt-xent, supcon: what similarities are divided by.</summary>
    public double? Temperature { get; init; }

    /// <summary>circle, arcface, subcenter-arcface, cosface, proxy-nca: what similarities are multiplied by.</summary>
    public double? Scale { get; init; }

    /// <summary>multi-similarity: the sharpness of positives; proxy-anchor: of both.</summary>
    public double? Alpha { get; init; }

    /// <summary>multi-similarity: the sharpness of negatives.</summary>
    public double? Beta { get; init; }

    /// <summary>multi-similarity: the similarity that positives should exceed.</summary>
    public double? Base { get; init; }

    /// <summary>multi-similarity: the miner's margin; -1: no miner.</summary>
    public double? Epsilon { get; init; }

    /// <summary>subcenter-arcface: weights a class.</summary>
    public int? SubCenters { get; init; }

    /// <summary>proxy-nca: whether the own proxy is in the denominator too.</summary>
    public bool? SumsOwnProxy { get; init; }

    /// <summary>The losses on pairs: how many earlier embeddings each batch meets; null: none.</summary>
    public int? Memory { get; init; }
}

/// <summary>
/// What is minimised: the loss of triplets; cross-entropy of a classifier; a loss on pairs of embeddings; or one of
/// embeddings against weights of the classes.
/// </summary>
public enum LossKind
{
    Triplet, Softmax,
    Contrastive, NtXent, Supcon, MultiSimilarity, Circle,
    Arcface, SubcenterArcface, Cosface, ProxyNca, ProxyAnchor,
}
