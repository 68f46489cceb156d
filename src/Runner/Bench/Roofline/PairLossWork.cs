using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Kernels.PairLosses;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>
/// Losses on pairs: a strip of similarities of some rows with N columns. A pair is counted as a negative, as most are:
/// its logit, the search for the extremes, its exponential and the sums.
/// </summary>
static class PairLossWork
{
    const int MostRows = 64;

    /// <summary>The launches for N columns.</summary>
    public static IEnumerable<KernelWork> Of(int columns)
    {
        yield return Total(columns);
        foreach (KernelWork work in Each(columns, new Contrastive(1), true)) yield return work;
        foreach (KernelWork work in Each(columns, new NtXent(0.2f), true)) yield return work;
        foreach (KernelWork work in Each(columns, new SupCon(0.2f), true)) yield return work;
        foreach (KernelWork work in Each(columns, new MultiSimilarity(2, 10, 0.5f, 0.1f), true)) yield return work;
        foreach (KernelWork work in Each(columns, new Circle(0.4f, 10), true)) yield return work;
        foreach (KernelWork work in Each(columns, new ArcFace(0.5f, MathF.Cos(0.5f), MathF.Sin(0.5f), 8), false))
            yield return work;
        foreach (KernelWork work in Each(columns, new CosFace(0.35f, 8), false)) yield return work;
        foreach (KernelWork work in Each(columns, new ProxyNca(2, 1), false)) yield return work;
        foreach (KernelWork work in Each(columns, new ProxyAnchor(0.1f, 8), false)) yield return work;
    }

    static KernelWork Total(int rows) => new(
        "PairLossKernels.Total", $"{rows}", 1, KernelCost.Of("28 N", "16 N + 12", ("N", rows)),
        Positive(rows * PairRow.Length, touched: 4 * rows), Write(2), Write(1), rows);

    static IEnumerable<KernelWork> Each<TLoss>(int columns, TLoss loss, bool isSelf) where TLoss : unmanaged, IPairLoss
    {
        string name = typeof(TLoss).Name, at = $"{columns}";
        int rows = Math.Min(MostRows, columns), pairs = rows * columns, length = rows * PairRow.Length;
        PairDims dims = new(columns, 1, 0, isSelf ? 1 : 0);
        WorkMemory labels = Holding([.. Enumerable.Range(0, columns).Select(i => isSelf ? i / WorkSizes.PerClass : i)]);
        WorkMemory ofRows = Holding([.. Enumerable.Range(0, rows).Select(i => isSelf ? i / WorkSizes.PerClass : i)]);
        (string, long)[] letters = [("M", rows), ("N", columns), ("W", PairRow.Length)];
        int each = PairCost.Measure<TLoss>(), slope = PairCost.Slope<TLoss>();
        foreach (string shape in (string[])[nameof(RowGroup), nameof(RowItem)])
            yield return new(
                $"PairLossKernels.Measure<{name}, {shape}>", at, rows,
                KernelCost.Of($"{each} M N", "4 (M N + M + N + M W)", letters), Read(pairs), ofRows, labels,
                    Write(length),
                loss, dims);
        yield return new(
            $"PairLossKernels.Slope<{name}>", at, pairs,
            KernelCost.Of($"{slope} M N", "4 (2 M N + M + N + 7 M + 3)", letters), WorkMemory.Update(pairs), ofRows,
                labels,
            Positive(length, touched: 7 * rows), Positive(2), Positive(1), loss, dims);
    }
}
