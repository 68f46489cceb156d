using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TripletGpu.Collectives;
using TripletGpu.Models;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Modules;
using TripletGpu.Optimizers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.TensorBoard;
using TripletGpu.Schedules;

namespace TripletGpu.Runner.Training;

/// <summary>Everything that a config names, built and checked before a run's folder is made.</summary>
sealed class TrainingParts : IDisposable
{
    const string ClassifierName = "classifier";

    // The last layer of nn2 and resnet50: pretrained layers may get a new one of another width.
    const string Head = "fc.";

    TrainingParts(RunConfig config, DatasetSplits data, IBatchSource batches, EmbeddingNetwork network)
    {
        (Config, Data, Batches, Network) = (config, data, batches, network);
        Phases = TrainingPhase.Of(config, batches.BatchesPerEpoch);
        Begin(Phases[0]);
    }

    /// <summary>The config as resolved.</summary>
    public RunConfig Config { get; }

    /// <summary>The images.</summary>
    public DatasetSplits Data { get; }

    /// <summary>The batches of the training set.</summary>
    public IBatchSource Batches { get; }

    /// <summary>This rank's rows of each batch; null where there is one rank.</summary>
    public BatchShare? Share { get; private init; }

    /// <summary>What is trained.</summary>
    public EmbeddingNetwork Network { get; }

    /// <summary>
    /// What names the classes from embeddings that are not normalised, in a phase that trains a classifier; or holds
    /// the weights that normalised embeddings stand against.
    /// </summary>
    public Module? Classifier { get; private set; }

    /// <summary>Earlier embeddings that batches meet, in a phase whose loss asks for it.</summary>
    public EmbeddingMemory? Memory { get; private set; }

    /// <summary>How they are changed.</summary>
    public Optimizer Optimizer { get; private set; }

    /// <summary>How fast, by the steps of the phase.</summary>
    public Schedule Schedule { get; private set; }

    /// <summary>The parts of the run, in order.</summary>
    public IReadOnlyList<TrainingPhase> Phases { get; }

    /// <summary>The current one.</summary>
    public TrainingPhase Phase { get; private set; }

    /// <summary>What TensorBoard shows of the run; null: nothing is written for it.</summary>
    public RunBoard? Board { get; set; }

    /// <summary>Which images are never drawn, and which batches teach nothing; a line each.</summary>
    public IReadOnlyList<string> SamplerNotes { get; private init; } = [];

    /// <summary>The steps of the whole run.</summary>
    public long TotalSteps => Phases[^1].End;

    /// <summary>
    /// Builds everything; weights are drawn from the seed or read from the file that the config names.
    /// </summary>
    /// <exception cref="UserErrorException">Something that the config names cannot be used.</exception>
    public static TrainingParts Build(RunConfig config, DatasetSplits data, Device device, Ranks? ranks = null)
    {
        Datasets.CheckInput(config.Model, data.Train);
        if (config.Train.Patience is { } patience && data.Validation is null)
            throw new UserErrorException(
                $"train.patience {patience} needs a part to judge by: set data.validationShare=0.05, or give a folder"
                + " or arrays for validation");
        RunEvaluator.Check(config, data);
        TripletBatches.CheckClasses(config, data.Train);
        ISampler sampler = Samplers.Create(config, data.Train);
        string?[] notes = [sampler.Omission, TripletBatches.Check(config, data.Train, sampler)];
        BatchShare? share = ranks?.ShareOf(sampler.BatchSize);
        DatasetBatches batches = new(
            data.Train, sampler, Augmentations.Parse(config.Data.Augment),
            config.Train.Seed, share);
        return device.Build(() =>
        {
            EmbeddingNetwork network = NetworkFactory.Create(config, device);
            network.Initialize(config.Train.Seed);
            if (config.Model.Weights is { } weights)
                Weights.Read(weights, network, mayDiffer: p => p.Name.StartsWith(Head, StringComparison.Ordinal));
            return new TrainingParts(config, data, batches, network)
            {
                SamplerNotes = [.. notes.OfType<string>()],
                Share = share,
            };
        });
    }

