using TripletGpu.Kernels.MetricLearning;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Mining under every rule, its gradient, nearest neighbours: rows that end within a panel, a workspace and a batch of
/// neighbours, anchors without positives, triplets that nobody chose.
/// </summary>
public static class MiningKernelCases
{
    const int D = 5, Blocks = 3;

    // Of the anchors, or rows: on the reference a group is 128 threads.
    const int Groups = 3;

    static readonly MinedBatch Small = new(n: 34, D, classes: 4, isWhole: false), Ties = new(33, 2, 6),
        Few = new(10, 2, 3);

    public static IEnumerable<KernelCase> Cases =>
    [
        new("ClassKernels.Count", Small.N, Of(Small.Labels), Out<int>(Small.Classes.Length), Small.N),
        new("ClassKernels.Place", Small.N, Of(Small.Summed), Small.N),
        new("ScanKernels.Exclusive", 1, Of([.. Enumerable.Range(-2, 301)]), 300),
        new("ScanKernels.Exclusive", 3, Of(7, 0, 5, 1, -1, 2), 1),
        Measure(Small, first: 0), Measure(new(70, 19, classes: 1), first: 64),
        Measured(MiningRule.Semihard), Measured(MiningRule.RandomSemihard), Measured(MiningRule.DistanceWeighted),
        .. Enum.GetValues<MiningRule>().Where(c => c != MiningRule.Explicit).SelectMany(Mine),
        .. MineLarge(MiningRule.Semihard), .. MineLarge(MiningRule.AllHard), .. MineLarge(MiningRule.Angular),
        .. MineLarge(MiningRule.DistanceWeighted),
        new("TripletTotalKernels.Given", 4,
            In(12 * D), Out<int>(12), Out(4), Out<long>(20), Out(12), Given),
        .. Parts(MiningRule.Hard), .. Parts(MiningRule.Semihard), .. Parts(MiningRule.BatchAll),
        new("LeftOutKernels.Given", 4, Out<int>(12), Out(4), Given with { First = 1, End = 3 }),
        new("TripletTotalKernels.Given", 2,
            In(12 * D), Out<int>(12), Out(4), Out<long>(20), Out(12), Given with { First = 1, End = 3 }),
        Total(Small, MiningRule.Semihard, TripletReduction.Pairs),
        Total(Ties, MiningRule.BatchAll, TripletReduction.Active),
        .. Gradient(Small, isSquared: 1, accumulate: 0), .. Gradient(Ties, isSquared: 0, accumulate: 1),
        .. Neighbours(queries: 3, references: 70, k: 4, self: -1), .. Neighbours(9, 9, 10, 0),
    ];

    static MiningDims Given => Small.Dims(MiningRule.Explicit) with { N = 12, End = 4, IsSquared = 0 };

    /// <summary>The tiles of a row of them, the second of two.</summary>
    static KernelCase Measure(MinedBatch batch, int first)
    {
        StripDims dims = new(batch.N, batch.D, first);
        return new("DistanceKernels.Measure", (dims.Width / DistanceKernels.Side, 1),
            Of(batch.Packed), Out(DistanceKernels.Side * dims.Width), dims);
    }

    /// <summary>Three anchors from the middle, from a strip of distances.</summary>
    static KernelCase Measured(MiningRule rule) => new(
        Kernel(rule), Groups, Of(Small.Embeddings), Of(Small.Strip), Of(Small.Classes), Out<int>(3 * Small.Rows),
        Out(Small.Rows), Out<long>(5 * Small.N), Out(3 * Small.N),
        Small.Dims(rule) with { First = 7, End = 10, IsMeasured = 1 });

    static string Kernel(MiningRule rule) => rule == MiningRule.DistanceWeighted
        ? "WeightedMiningKernels.MineWeighted"
        : MinedBatch.TakesNearest(rule) ? "TripletMiningKernels.MineNearest" : "TripletMiningKernels.MineEvery";

    static IEnumerable<KernelCase> Mine(MiningRule rule)
    {
        foreach (MinedBatch batch in (MinedBatch[])[Small, Ties])
        {
            MiningDims dims = batch.Dims(rule) with { IsSquared = batch == Ties ? 0 : 1 };
            object[] views =
            [
                Of(batch.Embeddings), Of(batch.Packed), Of(batch.Classes), Out<int>(3 * batch.Rows), Out(batch.Rows),
                Out<long>(5 * batch.N), Out(3 * batch.N),
            ];
            yield return new(Kernel(rule), Groups, [.. views, dims]);
        }
    }

    /// <summary>Three anchors from the middle; the others' rows of the table say that nothing was chosen.</summary>
    static IEnumerable<KernelCase> Parts(MiningRule rule)
    {
        MiningDims dims = Small.Dims(rule) with { First = 7, End = 10 };
        yield return new("LeftOutKernels.Pairs", Small.N,
            Of(Small.Classes), Out<int>(3 * Math.Max(Small.Rows, Small.N)), Out(Math.Max(Small.Rows, Small.N)), dims);
        yield return new(Kernel(rule), Groups, Of(Small.Embeddings), Of(Small.Packed), Of(Small.Classes),
            Out<int>(3 * Small.Rows), Out(Small.Rows), Out<long>(5 * Small.N), Out(3 * Small.N), dims);
        Small.Mine<RowItem>(rule);
        yield return new("TripletTotalKernels.Total", 1, Of(Small.Classes), Of([.. Small.Counts]), Of([.. Small.Sums]),
            Out<int>(16), Out(1), dims);
    }

