namespace TripletGpu.Runner.Configuration;

/// <summary>How the result is measured.</summary>
public sealed record EvaluateConfig
{
    /// <summary>Which figures.</summary>
    public EvaluationProtocol[] Protocols { get; init; } =
    [
        EvaluationProtocol.Knn, EvaluationProtocol.NearestMean, EvaluationProtocol.Verification,
        EvaluationProtocol.TripletOrder,
    ];

    /// <summary>After every so many epochs, and at the end; 0: only at the end.</summary>
    public int EveryEpochs { get; init; } = 1;
}

/// <summary>A way to measure embeddings.</summary>
public enum EvaluationProtocol { Knn, NearestMean, Verification, TripletOrder }
