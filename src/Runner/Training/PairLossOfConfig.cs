using TripletGpu.Kernels.PairLosses;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>What a configuration says of a loss on pairs or on weights of classes, as the loss itself.</summary>
/// <typeparam name="T">What becomes of it.</typeparam>
/// <param name="loss">With all settings filled in.</param>
abstract class PairLossOfConfig<T>(LossConfig loss)
{
    /// <summary>The loss.</summary>
    /// <param name="embeddings">(N, D), before or after normalisation.</param>
    public T Of(Tensor embeddings) => loss.Kind switch
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
        LossKind.ProxyAnchor => Proxies(embeddings, new ProxyAnchor(F(loss.Margin), F(loss.Alpha))),
        _ => throw new ArgumentException($"{loss.Kind} is no loss on pairs"),
    };

    /// <summary>Of embeddings against each other.</summary>
    protected abstract T Pairs<TLoss>(Tensor embeddings, TLoss settings) where TLoss : unmanaged, IPairLoss;

    /// <summary>Of embeddings against the weights of classes.</summary>
    protected abstract T Classes<TLoss>(Tensor embeddings, TLoss settings) where TLoss : unmanaged, IPairLoss;

    /// <summary>Of proxies against embeddings.</summary>
    protected abstract T Proxies(Tensor embeddings, ProxyAnchor settings);

    static float F(double? setting) => (float)setting!.Value;
}
