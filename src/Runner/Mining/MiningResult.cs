using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Mining;

/// <summary>What mining gave.</summary>
/// <param name="Report">The figures.</param>
/// <param name="Triplets">Anchor, positive, negative by row; null where they were not asked for.</param>
/// <param name="Gradient">Of the loss by the embeddings, row by row; null where it was not asked for.</param>
sealed record MiningResult(MiningReport Report, int[]? Triplets, float[]? Gradient)
{
    /// <summary>Writes both files, or neither: one that was there before then stays as it is.</summary>
    /// <param name="triplets">For int32 [m, 3]; null: not wanted.</param>
    /// <param name="gradient">For float32 of the embeddings' shape; null: not wanted.</param>
    /// <param name="shape">The embeddings' shape.</param>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public void Write(string? triplets, string? gradient, Shape shape)
    {
        if (gradient is null) WriteTriplets(triplets);
        else
            AtomicFile.Write(gradient, stream =>
            {
                Npy.Write(stream, shape, Gradient!);
                stream.Flush();
                WriteTriplets(triplets); // the gradient takes its name only where this has worked
            });
    }

    void WriteTriplets(string? path)
    {
        if (path is not null) Npy.Write(path, new Shape(Triplets!.Length / 3, 3), Triplets);
    }
}
