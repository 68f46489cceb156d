using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Inference;

/// <summary>What a network gives, batch by batch.</summary>
/// <param name="Rows">The rows of all batches together; null where everything comes in one.</param>
/// <param name="Batches">
/// The outputs by name of one batch after the other, computed when they are asked for; each may overwrite the last.
/// </param>
sealed record RowBatches(int? Rows, IEnumerable<IReadOnlyDictionary<string, NpyArray<float>>> Batches)
{
    /// <summary>Where each batch begins, and how many rows it has: the last one what is left.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="most">Those of a batch at the most.</param>
    public static IEnumerable<(int First, int Count)> Split(int rows, int most)
    {
        for (int first = 0; first < rows; first += most) yield return (first, Math.Min(most, rows - first));
    }
}