    /// <summary>What is about to be trained, in one line.</summary>
    public string Describe()
    {
        long weights = Network.Parameters().Where(p => p.IsTrainable).Sum(p => p.Value.Count);
        string ranks = Share is null ? "" : $", {Counted.Of(Share.Collective.Size, "rank")}";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Words.Of(Config.Model.Kind)}, {weights:N0} weights, on {Data.Train.Name}"
            + $" ({Counted.Of(Data.Train.Count, "image")}), {Counted.Of(TotalSteps, "step")} of"
            + $" {Config.Sampler.Batch} on {Network.Device}{ranks}");
    }

    /// <summary>What is trained on, as far as a step depends on it: a run goes on with the same alone.</summary>
    public string DescribeData()
    {
        // FNV-1a.
        ulong hash = 14695981039346656037;
        foreach (int label in Data.Train.Labels) hash = (hash ^ (uint)label) * 1099511628211;
        return string.Create(CultureInfo.InvariantCulture,
            $"{Data.Train.Count:N0} images of {Data.Train.Classes:N0} classes (labels {hash:x16})");
    }

    /// <summary>The phase of a step, counted from 1.</summary>
    public TrainingPhase PhaseOf(long step) => Phases.First(phase => step <= phase.End || phase == Phases[^1]);

    /// <summary>
    /// Makes a phase the current one: its classifier and its optimizer are new; nothing if it is already.
    /// </summary>
    /// <returns>Whether it was not.</returns>
    public bool Enter(TrainingPhase phase)
    {
        if (phase == Phase) return false;
        Leave();
        Freezing.Thaw(Network);
        Begin(phase);
        return true;
    }

    /// <summary>What the current phase does, in one line.</summary>
    public string DescribePhase() => string.Create(CultureInfo.InvariantCulture,
        $"phase {Phase.Number} of {Phases.Count}: {Words.Of(Phase.Loss.Kind)} for {Counted.Of(Phase.Length, "step")},"
        + $" {Network.Parameters().Count(p => p.IsTrainable)} of {Network.Parameters().Count(p => !p.IsStatistic)}"
        + $" tensors train");

    /// <summary>Releases what lives on the device.</summary>
    public void Dispose()
    {
        Leave();
        Network.Release();
    }

    [MemberNotNull(nameof(Phase), nameof(Optimizer), nameof(Schedule))]
    void Begin(TrainingPhase phase)
    {
        Phase = phase;
        Freezing.Freeze(Network, phase.Freeze);
        BatchNorms.Set(Network, Config.Train.BatchNorm);
        Classifier = LossKinds.HasClassWeights(phase.Loss.Kind)
            ? Network.Device.Build(() => CreateClassifier(phase.Loss)) : null;
        Memory = phase.Loss.Memory is { } capacity ? new EmbeddingMemory(capacity, Network.Dimension) : null;
        // Groups of the classifier match nothing where there is none.
        ParameterGroupConfig[] groups = Classifier is not null ? Config.Optimizer.Groups
            : [.. Config.Optimizer.Groups.Where(g => !g.Match.StartsWith(ClassifierName, StringComparison.Ordinal))];
        Optimizer = OptimizerFactory.Create(
            Config.Optimizer with { Groups = groups }, [.. Network.Parameters(), .. Classifier?.Parameters() ?? []]);
        Schedule = OptimizerFactory.Create(Config.Schedule, phase.LearningRate, phase.Length);
    }

    Sequential CreateClassifier(LossConfig loss)
    {
        int rows = Data.Train.Classes * (loss.SubCenters ?? 1);
        bool hasBias = loss.Kind == LossKind.Softmax;
        Sequential classifier = new(
            Network.Device, (ClassifierName, new Linear(Network.Device, Network.Dimension, rows, hasBias)));
        // Another seed than the network's, whose random numbers begin at the same place.
        classifier.Initialize(~Config.Train.Seed);
        return classifier;
    }

    void Leave()
    {
        Optimizer.Release();
        Classifier?.Release();
    }
}