    /// <summary>As if only classes of up to three rows fitted into shared memory.</summary>
    static IEnumerable<KernelCase> MineLarge(MiningRule rule)
    {
        MiningDims dims = Few.Dims(rule) with { Fitting = 3, Stride = Few.N };
        object[] views =
        [
            Of(Few.Embeddings), Of(Few.Packed), Of(Few.Classes), Out<int>(3 * Few.Rows), Out(Few.Rows),
            Out<long>(5 * Few.N), Out(3 * Few.N),
        ];
        yield return new(Kernel(rule), Few.N, [.. views, dims]);
        yield return new(Kernel(rule) + "Large", 2, [.. views, Out<uint>(2 * 4 * Few.N), dims]);
    }

    static KernelCase Total(MinedBatch batch, MiningRule rule, TripletReduction reduction)
    {
        batch.Mine<RowItem>(rule);
        return new("TripletTotalKernels.Total", 1, Of(batch.Classes), Of([.. batch.Counts]), Of([.. batch.Sums]),
            Out<int>(16), Out(1), batch.Dims(rule) with { Reduction = reduction });
    }

    static IEnumerable<KernelCase> Gradient(MinedBatch batch, int isSquared, int accumulate)
    {
        (int n, int d) = (batch.N, batch.D);
        var dims = new TripletGradientDims(
            n, d, batch.Rows, MiningRule.BatchAll, isSquared, MinedBatch.Margin, accumulate,
            batch.Dims(MiningRule.Angular).Angle);
        foreach (MiningRule rule in (MiningRule[])[MiningRule.BatchAll, MiningRule.Angular])
        {
            batch.Mine<RowItem>(rule);
            yield return new("TripletGradientKernels.Every", Groups,
                Of(batch.Embeddings), Of(batch.Packed), Of(batch.Classes), Of([.. batch.Triplets]),
                Of([.. batch.Losses]), Of([.. batch.Statistics]), In(1), In(n * d), dims with { Rule = rule });
        }

        batch.Mine<RowItem>(MiningRule.Semihard);
        int[] triplets = [.. batch.Triplets];
        float[] losses = [.. batch.Losses];
        var index = new TripletIndexDims(n, batch.Rows, Blocks);
        int[] counted = Count(triplets, losses, index);
        int[] sums = [.. Enumerable.Range(0, n + 1)
            .Select(row => row == n ? 0 : Enumerable.Range(0, Blocks).Sum(block => counted[block * n + row]))];
        int[] starts = [.. Enumerable.Range(0, n + 1).Select(row => sums.Take(row).Sum())];
        int[] placed = [.. counted.Select((_, i) =>
            starts[i % n] + Enumerable.Range(0, i / n).Sum(block => counted[block * n + i % n]))];
        int entries = Math.Max(1, starts[n]);
        yield return new("TripletIndexKernels.Visit", Blocks,
            Of(triplets), Of(losses), Out<int>(Blocks * n), Out<int>(entries), index, 0);
        yield return new("TripletIndexKernels.AddBlocks", n, Of(counted), Out<int>(n), index);
        yield return new("TripletIndexKernels.PlaceBlocks", n, Of(counted), Of(starts), index);
        yield return new("TripletIndexKernels.Visit", Blocks,
            Of(triplets), Of(losses), Of(placed), Out<int>(entries), index, 1);
        yield return new("TripletGradientKernels.Listed", Groups, Of(batch.Embeddings), Of(triplets), Of(losses),
            Of(starts), Of(Entries(triplets, losses, starts)), Of([.. batch.Statistics]), In(1), In(n * d),
            dims with { Rule = MiningRule.Semihard });
        yield return new("TripletGradientKernels.Listed", Groups, Of(batch.Embeddings), Of(triplets), Of(losses),
            Of(starts), Of(starts), Of([.. batch.Statistics]), In(1), In(n * d),
            dims with { Rule = MiningRule.Semihard, IsIndexed = 0 });
    }

    /// <summary>How often each block names each row.</summary>
    static int[] Count(int[] triplets, float[] losses, TripletIndexDims index)
    {
        int[] counts = new int[index.Blocks * index.N];
        for (int t = 0; t < index.Count; t++)
            foreach (int row in Named(triplets, losses, t)) counts[t / index.Each * index.N + row]++;
        return counts;
    }

    static int[] Entries(int[] triplets, float[] losses, int[] starts)
    {
        int[] entries = new int[Math.Max(1, starts[^1])], next = [.. starts];
        for (int t = 0; t < losses.Length; t++)
            foreach (int row in Named(triplets, losses, t)) entries[next[row]++] = t;
        return entries;
    }

    static IEnumerable<int> Named(int[] triplets, float[] losses, int t) =>
        losses[t] > 0 ? new[] { triplets[3 * t + 1], triplets[3 * t + 2] }.Where(row => row >= 0) : [];

    static IEnumerable<KernelCase> Neighbours(int queries, int references, int k, int self)
    {
        var batch = new MinedBatch(references, 3, classes: 1);
        yield return new("NearestNeighbourKernels.Find", (queries + 7) / 8,
            Of([.. batch.Embeddings.Take(queries * 3)]), Of(batch.Packed), Out<int>(queries * k), Out(queries * k),
            new NeighbourDims(queries, references, 3, k, self, First: 0));
    }
}
