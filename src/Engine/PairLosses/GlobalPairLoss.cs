using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.Kernels.PairLosses;
using TripletGpu.Ops;

namespace TripletGpu.PairLosses;

/// <summary>
/// A loss on pairs of a batch that several ranks have between them, the same as if one had it all. A loss is a sum over
/// rows (embeddings, or proxies) by a count of rows or of their pairs; each rank takes its rows against all columns,
/// sums and counts are added in the order of ranks, and the gradient is divided by the counts of all.
/// docs/machines.md has the derivation.
/// </summary>
public sealed class GlobalPairLoss
{
    const int Sums = 4;

    readonly Tensor root;

    GlobalPairLoss(Tensor root, float value) => (this.root, Value) = (root, value);

    /// <summary>The loss, the same on every rank.</summary>
    public float Value { get; }

    /// <summary>The rows of a batch against each other, each rank its own against all.</summary>
    /// <param name="all">(N, D), the embeddings of all rows, the same on every rank.</param>
    /// <param name="labels">The class of each of them.</param>
    /// <param name="loss">As of <see cref="PairLossOps"/>.</param>
    /// <param name="memory">(M, D): earlier embeddings, the same on every rank; null: none.</param>
    /// <param name="memoryLabels">Their classes.</param>
    /// <param name="share">Whose rows are whose.</param>
    public static GlobalPairLoss OfPairs<TLoss>(
        Tensor all, ReadOnlySpan<int> labels, TLoss loss, Tensor? memory, ReadOnlySpan<int> memoryLabels,
        BatchShare share) where TLoss : unmanaged, IPairLoss
    {
        Tensor each = all.L2Normalize();
        Tensor columns = memory is null ? each : TensorOps.Concat(0, each, memory.L2Normalize());
        return Of(
            each.Slice(0, share.First, share.Count), columns, labels.Slice(share.First, share.Count),
            [.. labels, .. memoryLabels], new PairLoss<TLoss>(loss, share.First), share.Collective);
    }

    /// <summary>
    /// Embeddings against the weights of their classes, each rank its own: the gradients of the weights, which every
    /// rank has, are parts that are summed as those of the network's parameters are.
    /// </summary>
    /// <param name="own">(n, D), the embeddings of this rank's rows.</param>
    /// <param name="labels">The class of each of them, 0 .. C - 1.</param>
    /// <param name="loss">As of <see cref="PairLossOps"/>.</param>
    /// <param name="weights">(C K, D), the same on every rank.</param>
    /// <param name="subCenters">K.</param>
    /// <param name="ranks">Who has the other rows.</param>
    public static GlobalPairLoss OfClasses<TLoss>(
        Tensor own, ReadOnlySpan<int> labels, TLoss loss, Tensor weights, int subCenters, ICollective ranks)
        where TLoss : unmanaged, IPairLoss => Of(
            own.L2Normalize(), weights.L2Normalize(), labels,
            [.. Enumerable.Range(0, weights.Shape[0] / subCenters)], new PairLoss<TLoss>(loss, Self: -1), ranks);

    /// <summary>Proxies against all embeddings of a batch, each rank its share of the proxies.</summary>
    /// <param name="all">(N, D), the embeddings of all rows, the same on every rank.</param>
    /// <param name="labels">The class of each of them, 0 .. C - 1.</param>
    /// <param name="loss">The settings.</param>
    /// <param name="proxies">(C, D), the same on every rank.</param>
    /// <param name="ranks">Who takes the other proxies.</param>
    public static GlobalPairLoss OfProxies(
        Tensor all, ReadOnlySpan<int> labels, ProxyAnchor loss, Tensor proxies, ICollective ranks)
    {
        int classes = proxies.Shape[0], first = Shares.First(classes, ranks.Rank, ranks.Size);
        int count = Shares.First(classes, ranks.Rank + 1, ranks.Size) - first;
        return Of(
            proxies.L2Normalize().Slice(0, first, count), all.L2Normalize(),
            [.. Enumerable.Range(first, count)], labels.ToArray(), new PairLoss<ProxyAnchor>(loss, Self: -1), ranks);
    }

    /// <summary>
    /// Adds this rank's part of the gradient to the step's gradients: of embeddings that all ranks have <see
    /// cref="BatchShare.ReduceScatter"/> makes that of the own rows of it.
    /// </summary>
    public void Backward(Step step)
    {
        if (root.Count > 0) step.Backward(root);
        else step.Backward(root, root.Device.Tensor(root.Shape, ReadOnlySpan<float>.Empty));
    }

    static GlobalPairLoss Of<TLoss>(
        Tensor rows, Tensor columns, ReadOnlySpan<int> rowLabels, int[] columnLabels, PairLoss<TLoss> op,
        ICollective ranks) where TLoss : unmanaged, IPairLoss
    {
        Span<double> sums = stackalloc double[Sums];
        sums.Clear();
        Tensor root;
        Tensor? totals = null;
        if (rows.Count > 0)
        {
            root = op.Apply(out Tensor[] extras, rows, columns, Labels(rowLabels), Labels(columnLabels));
            totals = extras[1];
            float[] table = extras[0].ToArray();
            for (int at = PairRow.First; at < table.Length; at += PairRow.Length)
                for (int k = 0; k < Sums; k++) sums[k] += table[at + k];
        }
        // Without rows of its own a rank adds gradients of zeros: those of all are exchanged.
        else root = TensorOps.Concat(0, rows, columns.Slice(0, 0, 0));
        ranks.AllReduceSum(sums);
        // The backward pass divides by what it finds here.
        totals?.CopyFrom([(float)sums[1], (float)sums[3]]);
        return new GlobalPairLoss(root, (float)(Part(sums[0], sums[1]) + Part(sums[2], sums[3])));

        Tensor Labels(ReadOnlySpan<int> of) => columns.Device.Tensor(new Shape(of.Length), of);
    }

    /// <summary>0 where nothing counts; of a row that is not finite the sum is NaN even then.</summary>
    static double Part(double sum, double count) => count > 0 ? sum / count : sum - sum;
}
