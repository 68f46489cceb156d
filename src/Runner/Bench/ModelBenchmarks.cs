using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Summary;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Bench;

/// <summary>
/// Whole networks: a training step (forward, semi-hard loss, backward, SGD with momentum), and inference.
/// </summary>
sealed class ModelBenchmarks(Device device, double peakGflops)
{
    const int PerClass = 4;
    const float LearningRate = 0.01f;

    static readonly (string Name, int Batch, ModelConfig Model)[] Models =
    [
        ("small-cnn", 128, new() { Kind = ModelKind.SmallCnn, Input = [1, 28, 28], Embedding = 128, Dropout = 0.25 }),
        (
            "mnist-nn2", 32,
            new() { Kind = ModelKind.Nn2, Input = [1, 28, 28], Embedding = 128, Stem = StemKind.Stride1 }),
    ];

    /// <summary>Times every network.</summary>
    public IEnumerable<BenchRow> Run()
    {
        BenchTimer timer = new(device);
        foreach ((string name, int batch, ModelConfig model) in Models)
        {
            EmbeddingNetwork network = NetworkFactory.Create(model, seed: 1, device);
            network.Initialize(seed: 1);
            Sgd optimizer = new(network.Parameters(), momentum: 0.9f);
            Shape shape = new([batch, .. network.ImageShape.ToArray()]);
            float[] pixels = new float[shape.Count];
            int[] labels = [.. Enumerable.Range(0, batch).Select(i => i / PerClass)];
            Philox random = new(seed: 1);
            for (int i = 0; i < pixels.Length; i++) pixels[i] = random.NextSingle();
            double macs = (double)NetworkSummary.Of(network, network.ImageShape).Macs * batch;
            yield return Row(
                $"{name} training", shape, timer.Time(() => Train(network, optimizer, shape, pixels, labels)),
                6 * macs);
            yield return Row($"{name} inference", shape, timer.Time(() => Infer(network, shape, pixels)), 2 * macs);
            optimizer.Release();
            network.Release();
        }
    }

    void Train(EmbeddingNetwork network, Sgd optimizer, Shape shape, float[] pixels, int[] labels)
    {
        network.Train(true);
        using Step step = device.BeginStep();
        step.Backward(network.Forward(device.Tensor(shape, pixels)).TripletLoss(labels, new TripletSettings()));
        optimizer.Update(step.Gradients, LearningRate);
    }

    void Infer(EmbeddingNetwork network, Shape shape, float[] pixels)
    {
        network.Train(false);
        using Step step = device.BeginStep(record: false);
        network.Forward(device.Tensor(shape, pixels));
    }

    BenchRow Row(string op, Shape shape, BenchTime time, double flops)
    {
        double gflops = flops / time.Seconds * 1e-9, bytes = shape.Count * sizeof(float);
        return new BenchRow(
            op, shape.ToArray(), time.Seconds, gflops, bytes / time.Seconds * 1e-9, gflops / peakGflops,
            shape[0] / time.Seconds, time.DeviceSeconds, time.Kernels);
    }
}
