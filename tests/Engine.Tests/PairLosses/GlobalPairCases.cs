using TripletGpu.Collectives;
using TripletGpu.Kernels.PairLosses;
using TripletGpu.PairLosses;

namespace TripletGpu.Engine.Tests.PairLosses;

/// <summary>Every loss on pairs and on weights of classes, by one process and by ranks.</summary>
static class GlobalPairCases
{
    /// <summary>Embeddings on the device, classes on the host.</summary>
    /// <param name="Embeddings">Of all rows, or of the own.</param>
    /// <param name="Labels">The class of each, from 0 without gaps.</param>
    /// <param name="Weights">(C K, D).</param>
    /// <param name="Memory">Earlier embeddings.</param>
    /// <param name="MemoryLabels">Their classes.</param>
    public sealed record Batch(Tensor Embeddings, int[] Labels, Tensor Weights, Tensor Memory, int[] MemoryLabels);

    /// <summary>A loss in both ways.</summary>
    /// <param name="Name">For messages.</param>
    /// <param name="One">One process.</param>
    /// <param name="Several">A rank's part.</param>
    /// <param name="IsOfOwn">Whether a rank looks at its own embeddings alone.</param>
    /// <param name="SubCenters">Rows of weights a class.</param>
    public sealed record Case(
        string Name, Func<Batch, Tensor> One, Func<Batch, BatchShare, GlobalPairLoss> Several, bool IsOfOwn = false,
        int SubCenters = 1);

    public static IReadOnlyList<Case> All { get; } =
    [
        Self(new Contrastive(0.9f)), Self(new NtXent(0.3f)), Self(new SupCon(0.3f)),
        Self(new MultiSimilarity(2, 10, 0.5f, 0.1f)), Self(new MultiSimilarity(2, 10, 0.5f, -1)),
        Self(new Circle(0.25f, 16)),
        Remembering(new NtXent(0.3f)), Remembering(new MultiSimilarity(2, 10, 0.5f, 0.1f)),
        Classes(ArcFace.Of(0.5f, 16)), Classes(ArcFace.Of(0.5f, 16), subCenters: 3), Classes(new CosFace(0.35f, 16)),
        Classes(new ProxyNca(1, 1)), Classes(new ProxyNca(3, 0)),
        new("ProxyAnchor",
            b => b.Embeddings.ProxyAnchorLoss(b.Labels, new ProxyAnchor(0.1f, 8), b.Weights),
            (b, share) => GlobalPairLoss.OfProxies(
                b.Embeddings, b.Labels, new ProxyAnchor(0.1f, 8), b.Weights, share.Collective)),
    ];

    static Case Self<TLoss>(TLoss loss) where TLoss : unmanaged, IPairLoss => new(
        $"{loss}", b => b.Embeddings.PairLoss(b.Labels, loss),
        (b, share) => GlobalPairLoss.OfPairs(b.Embeddings, b.Labels, loss, null, [], share));

    static Case Remembering<TLoss>(TLoss loss) where TLoss : unmanaged, IPairLoss => new(
        $"{loss} with memory", b => b.Embeddings.PairLoss(b.Labels, loss, b.Memory, b.MemoryLabels),
        (b, share) => GlobalPairLoss.OfPairs(b.Embeddings, b.Labels, loss, b.Memory, b.MemoryLabels, share));

    static Case Classes<TLoss>(TLoss loss, int subCenters = 1) where TLoss : unmanaged, IPairLoss => new(
        $"{loss} of {subCenters}", b => b.Embeddings.ClassLoss(b.Labels, loss, b.Weights, subCenters),
        (b, share) => GlobalPairLoss.OfClasses(
            b.Embeddings, b.Labels, loss, b.Weights, subCenters, share.Collective),
        IsOfOwn: true, subCenters);
}
