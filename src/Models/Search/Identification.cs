using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Evaluation;

namespace TripletGpu.Models.Search;

/// <summary>How it is decided who somebody is.</summary>
public enum IdentifyBy
{
    /// <summary>The class of the nearest row; its distance.</summary>
    Nearest,

    /// <summary>The class whose mean is nearest; the distance to that mean.</summary>
    Mean,

    /// <summary>
    /// The class that most of the K nearest rows have, of equals the one that comes first; the distance to its nearest.
    /// </summary>
    Vote,
}

/// <summary>The best class of each query, whether or not it is near enough to be believed.</summary>
/// <param name="Labels">By query; -1: there is none.</param>
/// <param name="Distances">Squared L2: what a threshold is compared with; infinite where there is none.</param>
/// <param name="Rows">The row that stands for it; -1 for a mean.</param>
public sealed record Identified(int[] Labels, float[] Distances, int[] Rows);

/// <summary>Who is it? The classes of an index against queries. Rows without a class are left out.</summary>
public static class Identification
{
    const int PartRows = 4096;

    /// <summary>Finds the best class of each query.</summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="index">Who is enrolled.</param>
    /// <param name="queries">(Q, D), row by row.</param>
    /// <param name="by">The rule.</param>
    /// <param name="k">Rows that vote.</param>
    /// <param name="isEnrolled">Which classes count, by label; null: all.</param>
    /// <exception cref="UserErrorException">
    /// The index is damaged, or a query so long that its squared distances are not finite.
    /// </exception>
    public static Identified Identify(
        Device device, IndexFile index, float[] queries, IdentifyBy by, int k, Func<int, bool>? isEnrolled = null)
    {
        int[] labels = index.Labels;
        bool hasOthers = isEnrolled is not null || labels.Contains(-1);
        Func<int, bool> counts = row => labels[row] >= 0 && isEnrolled?.Invoke(labels[row]) != false;
        if (by == IdentifyBy.Mean) return ByMean(device, index, queries, counts);
        SearchResult found = IndexSearch.Find(
            device, index, queries, by == IdentifyBy.Vote ? k : 1, hasOthers ? counts : null);
        int q = queries.Length / index.Header.Dimension;
        Identified result = new(new int[q], new float[q], new int[q]);
        for (int i = 0; i < q; i++)
        {
            int best = Winner(found.Rows.AsSpan(i * found.K, found.K), labels);
            (result.Labels[i], result.Distances[i], result.Rows[i]) = best < 0
                ? (-1, float.PositiveInfinity, -1)
                : (labels[found.Rows[i * found.K + best]], found.Distances[i * found.K + best],
                    found.Rows[i * found.K + best]);
        }
        return result;
    }

    /// <summary>The place of the first row of the class that most have; -1 where there is no row.</summary>
    static int Winner(ReadOnlySpan<int> rows, int[] labels)
    {
        Dictionary<int, (int Votes, int First)> votes = [];
        int best = -1, most = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0) continue;
            int label = labels[rows[i]];
            (int count, int first) = votes.GetValueOrDefault(label, (0, i));
            votes[label] = (count + 1, first);
        }
        foreach ((int count, int first) in votes.Values)
            if (count > most || count == most && first < best) (most, best) = (count, first);
        return best;
    }

    static Identified ByMean(Device device, IndexFile index, float[] queries, Func<int, bool> counts)
    {
        int d = index.Header.Dimension, q = queries.Length / d;
        SquaredDistance.MustFit("the queries", queries, d, 0);
        (float[] means, int[] classes) = Means(index, counts);
        Identified result = new(new int[q], new float[q], new int[q]);
        Array.Fill(result.Rows, -1);
        Array.Fill(result.Labels, -1);
        Array.Fill(result.Distances, float.PositiveInfinity);
        if (classes.Length == 0) return result;
        using Step step = device.BeginStep(record: false);
        (Tensor nearest, Tensor far) = device.Tensor(new Shape(q, d), queries)
            .NearestNeighbours(device.Tensor(new Shape(classes.Length, d), means), 1);
        int[] places = nearest.ToIntArray();
        far.ToArray().CopyTo(result.Distances, 0);
        for (int i = 0; i < q; i++) result.Labels[i] = places[i] < 0 ? -1 : classes[places[i]];
        return result;
    }

    /// <summary>The means of the classes that have rows; they are not scaled to length 1 again.</summary>
    static (float[] Means, int[] Classes) Means(IndexFile index, Func<int, bool> counts)
    {
        int d = index.Header.Dimension;
        double[]?[] sums = new double[]?[index.Header.Classes];
        int[] members = new int[index.Header.Classes];
        float[] part = new float[PartRows * d];
        for (int first = 0; first < index.Header.Rows; first += PartRows)
        {
            int count = Math.Min(PartRows, index.Header.Rows - first);
            index.ReadRows(first, part.AsSpan(0, count * d));
            for (int i = 0; i < count; i++)
            {
                if (!counts(first + i)) continue;
                int label = index.Labels[first + i];
                double[] sum = sums[label] ??= new double[d];
                for (int j = 0; j < d; j++) sum[j] += part[i * d + j];
                members[label]++;
            }
        }
        int[] classes = [.. Enumerable.Range(0, sums.Length).Where(label => members[label] > 0)];
        float[] means = new float[classes.Length * d];
        for (int c = 0; c < classes.Length; c++)
            for (int j = 0; j < d; j++) means[c * d + j] = (float)(sums[classes[c]]![j] / members[classes[c]]);
        return (means, classes);
    }
}
