using System.Diagnostics;
using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Evaluation;

namespace TripletGpu.Models.Search;

/// <summary>The nearest rows of each query.</summary>
/// <param name="K">How many each has; at most the index's rows.</param>
/// <param name="Rows">(Q, K): nearest first, equal distances by the lowest row.</param>
/// <param name="Distances">(Q, K): squared L2.</param>
/// <param name="Seconds">What it took, reading included.</param>
/// <param name="ReadSeconds">What reading the index and checking it took of that.</param>
public sealed record SearchResult(int K, int[] Rows, float[] Distances, double Seconds, double ReadSeconds);

/// <summary>
/// Exact search in an index of any size: its rows pass by in parts, each is searched on the device, and the lists of
/// the nearest stay there. Memory holds one part.
/// </summary>
public static class IndexSearch
{
    /// <summary>Queries of a pass over the index.</summary>
    internal const int MostQueries = 1 << 16;

    /// <summary>Finds the nearest rows.</summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="index">What is searched.</param>
    /// <param name="queries">(Q, D), row by row.</param>
    /// <param name="k">Neighbours a query; fewer where the index has not so many rows.</param>
    /// <param name="counts">Which rows are searched, by number; null: all. Others are as if not there.</param>
    /// <exception cref="UserErrorException">
    /// The index is damaged, or a query so long that its squared distances are not finite.
    /// </exception>
    public static SearchResult Find(
        Device device, IndexFile index, float[] queries, int k, Func<int, bool>? counts = null)
    {
        SquaredDistance.MustFit("the queries", queries, index.Header.Dimension, 0);
        return index.Header.Storage == IndexStorage.Float16Exact
            ? RoundedSearch.Find(device, index, queries, k, counts)
            : Scan(device, index, queries, k, counts, isRounded: false);
    }

    /// <summary>Compares each query with each row, as it is or rounded.</summary>
    internal static SearchResult Scan(
        Device device, IndexFile index, float[] queries, int k, Func<int, bool>? counts, bool isRounded)
    {
        int d = index.Header.Dimension, q = queries.Length / d;
        k = Math.Min(k, index.Header.Rows);
        int[] rows = new int[q * k];
        float[] distances = new float[q * k];
        long start = Stopwatch.GetTimestamp(), reading = 0;
        float[] part = new float[Math.Min(index.Header.Rows, index.Header.PartRows) * d];
        int[] numbers = counts is null ? [] : new int[index.Header.Rows];
        for (int from = 0; from < q; from += MostQueries)
        {
            int count = Math.Min(MostQueries, q - from);
            using Step step = device.BeginStep(record: false);
            Tensor asked = device.Tensor(new Shape(count, d), queries.AsSpan(from * d, count * d));
            Tensor nearest = device.Empty(new Shape(count, k), ElementType.Int32), far = device.Empty(new(count, k));
            int placed = 0;
            for (int first = 0; first < index.Header.Rows;)
            {
                int length = Math.Min(part.Length / d, index.Header.Rows - first);
                long before = Stopwatch.GetTimestamp();
                if (isRounded) index.ReadRounded(first, part.AsSpan(0, length * d));
                else index.ReadRows(first, part.AsSpan(0, length * d));
                reading += Stopwatch.GetTimestamp() - before;
                int stay = counts is null ? length : Gather(part, first, length, d, counts, placed, numbers);
                first += length;
                if (stay == 0) continue;
                using Step slice = device.BeginStep(record: false);
                Tensor references = device.Tensor(new Shape(stay, d), part.AsSpan(0, stay * d));
                asked.GoOnWithNearestNeighbours(references, placed, nearest, far);
                placed += stay;
            }
            if (placed == 0)
            {
                Array.Fill(rows, -1);
                Array.Fill(distances, float.PositiveInfinity);
                break;
            }
            nearest.ToIntArray().CopyTo(rows, from * k);
            far.ToArray().CopyTo(distances, from * k);
        }
        if (counts is not null)
            foreach (ref int row in rows.AsSpan()) row = row < 0 ? -1 : numbers[row];
        return new SearchResult(
            k, rows, distances, Stopwatch.GetElapsedTime(start).TotalSeconds,
            (double)reading / Stopwatch.Frequency);
    }

    /// <summary>Moves the rows that count to the front, and writes down which they are.</summary>
    static int Gather(
        float[] part, int first, int length, int d, Func<int, bool> counts, int placed, int[] numbers)
    {
        int stay = 0;
        for (int i = 0; i < length; i++)
        {
            if (!counts(first + i)) continue;
            numbers[placed + stay] = first + i;
            part.AsSpan(i * d, d).CopyTo(part.AsSpan(stay++ * d));
        }
        return stay;
    }
}
