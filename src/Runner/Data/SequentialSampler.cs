namespace TripletGpu.Runner.Data;

/// <summary>
/// The images in their order, wrapping round: batch s begins where batch s - 1 ended, so that another framework can be
/// fed the same batches by <c>(s * batch + arange(batch)) % n</c>.
/// </summary>
public sealed class SequentialSampler(int count, int batchSize) : ISampler
{
    /// <inheritdoc/>
    public int BatchSize => batchSize;

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; } = (count + batchSize - 1) / batchSize;

    /// <inheritdoc/>
    public double Coverage => 1;

    /// <inheritdoc/>
    public void Draw(BatchPosition position, Span<int> indices)
    {
        long first = ((long)position.Epoch * BatchesPerEpoch + position.Index) * batchSize;
        for (int i = 0; i < batchSize; i++) indices[i] = (int)((first + i) % count);
    }
}
