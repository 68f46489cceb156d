using TripletGpu.Autograd;
using TripletGpu.MetricLearning;

namespace TripletGpu.Models.Evaluation;

/// <summary>The mean row of each class, not normalised again.</summary>
sealed class ClassMeans
{
    readonly EmbeddingSet means;
    readonly double[] sums;
    readonly int[] counts;

    ClassMeans(EmbeddingSet means, double[] sums, int[] counts) =>
        (this.means, this.sums, this.counts) = (means, sums, counts);

    /// <summary>The means of a set's classes, in the order of their labels.</summary>
    public static ClassMeans Of(EmbeddingSet set)
    {
        SortedDictionary<int, int[]> classes = set.RowsByClass();
        int d = set.Dimension, c = 0;
        float[] means = new float[classes.Count * d];
        double[] sums = new double[means.Length];
        foreach (int[] rows in classes.Values)
        {
            foreach (int row in rows)
            {
                ReadOnlySpan<float> values = set.Row(row);
                for (int k = 0; k < d; k++) sums[c * d + k] += values[k];
            }
            for (int k = 0; k < d; k++) means[c * d + k] = (float)(sums[c * d + k] / rows.Length);
            c++;
        }
        return new ClassMeans(
            new EmbeddingSet($"class means of {set.Name}", means, d, [.. classes.Keys]), sums,
            [.. classes.Values.Select(rows => rows.Length)]);
    }

    /// <summary>The share of queries whose nearest mean is their class's; NaN where none can be judged.</summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="queries">The rows to classify.</param>
    /// <param name="isOneSet">
    /// Whether the means are of the queries: then a row is left out of the mean that it is compared with, which would
    /// lean towards it, and the only row of its class is not judged.
    /// </param>
    public double Accuracy(Device device, EmbeddingSet queries, bool isOneSet) => isOneSet
        ? AccuracyWithoutItself(device, queries)
        : NearestNeighbourProtocol.Evaluate(device, queries, means).PrecisionAt1;

    double AccuracyWithoutItself(Device device, EmbeddingSet queries)
    {
        Dictionary<int, int> placeOf =
            means.Labels.Select((label, c) => (label, c)).ToDictionary(p => p.label, p => p.c);
        // Of the two nearest means one at least is another class's.
        (int[] nearest, float[] distances, int width) = TwoNearest(device, queries);
        int right = 0, judged = 0;
        float[] without = new float[queries.Dimension];
        for (int i = 0; i < queries.Count; i++)
        {
            int own = placeOf[queries.Labels[i]];
            if (counts[own] < 2) continue;
            judged++;
            ReadOnlySpan<float> row = queries.Row(i);
            for (int k = 0; k < without.Length; k++)
                without[k] = (float)((sums[own * without.Length + k] - row[k]) / (counts[own] - 1));
            int at = i * width + (nearest[i * width] == own ? 1 : 0);
            float other = at < (i + 1) * width && nearest[at] >= 0 ? distances[at] : float.PositiveInfinity;
            float toOwn = SquaredDistance.Between(row, without);
            // Of equals the lower label counts, as in every search here.
            if (toOwn < other || (toOwn == other && own < nearest[at])) right++;
        }
        return (double)right / judged;
    }

    (int[] Nearest, float[] Distances, int Width) TwoNearest(Device device, EmbeddingSet queries)
    {
        int width = Math.Min(2, means.Count);
        using Step step = device.BeginStep(record: false);
        Tensor q = device.Tensor(new Shape(queries.Count, queries.Dimension), queries.Values);
        Tensor r = device.Tensor(new Shape(means.Count, means.Dimension), means.Values);
        (Tensor nearest, Tensor distances) = q.NearestNeighbours(r, width);
        return (nearest.ToIntArray(), distances.ToArray(), width);
    }
}
