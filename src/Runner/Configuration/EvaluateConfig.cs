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

    /// <summary>What the test images are compared with.</summary>
    public EvaluationReferences References { get; init; } = EvaluationReferences.Auto;

    /// <summary>lfw: the file pairs.txt.</summary>
    public string? Pairs { get; init; }

    /// <summary>lfw: the folder with one folder of photographs a person; null: data.path.</summary>
    public string? PairsImages { get; init; }

    /// <summary>After every so many epochs, and at the end; 0: only at the end.</summary>
    public int EveryEpochs { get; init; } = 1;
}

/// <summary>
/// Auto: the gallery where there is one, the training images where they have classes of the test, else the test images
/// themselves.
/// </summary>
public enum EvaluationReferences { Auto, Train, Test, Gallery }

/// <summary>A way to measure embeddings.</summary>
public enum EvaluationProtocol { Knn, NearestMean, Verification, TripletOrder, Lfw, OpenSet }
