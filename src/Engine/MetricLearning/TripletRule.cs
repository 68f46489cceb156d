using TripletGpu.Ops;

namespace TripletGpu.MetricLearning;

/// <summary>
/// Which triplets of a batch the loss looks at. Let d be the distance, (a, p) an ordered pair of different rows of one
/// class, n a row of another class. A triplet is <i>hard</i> where d(a,n) &lt;= d(a,p), <i>semi-hard</i> where
/// d(a,p) &lt; d(a,n) &lt; d(a,p) + margin, else <i>easy</i>. Equal distances: the lowest index is taken.
/// </summary>
public enum TripletRule
{
    /// <summary>
    /// For every pair the nearest negative strictly farther than the positive (which may be an easy one); where there
    /// is none, the farthest negative: a fallback. An anchor without any negative contributes margin + d(a,p). This is
    /// <c>TripletSemiHardLoss</c> of TensorFlow Addons, with its mean over all pairs.
    /// </summary>
    SemiHard,

    /// <summary>
    /// For every pair the nearest semi-hard negative; a pair without one is dropped. FaceNet (arXiv 1503.03832, 3.2).
    /// </summary>
    FaceNet,

    /// <summary>
    /// For every pair a random one of its semi-hard negatives, all equally likely; a pair without one is dropped.
    /// </summary>
    RandomSemiHard,

    /// <summary>
    /// Batch-hard: one triplet for every anchor that has a positive and a negative, of its farthest positive and
    /// nearest negative. Hermans et al., arXiv 1703.07737.
    /// </summary>
    Hard,

    /// <summary>
    /// Every triplet. Mean over those with a loss above 0: omoindrot's batch-all, pytorch-metric-learning's "all".
    /// </summary>
    BatchAll,

    /// <summary>Every semi-hard triplet: pytorch-metric-learning's <c>TripletMarginMiner("semihard")</c>.</summary>
    AllSemiHard,

    /// <summary>Every hard triplet: pytorch-metric-learning's <c>TripletMarginMiner("hard")</c>.</summary>
    AllHard,

    /// <summary>
    /// No mining and no labels: rows 0 .. m-1 are anchors, m .. 2m-1 their positives, 2m .. 3m-1 their negatives, the
    /// three branches of a network with shared weights.
    /// </summary>
    Explicit,
}

/// <summary>How far apart two embeddings are.</summary>
public enum TripletDistance
{
    /// <summary>The sum of squared differences.</summary>
    Squared,

    /// <summary>Its square root; the gradient at distance 0 is 0.</summary>
    L2,
}

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
