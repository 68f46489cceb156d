using TripletGpu.Kernels.PairLosses;
using TripletGpu.PairLosses;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>
/// The loss of a batch on pairs or on weights of classes, as a configuration describes it. What goes to the device is
/// sent when it is made: before the network's first operation.
/// </summary>
sealed class PairObjective
{
    readonly LossConfig loss;
    readonly Tensor labels, columnLabels;
    readonly Tensor? weights, memory;

    /// <param name="loss">With all settings filled in.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="classes">The same on the device.</param>
    /// <param name="weights">Of the classes, where the kind has them.</param>
    /// <param name="memory">Earlier embeddings, where the kind can use them and they are kept.</param>
    public PairObjective(LossConfig loss, int[] labels, Tensor classes, Tensor? weights, EmbeddingMemory? memory)
    {
        (this.loss, this.labels, this.weights) = (loss, classes, weights);
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

    /// <summary>The loss.</summary>
    /// <param name="embeddings">(N, D), before or after normalisation.</param>
    public Tensor Of(Tensor embeddings) => loss.Kind switch
    {
        LossKind.Contrastive => Pairs(embeddings, new Contrastive(F(loss.Margin))),
        LossKind.NtXent => Pairs(embeddings, new NtXent(F(loss.Temperature))),
        LossKind.Supcon => Pairs(embeddings, new SupCon(F(loss.Temperature))),
        LossKind.MultiSimilarity => Pairs(
            embeddings, new MultiSimilarity(F(loss.Alpha), F(loss.Beta), F(loss.Base), F(loss.Epsilon))),
        LossKind.Circle => Pairs(embeddings, new Circle(F(loss.Margin), F(loss.Scale))),
        LossKind.Arcface or LossKind.SubcenterArcface => Classes(
            embeddings, ArcFace.Of(F(loss.Margin), F(loss.Scale))),
        LossKind.Cosface => Classes(embeddings, new CosFace(F(loss.Margin), F(loss.Scale))),
        LossKind.ProxyNca => Classes(embeddings, new ProxyNca(F(loss.Scale), loss.SumsOwnProxy == true ? 1 : 0)),
        LossKind.ProxyAnchor => embeddings.ProxyAnchorLoss(
            labels, new ProxyAnchor(F(loss.Margin), F(loss.Alpha)), weights!, columnLabels),
        _ => throw new ArgumentException($"{loss.Kind} is no loss on pairs"),
    };

    Tensor Pairs<TLoss>(Tensor embeddings, TLoss settings) where TLoss : unmanaged, IPairLoss =>
        embeddings.PairLoss(labels, settings, memory, columnLabels);

    Tensor Classes<TLoss>(Tensor embeddings, TLoss settings) where TLoss : unmanaged, IPairLoss =>
        embeddings.ClassLoss(labels, settings, weights!, columnLabels);

    static float F(double? setting) => (float)setting!.Value;
}
