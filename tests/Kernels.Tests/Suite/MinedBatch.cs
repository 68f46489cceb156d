using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Support;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>A small batch and what the mining kernels make of it on the reference.</summary>
sealed class MinedBatch
{
    public const float Margin = 1.5f;

    /// <summary>
    /// Rows of small whole numbers, full of ties, or of any; labels below <paramref name="classes"/>.
    /// </summary>
    public MinedBatch(int n, int d, int classes, bool isWhole = true)
    {
        (N, D) = (n, d);
        Random random = new(n);
        Labels = [.. Enumerable.Range(0, n).Select(_ => random.Next(classes))];
        Embeddings = isWhole ? [.. Enumerable.Range(0, n * d).Select(_ => (float)random.Next(4))]
            : Values.ToSingle(Values.Normal(n * d, random));
        Rows = Math.Max(Labels.Sum(l => Labels.Count(m => m == l) - 1), n);
        (Triplets, Losses) = (new int[3 * Rows], new float[Rows]);
        (Counts, Sums) = (new long[5 * n], new float[3 * n]);
        Packed = new float[(n + 31) / 32 * 32 * d];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < d; k++) Packed[i / 32 * 32 * d + k * 32 + i % 32] = Embeddings[i * d + k];
        Counted = new int[ClassKernels.Length(n)];
        using (var on = new Reference())
            ClassKernels.LaunchCount(Reference.Driver, n, on.View(Labels), on.View(Counted), n);
        Summed = [.. Counted];
        using (var on = new Reference())
            foreach (int start in (int[])[3 * n, 4 * n + 1])
                ScanKernels.LaunchExclusive(Reference.Driver, 1, on.View(Summed).Slice(start, n + 1), n);
        Classes = [.. Summed];
        using (var on = new Reference()) ClassKernels.LaunchPlace(Reference.Driver, n, on.View(Classes), n);
    }

    public int N { get; }

    public int D { get; }

    /// <summary>Rows of the table: pairs, and at least as many as anchors.</summary>
    public int Rows { get; }

    public int[] Labels { get; }

    public float[] Embeddings { get; }

    /// <summary>The rows in panels of 32.</summary>
    public float[] Packed { get; }

    /// <summary>The squared distances of all rows to all, as a strip.</summary>
    public float[] Strip
    {
        get
        {
            int width = StripDims.WidthOf(N);
            float[] strip = new float[width * width];
            using var on = new Reference();
            DistanceKernels.LaunchMeasure(
                Reference.Driver, (width / DistanceKernels.Side, width / DistanceKernels.Side), on.View(Packed),
                on.View(strip), new StripDims(N, D, First: 0));
            return strip;
        }
    }

    /// <summary>The view of classes after counting, after summing, and complete.</summary>
    public int[] Counted { get; }

    public int[] Summed { get; }

    public int[] Classes { get; }

    public int[] Triplets { get; }

    public float[] Losses { get; }

    public long[] Counts { get; }

    public float[] Sums { get; }

    public int[] Statistics { get; } = new int[16];

    public float[] Loss { get; } = new float[1];

    /// <summary>The dimensions of a rule with a sum of losses; all anchors fit into shared memory.</summary>
    public MiningDims Dims(MiningRule rule) => new(
        N, D, rule, TripletReduction.Sum, 1, Margin, TripletMiningKernels.SharedSlots, 0, 0, N, 1, 2, 3, 4,
        AngularTriplets.Factor(20));

    /// <summary>Mines.</summary>
    public MinedBatch Mine<TShape>(MiningRule rule) where TShape : struct, IRowShape
    {
        using var on = new Reference();
        if (TakesNearest(rule))
            TripletMiningKernels.LaunchMineNearest<TShape>(Reference.Driver, N,
                on.View(Embeddings), on.View(Packed), on.View(Classes), on.View(Triplets),
                on.View(Losses), on.View(Counts), on.View(Sums), Dims(rule));
        else if (rule == MiningRule.DistanceWeighted)
            WeightedMiningKernels.LaunchMineWeighted<TShape>(Reference.Driver, N,
                on.View(Embeddings), on.View(Packed), on.View(Classes), on.View(Triplets),
                on.View(Losses), on.View(Counts), on.View(Sums), Dims(rule));
        else
            TripletMiningKernels.LaunchMineEvery<TShape>(Reference.Driver, N,
                on.View(Embeddings), on.View(Packed), on.View(Classes), on.View(Triplets),
                on.View(Losses), on.View(Counts), on.View(Sums), Dims(rule));
        TripletTotalKernels.LaunchTotal(Reference.Driver, 1, on.View(Classes), on.View(Counts),
            on.View(Sums), on.View(Statistics), on.View(Loss), Dims(rule));
        return this;
    }

    /// <summary>Which of the mining kernels a rule is for.</summary>
    public static bool TakesNearest(MiningRule rule) =>
        rule is MiningRule.Semihard or MiningRule.Facenet or MiningRule.Hard or MiningRule.EasyPositive
            or MiningRule.EasyPositiveHard;

    public (int Anchor, int Positive, int Third) Row(int t) =>
        (Triplets[3 * t], Triplets[3 * t + 1], Triplets[3 * t + 2]);

    public float Distance(int a, int b) => Enumerable.Range(0, D)
        .Select(k => Embeddings[a * D + k] - Embeddings[b * D + k]).Sum(difference => difference * difference);
}
