using TripletGpu.Models;
using TripletGpu.Runner.Bench;
using static TorchSharp.torch;
using Torch = TorchSharp.torch.Tensor;

namespace TripletGpu.Bench.Peers;

/// <summary>A training step by LibTorch: forward, semi-hard loss, backward, SGD with momentum.</summary>
sealed class TorchTrainingPass : IBenchPass
{
    readonly TorchNetwork network;
    readonly Torch x, labels;
    readonly optim.Optimizer optimizer;

    public TorchTrainingPass(EmbeddingNetwork ours, BenchImages images)
    {
        LibTorch.SetUp();
        network = new TorchNetwork(OpTrace.Of(ours, ours.ImageShape, training: true), trains: true);
        x = TorchNetwork.Of(images.Shape, images.Pixels);
        labels = tensor(Array.ConvertAll(images.Labels, label => (long)label));
        optimizer = optim.SGD(network.Parameters, TrainingPass.LearningRate, TrainingPass.Momentum);
    }

    /// <inheritdoc/>
    public void Run()
    {
        using IDisposable scope = NewDisposeScope();
        optimizer.zero_grad();
        TorchLoss.SemiHard(network.Forward(x), labels).backward();
        optimizer.step();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
        x.Dispose();
        labels.Dispose();
    }
}
