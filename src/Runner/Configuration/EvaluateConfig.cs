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

    /// <summary>lfw: the file pairs.txt.</summary>
    public string? Pairs { get; init; }

    /// <summary>lfw: the folder with one folder of photographs a person; null: data.path.</summary>
    public string? PairsImages { get; init; }

    /// <summary>After every so many epochs, and at the end; 0: only at the end.</summary>
    public int EveryEpochs { get; init; } = 1;
}

/// <summary>A way to measure embeddings.</summary>
public enum EvaluationProtocol { Knn, NearestMean, Verification, TripletOrder, Lfw }
