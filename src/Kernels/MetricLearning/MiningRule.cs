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
    /// For every pair one of the anchor's negatives, drawn as often as <see cref="DistanceWeight"/> says; where all of
    /// them are too far to be drawn, all are equally likely: a fallback. For embeddings of length 1. Wu et al. 2017,
    /// arXiv 1706.07567.
    /// </summary>
    DistanceWeighted,

    /// <summary>
    /// Batch-hard: one triplet for every anchor that has a positive and a negative, of its farthest positive and
    /// nearest negative. Hermans et al., arXiv 1703.07737.
    /// </summary>
    Hard,

    /// <summary>
    /// One triplet for every anchor: its nearest positive, and the nearest negative strictly farther; an anchor without
    /// one is dropped. The easy positive with semi-hard negative of Xuan et al., arXiv 1904.04370.
    /// </summary>
    EasyPositive,

    /// <summary>The same with the nearest negative of all: easy positive with hard negative.</summary>
    EasyPositiveHard,

    /// <summary>
    /// Every triplet. Mean over those with a loss above 0: omoindrot's batch-all, pytorch-metric-learning's "all".
    /// </summary>
    BatchAll,

    /// <summary>Every semi-hard triplet: pytorch-metric-learning's <c>TripletMarginMiner("semihard")</c>.</summary>
    AllSemihard,

    /// <summary>Every hard triplet: pytorch-metric-learning's <c>TripletMarginMiner("hard")</c>.</summary>
    AllHard,

    /// <summary>
    /// Every triplet whose angle at the negative, of half of the way from anchor to positive by the way from there to
    /// the negative, is wider than a limit: <see cref="AngularTriplets"/>. pytorch-metric-learning's
    /// <c>AngularMiner</c>.
    /// </summary>
    Angular,

    /// <summary>
    /// No mining and no labels: rows 0 .. m-1 are anchors, m .. 2m-1 their positives, 2m .. 3m-1 their negatives, the
    /// three branches of a network with shared weights.
    /// </summary>
    Explicit,
}
