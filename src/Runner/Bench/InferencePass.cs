using TripletGpu.Inference;
using TripletGpu.Models;

namespace TripletGpu.Runner.Bench;

/// <summary>The embeddings of a batch by the network's plan, from pixels to values on the host.</summary>
/// <param name="network">Stays the caller's.</param>
/// <param name="images">The batch.</param>
sealed class InferencePass(EmbeddingNetwork network, BenchImages images) : IBenchPass
{
    readonly PlannedNetwork planned = new(network) { OwnsWeights = true };

    /// <summary>(N, D): what the last run gave.</summary>
    public float[] Embeddings { get; } = new float[images.Shape[0] * network.Dimension];

    /// <summary>The layer that makes a tensor of the plan; null where it is none.</summary>
    public string? LayerOf(Tensor y) => planned.Plan(images.Shape)?.LayerOf(y);

    /// <inheritdoc/>
    public void Run() => planned.Run(images.Shape, images.Pixels, Embeddings);

    /// <inheritdoc/>
    public void Dispose() => planned.Dispose();
}
