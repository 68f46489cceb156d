namespace TripletGpu.Runner.Data;

/// <summary>
/// Prepares batches; the same position gives the same batch, bit for bit. Used by one thread at a time.
/// </summary>
public interface IBatchSource
{
    /// <summary>After how many batches the next epoch begins.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>A buffer for <see cref="Fill"/>.</summary>
    Batch CreateBatch();

    /// <summary>Overwrites <paramref name="batch"/> with the batch at <paramref name="position"/>.</summary>
    void Fill(BatchPosition position, Batch batch);
}
