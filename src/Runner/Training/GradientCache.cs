using TripletGpu.Autograd;
using TripletGpu.Models;
using TripletGpu.Ops;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Training;

/// <summary>
/// Trains on a batch that the network cannot hold: the images go through it chunk by chunk without a tape, the loss is
/// that of all embeddings together, and then each chunk goes through once more, with its part of the loss's gradient
/// (Gao et al., "Scaling deep contrastive learning batch size under memory limited setup", 2021). The gradient is that
/// of the whole batch, unless a batch norm uses the statistics of what it sees at once.
/// </summary>
/// <param name="network">What is trained.</param>
/// <param name="chunk">How many images go through it at once.</param>
/// <param name="batch">The images.</param>
/// <param name="number">The step's number.</param>
/// <param name="before">The chunks of a whole batch that other ranks have before this one's.</param>
/// <param name="all">The chunks of a whole batch on all ranks; null: these.</param>
sealed class GradientCache(
    EmbeddingNetwork network, int chunk, Batch batch, long number, int before = 0, int? all = null)
{
    readonly int chunks = (batch.Size + chunk - 1) / chunk, pixels = batch.Pixels.Length / batch.Size;
    readonly int width = network.Dimension;
    Tensor? embeddings;

    /// <summary>All embeddings before normalisation, (N, D): a leaf of the tape.</summary>
    public Tensor Forward()
    {
        embeddings = network.Device.Empty(new Shape(batch.Size, width), producer: "embeddings of all chunks");
        embeddings.RequiresGradient = true;
        for (int i = 0; i < chunks; i++)
        {
            using Step step = network.Device.BeginStep(record: false);
            network.Device.Backend.Memory.Copy(Embed(i, out int first, out _).Raw, embeddings, (long)first * width);
        }
        return embeddings;
    }

    /// <summary>Adds the gradients of the network's parameters, after the loss's backward pass.</summary>
    /// <param name="step">The current one.</param>
    /// <param name="given">The gradient of the embeddings; null: the loss's backward pass has left it there.</param>
    public void Backward(Step step, Tensor? given = null)
    {
        Tensor gradient = given ?? step.Gradients[embeddings!];
        for (int i = 0; i < chunks; i++)
        {
            (Tensor images, Tensor raw) = Embed(i, out int first, out int count);
            Tensor part = gradient.Slice(axis: 0, first, count);
            step.Backward(raw, part);
            foreach (Tensor used in (Tensor[])[part, raw, images]) step.Discard(used);
        }
    }

    /// <summary>
    /// A chunk of the batch. Dropout draws the same mask for it each time, and another for each chunk.
    /// </summary>
    (Tensor Images, Tensor Raw) Embed(int index, out int first, out int count)
    {
        first = index * chunk;
        count = Math.Min(chunk, batch.Size - first);
        network.SetStep(number * (all ?? chunks) + before + index);
        Tensor images = network.Device.Tensor(
            new Shape([count, .. network.ImageShape.ToArray()]), batch.Pixels.AsSpan(first * pixels, count * pixels));
        network.Forward(images, out Tensor raw);
        return (images, raw);
    }
}
