using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.MetricLearning;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Mining of N rows, its gradients, and nearest neighbours. Of mining the distances are counted.</summary>
static class MiningWork
{
    const int D = WorkSizes.Width, Blocks = 4, Neighbours = 10;

    // What an anchor leaves: whole numbers of 64 bits and floats.
    const int Counts = TripletMiningKernels.AnchorCounts, Sums = TripletMiningKernels.AnchorSums;

    /// <summary>The launches for so many rows.</summary>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, int rows)
    {
        MinedRows batch = new(rows);
        int n = batch.N, pairs = batch.Pairs;
        string at = $"{n}";
        (string, long)[] letters =
            [("N", n), ("D", D), ("M", pairs), ("L", batch.PackedRows), ("B", Blocks), ("K", WorkSizes.PerClass - 1)];
        KernelCost Cost(string flops, string bytes) => KernelCost.Of(flops, bytes, letters);
        yield return new(
            "ClassKernels.Count", at, n, Cost("0", "24 N"), Holding(batch.Labels),
            Write<int>(batch.Classes.Length, touched: 5 * n), n);
        yield return new(
            "ClassKernels.Place", at, n, Cost("0", "16 N"), Holding(batch.Classes, touched: 4 * n), n);
        yield return new(
            "ScanKernels.Exclusive", at, 1, Cost("0", "8 (N + 1)"), Holding(new int[n + 1], Access.Update), n);
        yield return Measure(batch, letters, sizes.Plan);
        foreach (KernelWork work in Mine<RowGroup>(batch, letters, sizes)) yield return work;
        foreach (KernelWork work in Mine<RowItem>(batch, letters, sizes)) yield return work;
        MiningDims dims = Dims(batch, MiningRule.Semihard);
        yield return new(
            "TripletTotalKernels.Total", at, 1, Cost("9 N", "56 N + 68"), Holding(batch.Classes, touched: n),
            Holding(new long[Counts * n]), Positive(Sums * n), Write<int>(16), Write(1), dims);
        yield return new(
            "LeftOutKernels.Pairs", at, n, Cost("0", "4 (N + 1) + 16 M"), Holding(batch.Classes, touched: n + 1),
            Write<int>(3 * pairs), Write(pairs), dims with { End = 0 });
        TripletIndexDims index = new(n, pairs, Blocks);
        yield return new(
            "TripletIndexKernels.AddBlocks", at, n, Cost("0", "4 N (B + 1)"), Holding(new int[Blocks * n]),
            Write<int>(n), index);
        yield return new(
            "TripletIndexKernels.PlaceBlocks", at, n, Cost("0", "4 N (2 B + 1)"), Holding(new int[Blocks * n],
            Access.Update),
            Holding(new int[n]), index);
        foreach (KernelWork work in Gradients<RowGroup>(batch, letters)) yield return work;
        foreach (KernelWork work in Gradients<RowItem>(batch, letters)) yield return work;
    }

    /// <summary>Triplets that are given: N / 3 of them, and so many again that are left out.</summary>
    public static IEnumerable<KernelWork> Given(int rows)
    {
        int m = Math.Max(1, rows / 3);
        (string, long)[] letters = [("M", m), ("D", D)];
        MiningDims dims = new(
            3 * m, D, MiningRule.Explicit, TripletReduction.Sum, 1, 0.2f, TripletMiningKernels.SharedSlots, 0, 0, m, 1,
            2, 3,
            4);
        yield return new(
            "TripletTotalKernels.Given", $"{rows}", m,
            KernelCost.Of("M (15 D + 8)", "4 M (3 D + 17)", letters), Read(3 * m * D), Write<int>(3 * m), Write(m),
            Write<long>(Counts * m), Write(Sums * m), dims);
        yield return new(
            "LeftOutKernels.Given", $"{rows}", m, KernelCost.Of("0", "16 M", letters), Write<int>(3 * m), Write(m),
            dims with { End = 0 });
    }

    /// <summary>A strip of distances, of as many anchors as are mined from one.</summary>
    static KernelWork Measure(MinedRows batch, (string, long)[] letters, LaunchPlan plan)
    {
        StripDims strip = new(batch.N, D, First: 0);
        int rows = Math.Min(plan.AnchorsOfAStrip(batch.N), strip.Width), side = DistanceKernels.Side;
        return new(
            "DistanceKernels.Measure", $"{batch.N}", (strip.Width / side, rows / side),
            KernelCost.Of("3 S W D", "4 L D + 4 S W", [.. letters, ("S", rows), ("W", strip.Width)]),
            Read(batch.PackedRows * D), Write(rows * strip.Width), strip);
    }

