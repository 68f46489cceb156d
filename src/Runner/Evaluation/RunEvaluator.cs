using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Evaluation;

/// <summary>
/// Measures a network on a run's data: the test set's embeddings against the training set's. Data without a test set is
/// compared with itself, each image without itself.
/// </summary>
/// <param name="config">The run's config.</param>
/// <param name="data">Its data.</param>
/// <param name="network">What is measured.</param>
/// <param name="progress">How far it is.</param>
/// <param name="stopping">Gives up, with an <see cref="OperationCanceledException"/>.</param>
sealed class RunEvaluator(
    RunConfig config, DatasetSplits data, EmbeddingNetwork network, ProgressLine progress,
    CancellationToken stopping = default)
{
    const long MostBaselinePixels = 1L << 28;
    Baselines? baselines;

    /// <summary>Precision at 1 alone.</summary>
    public double PrecisionAt1()
    {
        (EmbeddingSet queries, EmbeddingSet? references) = Embed(network);
        return NearestNeighbourProtocol.Evaluate(network.Device, queries, references, stopping).PrecisionAt1;
    }

    /// <summary>Every figure that the config asks for, with its baselines.</summary>
    public MeasuredRun Measure()
    {
        (EmbeddingSet queries, EmbeddingSet? references) = Embed(network);
        Protocols protocols = Protocols.None;
        foreach (EvaluationProtocol protocol in config.Evaluate.Protocols)
            protocols |= protocol switch
            {
                EvaluationProtocol.Knn => Protocols.Knn,
                EvaluationProtocol.NearestMean => Protocols.NearestMean,
                EvaluationProtocol.Verification => Protocols.Verification,
                EvaluationProtocol.Lfw => Protocols.None,
                _ => Protocols.TripletOrder,
            };
        EvaluationResult result = Evaluator.Evaluate(
            network.Device, queries, references, protocols, config.Train.Seed, baselines ??= MeasureBaselines(),
            stopping);
        if (config.Evaluate.Protocols.Contains(EvaluationProtocol.Lfw)) result = result with { Lfw = MeasureFaces() };
        return new MeasuredRun(result, queries);
    }

    LfwResult MeasureFaces()
    {
        FacePairs pairs = FacePairs.Read(config.Evaluate.Pairs!, config.Evaluate.PairsImages ?? config.Data.Path!);
        FolderDataset images = new("faces", pairs.Files, network.ImageShape, config.Data.Decoder, mostCachedBytes: 0);
        EmbeddingSet faces = Embed(network, FittedDataset.Of(images, config));
        return LfwProtocol.Evaluate(faces, pairs.First, pairs.Second, pairs.IsSame);
    }

    Baselines MeasureBaselines()
    {
        double? raw = MeasureRawPixels();
        EmbeddingNetwork untrained = NetworkFactory.Create(config, network.Device);
        untrained.Initialize(config.Train.Seed);
        (EmbeddingSet queries, EmbeddingSet? references) = Embed(untrained);
        untrained.Release();
        return new Baselines(
            raw, NearestNeighbourProtocol.Evaluate(network.Device, queries, references, stopping).PrecisionAt1);
    }

    /// <summary>Null where the pixels of all images would fill the memory.</summary>
    double? MeasureRawPixels()
    {
        long pixels = ((long)data.Train.Count + (data.Test?.Count ?? 0)) * data.Train.ImageShape.Count;
        if (pixels > MostBaselinePixels) return null;
        return NearestNeighbourProtocol.Evaluate(
            network.Device, Pixels(data.Test ?? data.Train), data.Test is null ? null : Pixels(data.Train),
            stopping).PrecisionAt1;
    }

    (EmbeddingSet Queries, EmbeddingSet? References) Embed(EmbeddingNetwork with)
    {
        EmbeddingSet train = Embed(with, data.Train);
        return data.Test is null ? (train, null) : (Embed(with, data.Test), train);
    }

    EmbeddingSet Embed(EmbeddingNetwork with, IImageDataset images) =>
        new(images.Name, Embedder.Embed(with, images, progress, stopping), with.Dimension, images.Labels.ToArray());

    static EmbeddingSet Pixels(IImageDataset images)
    {
        int width = (int)images.ImageShape.Count;
        float[] values = new float[(long)images.Count * width];
        for (int i = 0; i < images.Count; i++) images.CopyImage(i, values.AsSpan(i * width, width));
        return new EmbeddingSet($"{images.Name} pixels", values, width, images.Labels.ToArray());
    }
}

/// <summary>The figures of a run and the embeddings that they are of.</summary>
/// <param name="Result">The figures.</param>
/// <param name="Queries">The test set's embeddings.</param>
sealed record MeasuredRun(EvaluationResult Result, EmbeddingSet Queries);
