using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Mining;

/// <summary>What mining gave.</summary>
/// <param name="Report">The figures.</param>
/// <param name="Triplets">Anchor, positive, negative by row; null where they were not asked for.</param>
/// <param name="Gradient">Of the loss by the embeddings, row by row; null where it was not asked for.</param>
sealed record MiningResult(MiningReport Report, int[]? Triplets, float[]? Gradient)
{
    /// <summary>Writes both files, or neither.</summary>
    /// <param name="triplets">For int32 [m, 3]; null: not wanted.</param>
    /// <param name="gradient">For float32 of the embeddings' shape; null: not wanted.</param>
    /// <param name="shape">The embeddings' shape.</param>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public void Write(string? triplets, string? gradient, Shape shape)
    {
        if (gradient is not null) Npy.Write(gradient, shape, Gradient!);
        if (triplets is null) return;
        try
        {
            Npy.Write(triplets, new Shape(Triplets!.Length / 3, 3), Triplets);
        }
        catch when (gradient is not null)
        {
            File.Delete(gradient);
            throw;
        }
    }
}
