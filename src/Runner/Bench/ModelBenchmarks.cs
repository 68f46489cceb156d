using TripletGpu.Models;
using TripletGpu.Models.Summary;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Bench;

/// <summary>Which networks to time, and how.</summary>
sealed record ModelBenchmarkPlan
{
    /// <summary>Model kinds, presets, configs, runs or ONNX files.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["small-cnn", "mnist-nn2", "nn2", "resnet50"];

    /// <summary>Images a batch, each size in turn; empty for the size that suits the network.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [];

    /// <summary>Whether training steps are timed.</summary>
    public bool Training { get; init; } = true;

    /// <summary>Whether inference is timed.</summary>
    public bool Inference { get; init; } = true;

    /// <summary>Whether each row says how its time divides into operations.</summary>
    public bool Profile { get; init; }
}

/// <summary>
/// Whole networks: a training step (forward, semi-hard loss, backward, SGD with momentum), and inference.
/// </summary>
sealed class ModelBenchmarks(Device device, double peakGflops, ModelBenchmarkPlan plan)
{
    const int OtherBatch = 8;

    static readonly Dictionary<string, int> usualBatch = new()
    {
        ["small-cnn"] = 128,
        ["mnist-nn2"] = 32,
        ["nn2"] = 16,
        ["resnet50"] = 8,
    };

    readonly BenchTimer timer = new(device);

    /// <summary>Times every network at every batch size.</summary>
    /// <exception cref="UserErrorException">There is no such model, or it cannot be used.</exception>
    public IEnumerable<BenchRow> Run()
    {
        foreach (string name in plan.Models)
        {
            RunConfig config = NamedModel.Config(name, []);
            EmbeddingNetwork network = NetworkFactory.Create(config.Model, seed: 1, device, givesUpWeights: true);
            if (config.Model.Kind != ModelKind.Onnx) network.Initialize(seed: 1);
            // What reading a file took is as much as the weights again, and more than a plan will take.
            else GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
            double macs = NetworkSummary.Of(network, network.ImageShape).Macs;
            IReadOnlyList<int> batches =
                plan.Batches.Count > 0 ? plan.Batches : [usualBatch.GetValueOrDefault(name, OtherBatch)];
            foreach (int batch in batches)
            {
                BenchImages images = BenchImages.Draw(network, batch);
                if (plan.Training) yield return TimeTraining(name, network, images, macs);
                if (plan.Inference) yield return TimeInference(name, network, images, macs);
            }
            network.Release();
        }
    }

    BenchRow TimeTraining(string name, EmbeddingNetwork network, BenchImages images, double macs)
    {
        using TrainingPass pass = new(network, images);
        return Measure($"{name} training", network, images, pass.Run, 6 * macs);
    }

    BenchRow TimeInference(string name, EmbeddingNetwork network, BenchImages images, double macs)
    {
        using InferencePass pass = new(network, images);
        return Measure($"{name} inference", network, images, pass.Run, 2 * macs, pass.LayerOf);
    }

    BenchRow Measure(
        string op, EmbeddingNetwork network, BenchImages images, Action call, double flopsEach,
        Func<Tensor, string?>? layerOf = null)
    {
        device.Pool.Trim();
        device.Pool.ResetPeak();
        BenchTime time = timer.Time(call);
        OpProfile? profile = plan.Profile ? OpProfile.Of(network, layerOf ?? (_ => null), call) : null;
        double flops = flopsEach * images.Shape[0], gflops = flops / time.Seconds * 1e-9;
        double bytes = images.Shape.Count * sizeof(float);
        return new BenchRow(
            op, images.Shape.ToArray(), time.Seconds, gflops, bytes / time.Seconds * 1e-9, gflops / peakGflops,
            images.Shape[0] / time.Seconds, time.DeviceSeconds, time.Kernels)
        {
            PeakBytes = device.Pool.PeakLiveBytes,
            Profile = profile?.Events,
        };
    }
}
