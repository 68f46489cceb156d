using System.Globalization;
using TripletGpu.Inference;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Inference;

/// <summary>A network of ours: of a run, or of imported weights.</summary>
sealed class RunnableNetwork : RunnableModel
{
    const string Input = "images", Output = "embeddings";

    readonly RunConfig config;
    readonly bool isRun;
    readonly PlannedNetwork planned;

    RunnableNetwork(EmbeddingNetwork network, RunConfig config, bool isRun)
    {
        (Network, this.config, this.isRun) = (network, config, isRun);
        planned = new PlannedNetwork(network) { OwnsWeights = true };
    }

    public EmbeddingNetwork Network { get; }

    /// <summary>
    /// What a run does to images before its network takes them, which an exported file does not: null where there is
    /// nothing of the kind.
    /// </summary>
    public string? BeforeNetwork => config.Data.Binarize is { } threshold && isRun
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"pixels in black and white: above {threshold} 1, others 0 (data.binarize), after resizing")
        : null;

    public override IReadOnlyList<string> Inputs => [Input];

    public override IReadOnlyList<string> Outputs => [Output];

    /// <summary>Opens a run's folder, or weights whose metadata names their network.</summary>
    /// <exception cref="UserErrorException">It is neither, or is damaged.</exception>
    public static new RunnableNetwork Open(string path, Device device, RunWeights weights)
    {
        if (Directory.Exists(path))
        {
            FinishedRun run = FinishedRun.Open(path, device, weights);
            return new RunnableNetwork(run.Network, run.Config, isRun: true);
        }
        if (weights != RunWeights.Last) throw NoRun(path);
        using (FileStream stream = InputFile.Open(path))
            if (ForeignFile.Describe(stream, WantedFile.NetworkOrWeights) is { } other)
                throw new UserErrorException($"{path} is no network: {other}");
        string? described;
        using (SafeTensors file = SafeTensors.Open(path)) described = file.Metadata.GetValueOrDefault(MetadataKey);
        if (described is null)
            throw new UserErrorException(
                $"{path} does not say which network its weights are for; triplet import --as writes that down");
        RunConfig config = ConfigReader.Parse($$"""{ "model": {{described}} }""", path, []);
        EmbeddingNetwork network = NetworkFactory.Create(config.Model, config.Train.Seed, device);
        Weights.Read(path, network);
        return new RunnableNetwork(network, config, isRun: false);
    }

    /// <summary>
    /// Images as <c>triplet embed</c> reads them for the run: bytes scaled to [0, 1], grey ones without a channel,
    /// resized and in black and white where the run is. Other extents than the run's are left to the network. Imported
    /// weights take what their own framework fed them, so that bytes are nothing for them.
    /// </summary>
    public override IRows Open(string input, string path, Action<string> warn)
    {
        if (Npy.ReadHeader(path).Shape is { Rank: 4, Count: 0 }) return new ArrayRows(path);
        NpyElement element = Npy.ReadHeader(path).Element;
        if (!isRun && element.IsByte)
            throw new UserErrorException(
                $"{path} holds {element}, but imported weights take floats as they were trained on;"
                + $" {AsFloats(element)}, less their mean, by their deviation");
        ArrayImages array = new(path);
        if (array.ImageShape[0] != Network.ImageShape[0] && ImageArray.TransposeHint(array.ImageShape) is { } hint)
            throw new UserErrorException($"{path}: {hint}");
        if (array.Range.Warning(Network.Scaling) is { } warning) warn(warning);
        return new ImageRows(FittedDataset.Of(array, config));
    }

    /// <inheritdoc/>
    public override RowBatches Run(IReadOnlyDictionary<string, IRows> inputs)
    {
        if (inputs.Keys.FirstOrDefault(name => name != Input) is { } unknown)
            throw new UserErrorException($"the network has no input \"{unknown}\", only {Input}");
        IRows images = inputs[Input];
        Shape shape = images.Shape;
        if (shape.Rank != 4 || shape[1] != Network.ImageShape[0])
            throw new UserErrorException(
                $"the input is {shape}, but the network takes images (N, {Network.ImageShape.ToString()[1..]}");
        return shape.Count == 0
            ? new RowBatches(null, [Named(new float[(long)shape[0] * Network.Dimension])])
            : new RowBatches(shape[0], Embed(images));
    }

    IEnumerable<IReadOnlyDictionary<string, NpyArray<float>>> Embed(IRows images)
    {
        Shape one = images.Shape.With(0, 1);
        int most = Math.Min(images.Shape[0], planned.RowsAtOnce(one)), pixels = (int)one.Count;
        float[] batch = new float[most * pixels], embeddings = [];
        foreach ((int first, int count) in RowBatches.Split(images.Shape[0], most))
        {
            images.Read(first, count, batch);
            if (embeddings.Length != count * Network.Dimension) embeddings = new float[count * Network.Dimension];
            planned.Run(one.With(0, count), batch.AsSpan(0, count * pixels), embeddings);
            yield return Named(embeddings);
        }
    }

    Dictionary<string, NpyArray<float>> Named(float[] embeddings) => new()
    {
        [Output] = new(new Shape(embeddings.Length / Network.Dimension, Network.Dimension), embeddings),
    };

    public override void Dispose()
    {
        planned.Dispose();
        Network.Release();
    }
}
