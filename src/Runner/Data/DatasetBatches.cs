using TripletGpu.Collectives;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>Batches of a data set: the sampler's images, augmented.</summary>
/// <param name="data">The images.</param>
/// <param name="sampler">Which of them.</param>
/// <param name="augmentations">What is done to them, in order.</param>
/// <param name="seed">The run's seed, for the augmentations.</param>
/// <param name="share">
/// The images of each batch that this rank reads. Which images a batch has, and what is done to each, is the same for
/// any number of ranks. Null: all of them.
/// </param>
public sealed class DatasetBatches(
    IImageDataset data, ISampler sampler, IReadOnlyList<IAugmentation> augmentations, ulong seed,
    BatchShare? share = null) : IBatchSource
{
    readonly int[] drawn = new int[sampler.BatchSize];

    // An image in a batch has this many random numbers of the augmentation stream to itself.
    const int ImageBits = 8;

    /// <inheritdoc/>
    public int BatchesPerEpoch => sampler.BatchesPerEpoch;

    /// <inheritdoc/>
    public Batch CreateBatch() => share is null
        ? new(sampler.BatchSize, data.ImageShape)
        : new(share.Count, data.ImageShape, sampler.BatchSize);

    /// <inheritdoc/>
    public void Fill(BatchPosition position, Batch batch)
    {
        sampler.Draw(position, drawn);
        int begin = share?.First ?? 0;
        drawn.AsSpan(begin, batch.Size).CopyTo(batch.Indices);
        for (int i = 0; i < drawn.Length; i++) batch.AllLabels[i] = data.Labels[drawn[i]];
        batch.Position = position;
        int imageSize = (int)data.ImageShape.Count;
        ulong first = ((ulong)position.Epoch * (ulong)BatchesPerEpoch + (ulong)position.Index) * (ulong)drawn.Length
            + (ulong)begin;
        data.Read(batch.Size, i =>
        {
            Span<float> pixels = batch.Pixels.AsSpan(i * imageSize, imageSize);
            data.CopyImage(batch.Indices[i], pixels);
            batch.Labels[i] = data.Labels[batch.Indices[i]];
            if (augmentations.Count == 0) return;
            Philox random = new(seed, Streams.Augmentation, (first + (ulong)i) << ImageBits);
            foreach (IAugmentation augmentation in augmentations) augmentation.Apply(pixels, data.ImageShape, random);
        });
    }
}
