using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>Batches of a data set: the sampler's images, augmented.</summary>
/// <param name="data">The images.</param>
/// <param name="sampler">Which of them.</param>
/// <param name="augmentations">What is done to them, in order.</param>
/// <param name="seed">The run's seed, for the augmentations.</param>
public sealed class DatasetBatches(
    IImageDataset data, ISampler sampler, IReadOnlyList<IAugmentation> augmentations, ulong seed) : IBatchSource
{
    // An image in a batch has this many random numbers of the augmentation stream to itself.
    const int ImageBits = 8;

    /// <inheritdoc/>
    public int BatchesPerEpoch => sampler.BatchesPerEpoch;

    /// <inheritdoc/>
    public Batch CreateBatch() => new(sampler.BatchSize, data.ImageShape);

    /// <inheritdoc/>
    public void Fill(BatchPosition position, Batch batch)
    {
        sampler.Draw(position, batch.Indices);
        batch.Position = position;
        int imageSize = (int)data.ImageShape.Count;
        ulong first = ((ulong)position.Epoch * (ulong)BatchesPerEpoch + (ulong)position.Index) * (ulong)batch.Size;
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
