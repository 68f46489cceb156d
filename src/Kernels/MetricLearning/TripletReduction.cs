namespace TripletGpu.Kernels.MetricLearning;

/// <summary>How the losses of single triplets become one number.</summary>
public enum TripletReduction
{
    /// <summary>
    /// The mean over what the rule chooses for: all ordered positive pairs (dropped ones count, with 0), all anchors
    /// that batch-hard takes, all explicit triplets, all triplets of the batch for the rules that take every one.
    /// </summary>
    Pairs,

    /// <summary>The mean over the triplets with a loss above 0.</summary>
    Active,

    /// <summary>The sum.</summary>
    Sum,
}
