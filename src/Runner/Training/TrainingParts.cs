using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Serialization;
using TripletGpu.Optimizers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Schedules;

namespace TripletGpu.Runner.Training;

/// <summary>Everything that a config names, built and checked before a run's folder is made.</summary>
sealed class TrainingParts : IDisposable
{
    TrainingParts(RunConfig config, DatasetSplits data, IBatchSource batches, EmbeddingNetwork network)
    {
        (Config, Data, Batches, Network) = (config, data, batches, network);
        TotalSteps = config.Train.Steps ?? (long)config.Train.Epochs * batches.BatchesPerEpoch;
        Optimizer = OptimizerFactory.Create(config.Optimizer, network.Parameters());
        Schedule = OptimizerFactory.Create(config.Schedule, config.Optimizer.LearningRate, TotalSteps);
    }

    /// <summary>The config as resolved.</summary>
    public RunConfig Config { get; }

    /// <summary>The images.</summary>
    public DatasetSplits Data { get; }

    /// <summary>The batches of the training set.</summary>
    public IBatchSource Batches { get; }

    /// <summary>What is trained.</summary>
    public EmbeddingNetwork Network { get; }

    /// <summary>How it is changed.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>How fast.</summary>
    public Schedule Schedule { get; }

    /// <summary>The steps of the whole run.</summary>
    public long TotalSteps { get; }

    /// <summary>Builds everything; weights are drawn from the seed or read from the file that the config names.</summary>
    /// <exception cref="UserErrorException">Something that the config names cannot be used.</exception>
    public static TrainingParts Build(RunConfig config, DatasetSplits data, Device device)
    {
        Datasets.CheckInput(config.Model, data.Train);
        if (config.Loss.Kind != LossKind.Triplet)
            throw new UserErrorException($"the config's loss.kind: this version trains with triplet, not {ConfigReader.Word(config.Loss.Kind)}");
        DatasetBatches batches = new(
            data.Train, Samplers.Create(config, data.Train), Augmentations.Parse(config.Data.Augment), config.Train.Seed);
        EmbeddingNetwork network = Networks.Create(config.Model, config.Train.Seed, device);
        network.Initialize(config.Train.Seed);
        if (config.Model.Weights is { } weights) Weights.Read(weights, network);
        Freezing.Freeze(network, config.Model.Freeze);
        return new TrainingParts(config, data, batches, network);
    }

    /// <summary>What is about to be trained, in one line.</summary>
    public string Describe()
    {
        long weights = Network.Parameters().Where(p => p.IsTrainable).Sum(p => p.Value.Count);
        return string.Create(CultureInfo.InvariantCulture,
            $"{ConfigReader.Word(Config.Model.Kind)}, {weights:N0} weights, on {Data.Train.Name} ({Data.Train.Count:N0} images),"
            + $" {TotalSteps:N0} steps of {Config.Sampler.Batch} on {Network.Device}");
    }

    /// <summary>Releases what lives on the device.</summary>
    public void Dispose()
    {
        Optimizer.Release();
        Network.Release();
    }
}
