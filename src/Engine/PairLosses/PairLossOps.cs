using TripletGpu.Kernels.PairLosses;
using TripletGpu.Ops;

namespace TripletGpu.PairLosses;

/// <summary>
/// The losses on pairs as methods of embeddings. All scale rows to length 1 first, so that similarities are cosines; a
/// row of zeros stays one, with similarity 0 to all, and its gradient is 0. Labels are given on the host, or as Int32
/// tensors that the caller has sent to the device.
/// </summary>
public static class PairLossOps
{
    /// <summary>The loss of a batch's rows against each other.</summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="loss">
    /// <see cref="Contrastive"/>, <see cref="NtXent"/>, <see cref="SupCon"/>, <see cref="MultiSimilarity"/> or
    /// <see cref="Circle"/>.
    /// </param>
    public static Tensor PairLoss<TLoss>(this Tensor embeddings, ReadOnlySpan<int> labels, TLoss loss)
        where TLoss : unmanaged, IPairLoss
    {
        Tensor classes = Labels(embeddings, labels);
        return embeddings.PairLoss(classes, loss, memory: null, classes);
    }

    /// <summary>
    /// The same where rows meet earlier embeddings as well, which are constant: cross-batch memory (Wang et al., arXiv
    /// 1912.06798).
    /// </summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="loss">As without memory.</param>
    /// <param name="memory">(M, D): earlier embeddings.</param>
    /// <param name="memoryLabels">Their classes.</param>
    public static Tensor PairLoss<TLoss>(
        this Tensor embeddings, ReadOnlySpan<int> labels, TLoss loss, Tensor memory, ReadOnlySpan<int> memoryLabels)
        where TLoss : unmanaged, IPairLoss => embeddings.PairLoss(
            Labels(embeddings, labels), loss, memory, Labels(embeddings, [.. labels, .. memoryLabels]));

    /// <summary>
    /// The same with labels on the device, those of the columns being the batch's and then the memory's; memory may be
    /// null.
    /// </summary>
    public static Tensor PairLoss<TLoss>(
        this Tensor embeddings, Tensor labels, TLoss loss, Tensor? memory, Tensor columnLabels)
        where TLoss : unmanaged, IPairLoss
    {
        Tensor rows = embeddings.L2Normalize();
        Tensor columns = memory is null ? rows : TensorOps.Concat(0, rows, memory.L2Normalize());
        return new PairLoss<TLoss>(loss, Self: 0).Apply(rows, columns, labels, columnLabels);
    }

    /// <summary>The loss of embeddings against the weights of their classes.</summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">The class of each row, 0 .. C - 1.</param>
    /// <param name="loss"><see cref="ArcFace"/>, <see cref="CosFace"/> or <see cref="ProxyNca"/>.</param>
    /// <param name="weights">(C K, D): K rows a class, of which the nearest counts, one class after the other.</param>
    /// <param name="subCenters">K.</param>
    /// <exception cref="ArgumentException">A label is not a class.</exception>
    public static Tensor ClassLoss<TLoss>(
        this Tensor embeddings, ReadOnlySpan<int> labels, TLoss loss, Tensor weights, int subCenters = 1)
        where TLoss : unmanaged, IPairLoss =>
        embeddings.ClassLoss(Labels(embeddings, labels), loss, weights, Classes(weights, labels, subCenters));

    /// <summary>The same with labels on the device; classes is 0 .. C - 1.</summary>
    public static Tensor ClassLoss<TLoss>(
        this Tensor embeddings, Tensor labels, TLoss loss, Tensor weights, Tensor classes)
        where TLoss : unmanaged, IPairLoss => new PairLoss<TLoss>(loss, Self: -1).Apply(
            embeddings.L2Normalize(), weights.L2Normalize(), labels, classes);

    /// <summary>The proxy-anchor loss: each proxy stands against all embeddings of the batch.</summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">The class of each row, 0 .. C - 1.</param>
    /// <param name="loss">The settings.</param>
    /// <param name="proxies">(C, D).</param>
    /// <exception cref="ArgumentException">A label is not a class.</exception>
    public static Tensor ProxyAnchorLoss(
        this Tensor embeddings, ReadOnlySpan<int> labels, ProxyAnchor loss, Tensor proxies) =>
        embeddings.ProxyAnchorLoss(
            Labels(embeddings, labels), loss, proxies, Classes(proxies, labels, subCenters: 1));

    /// <summary>The same with labels on the device; classes is 0 .. C - 1.</summary>
    public static Tensor ProxyAnchorLoss(
        this Tensor embeddings, Tensor labels, ProxyAnchor loss, Tensor proxies, Tensor classes) =>
        new PairLoss<ProxyAnchor>(loss, Self: -1).Apply(
            proxies.L2Normalize(), embeddings.L2Normalize(), classes, labels);

    static Tensor Labels(Tensor embeddings, ReadOnlySpan<int> labels) =>
        embeddings.Device.Tensor(new Shape(labels.Length), labels);

    /// <summary>The numbers of the classes that the weights are of.</summary>
    static Tensor Classes(Tensor weights, ReadOnlySpan<int> labels, int subCenters)
    {
        int count = weights.Shape[0] / subCenters;
        foreach (int label in labels)
            if ((uint)label >= count)
                throw new ArgumentException($"label {label} is not a class: the weights are of 0 .. {count - 1}");
        return Labels(weights, [.. Enumerable.Range(0, count)]);
    }
}
