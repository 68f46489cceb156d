using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// A new random order each epoch. The last batch is filled up with the first images of the order, so that every image
/// is seen and all batches have one size.
/// </summary>
public sealed class ShuffledSampler : ISampler
{
    readonly int count;
    readonly EpochOrder order;

    /// <exception cref="UserErrorException">The batch is larger than the data.</exception>
    public ShuffledSampler(int count, int batchSize, ulong seed)
    {
        if (batchSize > count) throw new UserErrorException(
            $"sampler.batch is {batchSize}, but there are only {Counted.Of(count, "training image")}; make it smaller");
        (this.count, BatchSize, BatchesPerEpoch) = (count, batchSize, (count + batchSize - 1) / batchSize);
        order = new EpochOrder(seed, batchSize, DrawEpoch);
    }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <inheritdoc/>
    public double Coverage => 1;

    /// <inheritdoc/>
    public void Draw(BatchPosition position, Span<int> indices) => order.CopyBatch(position, indices);

    int[] DrawEpoch(Philox random)
    {
        int[] images = new int[BatchesPerEpoch * BatchSize];
        for (int i = 0; i < count; i++) images[i] = i;
        random.Shuffle(images.AsSpan(0, count));
        images.AsSpan(0, images.Length - count).CopyTo(images.AsSpan(count));
        return images;
    }
}
