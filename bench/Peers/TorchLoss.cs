using TripletGpu.MetricLearning;
using static TorchSharp.torch;
using Torch = TorchSharp.torch.Tensor;

namespace TripletGpu.Bench.Peers;

/// <summary>The semi-hard triplet loss as PyTorch's users write it, with an N x N matrix of distances.</summary>
static class TorchLoss
{
    const float NoNegative = 1e9f;

    /// <summary>
    /// TensorFlow Addons' rule: each row's negatives sorted, every positive searched among them; the farthest negative
    /// where none is farther than the positive. The mean over pairs.
    /// </summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">(N), whole numbers.</param>
    public static Torch SemiHard(Torch embeddings, Torch labels)
    {
        long n = labels.shape[0];
        Torch norms = embeddings.square().sum(1, keepdim: true);
        Torch distances = (norms - 2 * embeddings.matmul(embeddings.t()) + norms.t()).clamp_min(0);
        Torch same = labels.unsqueeze(1).eq(labels.unsqueeze(0));
        Torch positive = same.logical_and(eye(n, dtype: ScalarType.Bool).logical_not());
        Torch chosen;
        using (no_grad())
        {
            (Torch sorted, Torch order) = where(same, full_like(distances, NoNegative), distances).sort(1);
            Torch place = searchsorted(sorted, distances.contiguous(), right: true).clamp(max: n - 1);
            Torch isFarther = sorted.gather(1, place).lt(NoNegative / 10);
            Torch farthest = where(same, full_like(distances, -1), distances).argmax(1, keepdim: true);
            chosen = where(isFarther, order.gather(1, place), farthest.expand_as(place));
        }
        float margin = new TripletSettings().Margin;
        Torch losses = (distances - distances.gather(1, chosen) + margin).relu() * positive;
        return losses.sum() / positive.sum().clamp_min(1);
    }
}
