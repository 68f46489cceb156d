using TripletGpu.Collectives;
using TripletGpu.Kernels.PairLosses;
using TripletGpu.PairLosses;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Training;

/// <summary>
/// A loss on pairs or on weights of classes of a batch that ranks have between them. Where embeddings stand against
/// each other, or proxies against embeddings, it is taken of those of all ranks; where each stands against the weights
/// of classes alone, of this rank's own.
/// </summary>
/// <param name="loss">With all settings filled in.</param>
/// <param name="batch">The classes of all images and of the own.</param>
/// <param name="weights">Of the classes, where the kind has them.</param>
/// <param name="memory">Earlier embeddings, where the kind can use them and they are kept.</param>
/// <param name="share">Whose rows are whose.</param>
sealed class SharedPairObjective(
    LossConfig loss, Batch batch, Tensor? weights, EmbeddingMemory? memory, BatchShare share)
    : PairLossOfConfig<GlobalPairLoss>(loss)
{
    readonly int subCenters = loss.SubCenters ?? 1;

    /// <summary>Whether it is taken of the embeddings of all ranks.</summary>
    public static bool IsOfAll(LossKind kind) => LossKinds.HasPairs(kind) || kind == LossKind.ProxyAnchor;

    /// <summary>Whether it is taken of this rank's embeddings.</summary>
    public static bool IsOfOwn(LossKind kind) => LossKinds.HasProxies(kind) && kind != LossKind.ProxyAnchor;

    /// <inheritdoc/>
    protected override GlobalPairLoss Pairs<TLoss>(Tensor embeddings, TLoss settings)
    {
        Tensor? kept = memory is { Count: > 0 }
            ? embeddings.Device.Tensor(new Shape(memory.Count, memory.Rows.Length / memory.Count), memory.Rows) : null;
        return GlobalPairLoss.OfPairs(
            embeddings, batch.AllLabels, settings, kept, kept is null ? [] : memory!.Labels, share);
    }

    /// <inheritdoc/>
    protected override GlobalPairLoss Classes<TLoss>(Tensor embeddings, TLoss settings) =>
        GlobalPairLoss.OfClasses(embeddings, batch.Labels, settings, weights!, subCenters, share.Collective);

    /// <inheritdoc/>
    protected override GlobalPairLoss Proxies(Tensor embeddings, ProxyAnchor settings) =>
        GlobalPairLoss.OfProxies(embeddings, batch.AllLabels, settings, weights!, share.Collective);
}
