namespace TripletGpu.Runner.Data;

/// <summary>
/// Which images make up a batch. Batch i of epoch e is a function of the seed, e and i alone, so that a resumed run
/// needs only its counters. Used by one thread at a time.
/// </summary>
public interface ISampler
{
    /// <summary>The number of images in every batch.</summary>
    int BatchSize { get; }

    /// <summary>After how many batches the next epoch begins.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>The share of the images that an epoch sees, 0 .. 1.</summary>
    double Coverage { get; }

    /// <summary>Who is never drawn, and what to do about it; null where everybody is.</summary>
    string? Omission => null;

    /// <summary>Writes the images of a batch: <see cref="BatchSize"/> places in the data set.</summary>
    void Draw(BatchPosition position, Span<int> indices);
}
