using System.Text.Json.Serialization;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Models.Evaluation;

/// <summary>
/// The share of random triplets whose positive is nearer than their negative, by the anchor's class. This is what some
/// projects report as accuracy; it is far above the share of right classifications, because one random negative is
/// seldom the confusing one.
/// </summary>
public static class TripletOrderProtocol
{
    /// <summary>Triplets drawn for each class, where there are no more than 400.</summary>
    public const int TripletsPerClass = 5_000;

    const int MostTriplets = 2_000_000, LeastPerClass = 10;

    /// <summary>
    /// Draws triplets: anchor and positive evenly from a class, then another class evenly, then a row of it.
    /// </summary>
    public static TripletOrder Evaluate(EmbeddingSet set, ulong seed)
    {
        SortedDictionary<int, int[]> classes = set.RowsByClass();
        int[] labels = [.. classes.Keys];
        int triplets = Math.Clamp(MostTriplets / labels.Length, LeastPerClass, TripletsPerClass);
        Philox random = new(seed, Streams.Evaluation + 1);
        List<TripletOrderOfClass> results = [];
        for (int c = 0; c < labels.Length && labels.Length > 1; c++)
        {
            int[] rows = classes[labels[c]];
            if (rows.Length < 2) continue;
            int ordered = 0;
            double sum = 0, minimum = double.PositiveInfinity, maximum = double.NegativeInfinity;
            for (int t = 0; t < triplets; t++)
            {
                int a = random.NextInt32(rows.Length), p = random.NextInt32(rows.Length - 1);
                if (p >= a) p++;
                int other = random.NextInt32(labels.Length - 1);
                if (other >= c) other++;
                int[] negatives = classes[labels[other]];
                int n = negatives[random.NextInt32(negatives.Length)];
                double difference = (double)SquaredDistance.Between(set.Row(rows[a]), set.Row(rows[p]))
                    - SquaredDistance.Between(set.Row(rows[a]), set.Row(n));
                if (difference < 0) ordered++;
                sum += difference;
                minimum = Math.Min(minimum, difference);
                maximum = Math.Max(maximum, difference);
            }
            results.Add(new TripletOrderOfClass(
                labels[c], (double)ordered / triplets, minimum, maximum, sum / triplets));
        }
        return new TripletOrder(results);
    }
}

/// <summary>The share of ordered triplets, in all and by class.</summary>
public sealed record TripletOrder
{
    /// <summary>More classes than this are not listed one by one, only the worst of them.</summary>
    public const int MostListed = 1000;

    /// <param name="classes">One entry for each class of at least two rows, ascending by label.</param>
    public TripletOrder(IReadOnlyList<TripletOrderOfClass> classes)
    {
        Mean = classes.Count == 0 ? double.NaN : classes.Average(c => c.Share);
        Others = Math.Max(0, classes.Count - MostListed);
        Classes = Others == 0 ? classes : [.. classes.OrderBy(c => c.Share).Take(MostListed).OrderBy(c => c.Label)];
    }

    /// <summary>The mean over classes; NaN where none has two rows.</summary>
    [JsonPropertyOrder(0)]
    public double Mean { get; }

    /// <summary>The shares alone, in the order of <see cref="Classes"/>.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<double> PerClass => [.. Classes.Select(c => c.Share)];

    /// <summary>The classes of at least two rows, ascending by label; of very many the worst.</summary>
    [JsonPropertyOrder(2)]
    public IReadOnlyList<TripletOrderOfClass> Classes { get; init; }

    /// <summary>How many are not listed; absent where all are.</summary>
    [JsonPropertyOrder(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Others { get; }
}

/// <summary>
/// One class: the share of triplets with d(a,p) &lt; d(a,n), and the range of d(a,p) - d(a,n), squared L2.
/// </summary>
public sealed record TripletOrderOfClass(long Label, double Share, double Minimum, double Maximum, double Mean);
