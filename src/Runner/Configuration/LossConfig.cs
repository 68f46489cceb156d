using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;

namespace TripletGpu.Runner.Configuration;

/// <summary>What is minimised.</summary>
public sealed record LossConfig
{
    /// <summary>Triplet margin loss on embeddings, or cross-entropy of a classifier.</summary>
    public LossKind Kind { get; init; } = LossKind.Triplet;

    /// <summary>Which triplets of a batch count.</summary>
    public MiningRule Rule { get; init; } = MiningRule.Semihard;

    /// <summary>How much farther the negative must be, in units of <see cref="Distance"/>.</summary>
    public double Margin { get; init; } = 0.2;

    /// <summary>Squared Euclidean distance or the distance itself.</summary>
    public TripletDistance Distance { get; init; } = TripletDistance.Squared;

    /// <summary>What the sum of losses is divided by; null: what the rule's sources divide by.</summary>
    public TripletReduction? Reduction { get; init; }
}

/// <summary>Triplet margin loss on embeddings, or cross-entropy of a classifier.</summary>
public enum LossKind { Triplet, Softmax }
