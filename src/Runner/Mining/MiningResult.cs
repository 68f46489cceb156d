using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Mining;

/// <summary>What mining gave.</summary>
/// <param name="Report">The figures.</param>
/// <param name="Triplets">Anchor, positive, negative by row; null for rules that take every triplet of a kind.</param>
/// <param name="Gradient">Of the loss by the embeddings, row by row.</param>
sealed record MiningResult(MiningReport Report, int[]? Triplets, float[] Gradient)
{
    /// <summary>Writes the triplets as int32 [m, 3].</summary>
    /// <exception cref="UserErrorException">The rule has no list, or the file cannot be written.</exception>
    public void WriteTriplets(string path)
    {
        if (Triplets is null)
            throw new UserErrorException($"--out: {Report.Rule} takes every triplet of a kind and has no list of them");
        Npy.Write(path, new Shape(Triplets.Length / 3, 3), Triplets);
    }
}
