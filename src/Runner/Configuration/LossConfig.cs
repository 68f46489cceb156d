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
    public DistanceKind Distance { get; init; } = DistanceKind.Squared;

    /// <summary>What the sum of losses is divided by.</summary>
    public ReductionKind Reduction { get; init; } = ReductionKind.Pairs;
}

/// <summary>Triplet margin loss on embeddings, or cross-entropy of a classifier.</summary>
public enum LossKind { Triplet, Softmax }

/// <summary>Which triplets of a batch count.</summary>
public enum MiningRule { Semihard, Facenet, RandomSemihard, Hard, BatchAll, Explicit }

/// <summary>Squared Euclidean distance or the distance itself.</summary>
public enum DistanceKind { Squared, L2 }

/// <summary>Pairs: all pairs of the rule; active: those with a loss above 0; sum: divided by nothing.</summary>
public enum ReductionKind { Pairs, Active, Sum }
