using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// The images of one epoch in batch order, drawn when its first batch is asked for and kept until another epoch is.
/// </summary>
sealed class EpochOrder(ulong seed, int batchSize, Func<Philox, int[]> draw)
{
    // Each epoch has this many random numbers of the sampling stream to itself.
    const int EpochBits = 36;

    int epoch = -1;
    int[] order = [];

    /// <summary>Copies the images of a batch.</summary>
    public void CopyBatch(BatchPosition position, Span<int> indices)
    {
        if (position.Epoch != epoch)
        {
            order = draw(new Philox(seed, Streams.Sampling, (ulong)position.Epoch << EpochBits));
            epoch = position.Epoch;
        }
        order.AsSpan(position.Index * batchSize, batchSize).CopyTo(indices);
    }
}
