using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Evaluation;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Search;

namespace TripletGpu.Runner.Calibration;

/// <summary>The pairs of a set of embeddings: all of them, or of an even draw where they are very many.</summary>
static class DrawnPairs
{
    // Two million pairs.
    const int MostRows = 2000;

    /// <summary>The pairs of rows that have a class.</summary>
    /// <exception cref="UserErrorException">There are not two classes.</exception>
    public static PairScores Of(RowSource source, ulong seed)
    {
        float[] values = source.Read();
        int[] rows = [.. Enumerable.Range(0, source.Labels.Length).Where(row => source.Labels[row] >= 0)];
        if (rows.Select(row => source.Labels[row]).Distinct().Count() < 2)
            throw new UserErrorException(
                $"{source.Name} has fewer than two classes: --labels names them, or a folder each");
        new Philox(seed, Streams.Evaluation).Shuffle(rows.AsSpan());
        // One of each class, then a second of each: people before images.
        int[] drawn = [.. rows.GroupBy(row => source.Labels[row])
            .SelectMany(g => g.Select((row, place) => (row, place)))
            .OrderBy(r => r.place).Take(MostRows).Select(r => r.row)];
        return AllPairs.Of(
            new EmbeddingSet(source.Name, values, source.Dimension, source.Labels).Select(drawn),
            source.Classes.Count);
    }
}
