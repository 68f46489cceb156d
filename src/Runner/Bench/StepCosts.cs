namespace TripletGpu.Runner.Bench;

/// <summary>What a rank's step takes and sends, for the cost model of docs/machines.md.</summary>
/// <param name="Forward">Seconds of its rows' forward pass.</param>
/// <param name="Backward">Seconds of their backward pass, while which gradients leave.</param>
/// <param name="Mining">Seconds of loss and gradient of its anchors against all rows.</param>
/// <param name="Update">Seconds of the optimizer.</param>
/// <param name="Parameters">Numbers that train.</param>
/// <param name="Dimension">Of an embedding.</param>
/// <param name="Norms">Exchanges of batch norms' statistics, forwards, and as many backwards.</param>
/// <param name="Channels">Of these norms together.</param>
sealed record StepCosts(
    double Forward, double Backward, double Mining, double Update, long Parameters, int Dimension, int Norms,
    long Channels)
{
    const double BucketBytes = 4 << 20, StopBytes = 76;

    /// <summary>Seconds without the others.</summary>
    public double Compute => Forward + Backward + Mining + Update;

    /// <summary>Bytes that a rank sends: of embeddings and counts, of batch norms, of gradients.</summary>
    public (double Embeddings, double Norms, double Gradients) Bytes(int ranks, int batch)
    {
        double others = ranks - 1;
        return (8.0 * batch * Dimension * others / ranks + StopBytes * others, 20.0 * Channels * others,
            8.0 * Parameters * others / ranks);
    }

    /// <summary>Seconds that the others add to <see cref="Compute"/>.</summary>
    /// <param name="ranks">How many there are.</param>
    /// <param name="batch">Rows of all.</param>
    /// <param name="bandwidth">Bytes a second that a rank sends, and receives at once.</param>
    /// <param name="latency">Seconds a message.</param>
    public double Waiting(int ranks, int batch, double bandwidth, double latency)
    {
        (double embeddings, double norms, double gradients) = Bytes(ranks, batch);
        double buckets = Math.Ceiling(4.0 * Parameters / BucketBytes);
        return Math.Max(0, gradients / bandwidth - Backward) + (embeddings + norms) / bandwidth
            + latency * (ranks - 1) * (2 + 2 * Norms + 2 * buckets);
    }
}
