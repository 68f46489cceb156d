using TripletGpu.Collectives;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Evaluation;

/// <summary>
/// Measures a network on a run's data: the test set's embeddings against the training set's, or against what
/// <c>evaluate.references</c> says. Data without a test set is compared with itself, each image without itself.
/// </summary>
/// <param name="config">The run's config.</param>
/// <param name="data">Its data.</param>
/// <param name="network">What is measured.</param>
/// <param name="progress">How far it is.</param>
/// <param name="stopping">Gives up, with an <see cref="OperationCanceledException"/>.</param>
/// <param name="ranks">
/// Who measures together: each rank embeds its share of the images, and searches its share of the references.
/// </param>
sealed class RunEvaluator(
    RunConfig config, DatasetSplits data, EmbeddingNetwork network, ProgressLine progress,
    CancellationToken stopping = default, ICollective? ranks = null)
{
    const long MostBaselinePixels = 1L << 28;
    Baselines? baselines;

    (long Step, EmbeddingSet Set)? labelled;

    /// <summary>What <see cref="PrecisionAt1"/> is measured on.</summary>
    public string Part => (data.Validation ?? data.Test ?? data.Train).Name;

    /// <summary>
    /// Whether there is a precision at 1 of <see cref="Part"/>: not where its images are all the only ones of a class.
    /// </summary>
    public bool CanJudge
    {
        get
        {
            if (data.Validation is { } held)
                return Comparison.CanJudge(held.Labels, data.Labelled.Labels.ToArray());
            (IImageDataset queries, IImageDataset? references) = Sets();
            return Comparison.CanJudge(queries.Labels, references?.Labels.ToArray());
        }
    }

    /// <summary>Checks that the data has what <c>evaluate</c> asks for; it is needed only after training.</summary>
    /// <exception cref="UserErrorException">It has not.</exception>
    public static void Check(RunConfig config, DatasetSplits data)
    {
        if (config.Evaluate.References == EvaluationReferences.Gallery && data.Gallery is null)
            throw NoGallery;
        if (config.Evaluate.Protocols.Contains(EvaluationProtocol.Lfw)) _ = ReadPairs(config);
    }

    /// <summary>
    /// Precision at 1 alone, of the validation part against the images that are trained on; of the test where there is
    /// no such part.
    /// </summary>
    /// <param name="step">The steps that the network has been trained.</param>
    /// <param name="isLast">Whether <see cref="Measure"/> follows with the same network: embeddings are kept.</param>
    /// <returns>Null where nothing can be judged.</returns>
    public double? PrecisionAt1(long step, bool isLast)
    {
        if (data.Validation is null) return PrecisionAt1(network);
        (EmbeddingSet queries, EmbeddingSet references) = EmbedForValidation(data.Validation, step, isLast);
        return Finite(new Comparison(queries, references).FindNeighbours(network.Device, stopping, ranks).PrecisionAt1);
    }

    /// <summary>The false alarm rates at which open-set figures are told.</summary>
    public IReadOnlyList<double> FalseAlarmRates { get; init; } = [0.1, 0.01];

    /// <summary>
    /// Every figure that the config asks for, with its baselines; of several ranks the first has all.
    /// </summary>
    /// <param name="step">The steps that the network has been trained; null: not from a training.</param>
    public MeasuredRun Measure(long? step = null)
    {
        (EmbeddingSet queries, EmbeddingSet? references) = EmbedSets(
            network, labelled is { } kept && kept.Step == step ? kept.Set : null);
        labelled = null;
        Protocols protocols = Protocols.None;
        foreach (EvaluationProtocol protocol in config.Evaluate.Protocols)
            protocols |= protocol switch
            {
                EvaluationProtocol.Knn => Protocols.Knn,
                EvaluationProtocol.NearestMean => Protocols.NearestMean,
                EvaluationProtocol.Verification => Protocols.Verification,
                EvaluationProtocol.Lfw or EvaluationProtocol.OpenSet => Protocols.None,
                _ => Protocols.TripletOrder,
            };
        baselines ??= MeasureBaselines();
        // What ranks do together comes before what the first one does alone.
        FacePairs? pairs = config.Evaluate.Protocols.Contains(EvaluationProtocol.Lfw) ? ReadPairs(config) : null;
        EmbeddingSet? faces = pairs is null ? null : EmbedFaces(pairs);
        EvaluationResult result = Evaluator.Evaluate(
            network.Device, queries, references, protocols, config.Train.Seed, baselines, stopping, ranks);
        if (ranks is { Rank: > 0 }) return new MeasuredRun(result, queries);
        if (pairs is not null)
            result = result with { Lfw = LfwProtocol.Evaluate(faces!, pairs.First, pairs.Second, pairs.IsSame) };
        if (config.Evaluate.Protocols.Contains(EvaluationProtocol.OpenSet))
        {
            OpenSetResult? openSet = OpenSetProtocol.Evaluate(
                network.Device, new Comparison(queries, references), FalseAlarmRates, stopping);
            result = result with { OpenSet = openSet };
            if (openSet is null) result = WithNote(
                result,
                "DIR is left out: there are too few strangers to state such a rate of false alarms, or nobody to name");
        }
        if (result.TripletOrder is { } order)
        {
            TripletOrderOfClass[] classes = [.. order.Classes.Select(c => c with { Label = IdOf((int)c.Label) })];
            result = result with { TripletOrder = order with { Classes = classes } };
        }
        return new MeasuredRun(result, queries);
    }

    static EvaluationResult WithNote(EvaluationResult result, string note) =>
        result with { Protocol = result.Protocol with { Notes = [.. result.Protocol.Notes, note] } };

    long IdOf(int label) => (data.Test ?? data.Train).IdOf(label);

    double? PrecisionAt1(EmbeddingNetwork with)
    {
        (EmbeddingSet queries, EmbeddingSet? references) = EmbedSets(with, null);
        return Finite(new Comparison(queries, references).FindNeighbours(network.Device, stopping, ranks).PrecisionAt1);
    }

    static UserErrorException NoGallery =>
        new("evaluate.references is gallery, but the data has none: a folder gallery, or data.galleryImages");

    static FacePairs ReadPairs(RunConfig config) =>
        FacePairs.Read(config.Evaluate.Pairs!, config.Evaluate.PairsImages ?? config.Data.Path!);

    EmbeddingSet EmbedFaces(FacePairs pairs)
    {
        FolderDataset images = new("faces", pairs.Files, network.ImageShape, config.Data.Decoder, mostCachedBytes: 0);
        return Embed(network, FittedDataset.Of(images, config));
    }

    Baselines MeasureBaselines()
    {
        double? raw = MeasureRawPixels();
        EmbeddingNetwork untrained = NetworkFactory.Create(config, network.Device);
        untrained.Initialize(config.Train.Seed);
        double? precision = PrecisionAt1(untrained);
        untrained.Release();
        return new Baselines(raw, precision);
    }

    /// <summary>Null where the pixels of all images would fill the memory.</summary>
    double? MeasureRawPixels()
    {
        (IImageDataset queries, IImageDataset? references) = Sets();
        long pixels = ((long)queries.Count + (references?.Count ?? 0)) * queries.ImageShape.Count;
        if (pixels > MostBaselinePixels) return null;
        Comparison comparison = new(Pixels(queries), references is null ? null : Pixels(references));
        return Finite(comparison.FindNeighbours(network.Device, stopping, ranks).PrecisionAt1);
    }

    /// <summary>Who is judged, and by whom; null: by the others of them.</summary>
    (IImageDataset Queries, IImageDataset? References) Sets()
    {
        if (data.Test is null) return (data.Labelled, null);
        return (data.Test, config.Evaluate.References switch
        {
            EvaluationReferences.Test => null,
            EvaluationReferences.Train => data.Labelled,
            EvaluationReferences.Gallery => data.Gallery ?? throw NoGallery,
            _ => data.Gallery ?? data.Labelled,
        });
    }

    /// <param name="with">The network.</param>
    /// <param name="known">Its embeddings of <see cref="DatasetSplits.Labelled"/>, where they are known.</param>
    (EmbeddingSet Queries, EmbeddingSet? References) EmbedSets(EmbeddingNetwork with, EmbeddingSet? known)
    {
        (IImageDataset queries, IImageDataset? references) = Sets();
        EmbeddingSet? referenceSet = references is null ? null : Of(references);
        return (Of(queries), referenceSet);

        EmbeddingSet Of(IImageDataset images) =>
            known is not null && images == data.Labelled ? known : Embed(with, images);
    }

    (EmbeddingSet Queries, EmbeddingSet References) EmbedForValidation(IImageDataset held, long step, bool isLast)
    {
        EmbeddingSet all = Embed(network, data.Labelled);
        if (isLast) labelled = (step, all);
        return held is SubsetDataset drawn && data.Train is SubsetDataset train && drawn.Whole == data.Labelled
            ? (Named(all.Select(drawn.Members), held), Named(all.Select(train.Members), data.Train))
            : (Embed(network, held), all);
    }

    static EmbeddingSet Named(EmbeddingSet set, IImageDataset images) =>
        new(images.Name, set.Values, set.Dimension, set.Labels);

    static double? Finite(double precision) => double.IsFinite(precision) ? precision : null;

    EmbeddingSet Embed(EmbeddingNetwork with, IImageDataset images) =>
        new(
            images.Name, Embedder.Embed(with, images, progress, stopping, ranks), with.Dimension,
            images.Labels.ToArray());

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
sealed record MeasuredRun(EvaluationResult Result, EmbeddingSet Queries)
{
    /// <summary>The same with another note.</summary>
    public MeasuredRun Noted(string note) => this with
    {
        Result = Result with { Protocol = Result.Protocol with { Notes = [.. Result.Protocol.Notes, note] } },
    };
}
