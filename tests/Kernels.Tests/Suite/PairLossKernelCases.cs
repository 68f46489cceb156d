using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Kernels.PairLosses;
using TripletGpu.Support;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Losses on pairs, from strips of similarities that begin in the middle: rows without a positive, without a negative;
/// columns beyond a group's items; classes of several sub-centers.
/// </summary>
public static class PairLossKernelCases
{
    const int Strip = 2, First = 1, Rows = Strip + First;

    public static IEnumerable<KernelCase> Cases =>
    [
        .. Each(new Contrastive(1), isSelf: true), .. Each(new NtXent(0.2f), isSelf: true),
        .. Each(new SupCon(0.2f), isSelf: true), .. Each(new MultiSimilarity(2, 10, 0.5f, 0.1f), isSelf: true),
        .. Each(new Circle(0.4f, 10), isSelf: true),
        .. Each(new ArcFace(0.5f, MathF.Cos(0.5f), MathF.Sin(0.5f), 8), isSelf: false),
        .. Each(new CosFace(0.35f, 8), isSelf: false), .. Each(new ProxyNca(2, 1), isSelf: false),
        .. Each(new ProxyAnchor(0.1f, 8), isSelf: false),
        new("PairLossKernels.Total", 1, Positive(5 * PairRow.Length), Out(2), Out(1), 5),
        new("PairLossKernels.Total", 1, In(131 * PairRow.Length), Out(2), Out(1), 131),
        new("PairLossKernels.Total", 1, Of(new float[2 * PairRow.Length]), Out(2), Out(1), 2),
    ];

    static IEnumerable<KernelCase> Each<TLoss>(TLoss loss, bool isSelf) where TLoss : unmanaged, IPairLoss
    {
        string name = typeof(TLoss).Name;
        foreach (PairDims dims in Shapes(isSelf))
        {
            float[] similarities = Similarities(Strip * dims.Width);
            int[] columns = [.. Enumerable.Range(0, dims.Columns).Select(j => isSelf ? j % 3 : j)];
            int[] labels = isSelf ? columns[..Rows] : [.. Enumerable.Range(0, Rows).Select(i => i * 2 % dims.Columns)];
            foreach (string shape in (string[])[nameof(RowGroup), nameof(RowItem)])
                yield return new(
                    $"PairLossKernels.Measure<{name}, {shape}>", Strip, Of(similarities), Of(labels), Of(columns),
                    In(Rows * PairRow.Length), loss, dims)
                { Tolerance = Tolerance.Normalization };
            yield return new(
                $"PairLossKernels.Slope<{name}>", Strip * dims.Columns, Of(similarities), Of(labels), Of(columns),
                Of(Measured(loss, dims, similarities, labels, columns)), Of(3f, 2f), Of(-1.5f), loss, dims)
            { Tolerance = Tolerance.Normalization };
        }
    }

    /// <summary>A few columns, of which a row may find none of its class; more than a group has items.</summary>
    static IEnumerable<PairDims> Shapes(bool isSelf) => isSelf
        ? [new(3, 1, First, 0), new(133, 1, First, 0), new(7, 1, First, 2)]
        : [new(1, 1, First, -1), new(67, 2, First, -1)];

    /// <summary>Cosines, ties among them.</summary>
    static float[] Similarities(int count)
    {
        Random random = new(count);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(-90, 91) / 100f)];
    }

    static float[] Measured<TLoss>(TLoss loss, PairDims dims, float[] similarities, int[] labels, int[] columns)
        where TLoss : unmanaged, IPairLoss
    {
        float[] rows = new float[Rows * PairRow.Length];
        using Reference on = new();
        PairLossKernels.LaunchMeasure<TLoss, RowItem>(
            Reference.Driver, Strip, on.View(similarities), on.View(labels), on.View(columns), on.View(rows), loss,
            dims);
        return rows;
    }
}