    static IEnumerable<KernelWork> Mine<TShape>(MinedRows batch, (string, long)[] letters, WorkSizes sizes)
        where TShape : struct, IRowShape
    {
        int n = batch.N, pairs = batch.Pairs, slots = WorkSizes.PerClass;
        string at = $"{n}", shape = typeof(TShape).Name;
        const string bytes = "4 N D + 4 L D + 24 N + 8 + 16 M + 52 N";
        WorkMemory[] views =
        [
            Read(n * D), Read(batch.PackedRows * D), Holding(batch.Classes), Write<int>(3 * pairs), Write(pairs),
            Write<long>(Counts * n), Write(Sums * n),
        ];
        (int groups, int stride) = sizes.Plan.Workspaces(slots, n);
        foreach ((string kernel, MiningRule rule, string flops) in new[]
        {
            ("TripletMiningKernels.MineNearest", MiningRule.Semihard, "3 N² D"),
            ("TripletMiningKernels.MineEvery", MiningRule.BatchAll, "3 N² D"),
            // Negatives stream by three times.
            ("WeightedMiningKernels.MineWeighted", MiningRule.DistanceWeighted, "9 N² D"),
        })
        {
            MiningDims dims = Dims(batch, rule);
            yield return new(
                $"{kernel}<{shape}>", at, n, KernelCost.Of(flops, bytes, letters), [.. views, dims]);
            // As if no class fitted into shared memory.
            yield return new(
                $"{kernel}Large<{shape}>", at, groups,
                KernelCost.Of(flops, $"{bytes} + 16 W", [.. letters, ("W", groups * stride)]),
                [.. views, Write<uint>(4 * groups * stride), dims with { Fitting = 1, Stride = stride }]);
        }
        int queries = Math.Max(1, n / 4), length = queries * Neighbours;
        yield return new(
            $"NearestNeighbourKernels.Find<{shape}>", at, WorkSizes.Groups(queries, NearestNeighbourKernels.Queries),
            KernelCost.Of(
                "3 Q N D", "4 (Q D + L D) + 8 Q T", [.. letters, ("Q", queries), ("T", Neighbours)]), Read(queries * D),
            Read(batch.PackedRows * D), Write<int>(length), Write(length),
            new NeighbourDims(queries, n, D, Math.Min(Neighbours, n), -1, 0));
    }

    static IEnumerable<KernelWork> Gradients<TShape>(MinedRows batch, (string, long)[] letters)
        where TShape : struct, IRowShape
    {
        int n = batch.N, pairs = batch.Pairs;
        string at = $"{n}", shape = typeof(TShape).Name;
        int[] statistics = new int[16];
        (statistics[0], statistics[2], statistics[12], statistics[14]) = (pairs, pairs, pairs, -1);
        TripletGradientDims dims = new(n, D, pairs, MiningRule.Semihard, 1, 0.2f, 0);
        int parts = TripletGradientKernels.Parts<TShape>(D);
        yield return new(
            $"TripletIndexKernels.Visit<{shape}>", at, Blocks, KernelCost.Of("M", "12 M + 4 B N", letters),
            Holding(batch.Triplets, touched: 2 * pairs), Positive(pairs), Write<int>(Blocks * n), Write<int>(2 * pairs,
            0),
            new TripletIndexDims(n, pairs, Blocks), 0);
        // A triplet is a neighbour of its anchor twice, and of its positive and its negative once.
        yield return new(
            $"TripletGradientKernels.Listed<{shape}>", at, (n, parts),
            KernelCost.Of("12 M D", "8 N D + 16 M + 4 N + 4 + 8 M + 68", letters), Read(n * D), Holding(batch.Triplets),
            Positive(pairs), Holding(batch.Starts), Holding(batch.Entries), Holding(statistics), Positive(1),
            Write(n * D), dims);
        yield return new(
            $"TripletGradientKernels.Every<{shape}>", at, (n, parts),
            KernelCost.Of("6 N² D", "8 N D + 4 L D + 24 N + 8 + 16 M + 68", letters), Read(n * D),
            Read(batch.PackedRows * D), Holding(batch.Classes), Holding(batch.Triplets), Positive(pairs),
            Holding(statistics), Positive(1),
            Write(n * D), dims with { Rule = MiningRule.BatchAll });
    }

    static MiningDims Dims(MinedRows batch, MiningRule rule) => new(
        batch.N, D, rule, TripletReduction.Sum, 1, 0.2f, TripletMiningKernels.SharedSlots, 0, 0, batch.N, 1, 2, 3, 4);
}
