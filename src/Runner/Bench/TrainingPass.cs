using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Optimizers;

namespace TripletGpu.Runner.Bench;

/// <summary>A training step of a network: forward, semi-hard loss, backward, SGD with momentum.</summary>
/// <param name="network">Stays the caller's.</param>
/// <param name="images">The batch of every step.</param>
sealed class TrainingPass(EmbeddingNetwork network, BenchImages images) : IBenchPass
{
    /// <summary>So low that the one batch is not learned meanwhile: gradients of no loss would be zeros.</summary>
    public const float LearningRate = 1e-7f;

    /// <summary>The share of the last update in the next.</summary>
    public const float Momentum = 0.9f;

    readonly Sgd optimizer = new(network.Parameters(), Momentum);

    /// <inheritdoc/>
    public void Run()
    {
        network.Train(true);
        using Step step = network.Device.BeginStep();
        Tensor x = network.Device.Tensor(images.Shape, images.Pixels);
        step.Backward(network.Forward(x).TripletLoss(images.Labels, new TripletSettings()));
        optimizer.Update(step.Gradients, LearningRate);
    }

    /// <inheritdoc/>
    public void Dispose() => optimizer.Release();
}
