namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// Which triplets of a batch the loss looks at. Let d be the distance, (a, p) an ordered pair of different rows of one
/// class, n a row of another class. A triplet is <i>hard</i> where d(a,n) &lt;= d(a,p), <i>semi-hard</i> where
/// d(a,p) &lt; d(a,n) &lt; d(a,p) + margin, else <i>easy</i>. Equal distances: the lowest index is taken.
/// </summary>
public enum MiningRule
{
    /// <summary>
    /// For every pair the nearest negative strictly farther than the positive (which may be an easy one); where there
    /// is none, the farthest negative: a fallback. An anchor without any negative contributes margin + d(a,p). This is
    /// <c>TripletSemiHardLoss</c> of TensorFlow Addons, with its mean over all pairs.
    /// </summary>
    Semihard,

    /// <summary>
    /// For every pair the nearest semi-hard negative; a pair without one is dropped. FaceNet (arXiv 1503.03832, 3.2).
    /// </summary>
    Facenet,

    /// <summary>
    /// For every pair a random one of its semi-hard negatives, all equally likely; a pair without one is dropped.
    /// </summary>
    RandomSemihard,

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
    AllSemihard,

    /// <summary>Every hard triplet: pytorch-metric-learning's <c>TripletMarginMiner("hard")</c>.</summary>
    AllHard,

    /// <summary>
    /// No mining and no labels: rows 0 .. m-1 are anchors, m .. 2m-1 their positives, 2m .. 3m-1 their negatives, the
    /// three branches of a network with shared weights.
    /// </summary>
    Explicit,
}
