using TripletGpu.Kernels.PairLosses;
using TripletGpu.PairLosses;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>
/// The loss of a batch on pairs or on weights of classes, as a configuration describes it. What goes to the device is
/// sent when it is made: before the network's first operation.
/// </summary>
sealed class PairObjective : PairLossOfConfig<Tensor>
{
    readonly Tensor labels, columnLabels;
    readonly Tensor? weights, memory;

    /// <param name="loss">With all settings filled in.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="classes">The same on the device.</param>
    /// <param name="weights">Of the classes, where the kind has them.</param>
    /// <param name="memory">Earlier embeddings, where the kind can use them and they are kept.</param>
    public PairObjective(LossConfig loss, int[] labels, Tensor classes, Tensor? weights, EmbeddingMemory? memory)
        : base(loss)
    {
        (this.labels, this.weights) = (classes, weights);
        columnLabels = classes;
        if (weights is not null)
        {
            int count = weights.Shape[0] / (loss.SubCenters ?? 1);
            columnLabels = classes.Device.Tensor(new Shape(count), [.. Enumerable.Range(0, count)]);
        }
        if (memory is not { Count: > 0 }) return;
        int width = memory.Rows.Length / memory.Count;
        this.memory = classes.Device.Tensor(new Shape(memory.Count, width), memory.Rows);
        columnLabels = classes.Device.Tensor(
            new Shape(labels.Length + memory.Count), [.. labels, .. memory.Labels]);
    }

    /// <inheritdoc/>
    protected override Tensor Pairs<TLoss>(Tensor embeddings, TLoss settings) =>
        embeddings.PairLoss(labels, settings, memory, columnLabels);

    /// <inheritdoc/>
    protected override Tensor Classes<TLoss>(Tensor embeddings, TLoss settings) =>
        embeddings.ClassLoss(labels, settings, weights!, columnLabels);

    /// <inheritdoc/>
    protected override Tensor Proxies(Tensor embeddings, ProxyAnchor settings) =>
        embeddings.ProxyAnchorLoss(labels, settings, weights!, columnLabels);
}
