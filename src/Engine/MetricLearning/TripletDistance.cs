namespace TripletGpu.MetricLearning;

/// <summary>How far apart two embeddings are.</summary>
public enum TripletDistance
{
    /// <summary>The sum of squared differences.</summary>
    Squared,

    /// <summary>Its square root; the gradient at distance 0 is 0.</summary>
    L2,
}
